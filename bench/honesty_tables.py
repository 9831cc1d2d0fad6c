"""Simulated tables of `bench/honesty.py`: their rows, their true log-odds, and the true scores."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid

Floats = NDArray[np.float64]
FRESH = 20_000
COLUMNS = 10
KINDS = ("noise", "signal", "codes", "crossed", "texts", "words", "groups", "steady", "drift")
CODES = 60
WORDS = 300


@dataclass(frozen=True)
class Case:
    """One kind of simulated table and how it is fitted."""

    kind: str
    """One of `KINDS`."""
    rows: int
    effort: str

    @property
    def name(self) -> str:
        """What the table of results calls it."""
        return f"{self.kind}, {self.rows:,} rows, {self.effort}"


@dataclass(frozen=True)
class Drawn:
    """Rows of a simulated table: columns, the true log-odds, labels, and a role."""

    X: Floats
    z: Floats
    y: NDArray[np.bool_]
    role: Floats | None = None
    comments: tuple[str, ...] = ()

    @property
    def frame(self) -> pl.DataFrame:
        """The columns, named x0, x1 and so on, and the comments where there are any."""
        named = {"comment": self.comments} if self.comments else {}
        return pl.DataFrame({f"x{i}": column for i, column in enumerate(self.X.T)} | named)


def log_odds_of(X: Floats, turn: Floats | float = 0.0) -> Floats:
    """True log-odds of the signal: two slopes, a product, a bend. ``turn`` rotates the slopes."""
    first = np.cos(turn) * X[:, 0] - np.sin(turn) * X[:, 1]
    second = np.sin(turn) * X[:, 0] + np.cos(turn) * X[:, 1]
    return np.asarray(first - 0.8 * second + 0.7 * X[:, 2] * X[:, 3] + 0.5 * np.abs(X[:, 4]) - 0.7)


def code_log_odds(X: Floats, effect: Floats) -> Floats:
    """True log-odds of codes: one's effects, and two columns together where there are effects."""
    together = np.sign((X[:, 1] - CODES / 2 + 0.5) * (X[:, 2] - CODES / 2 + 0.5))
    return np.asarray(effect[X[:, 0].astype(np.int64)] + effect.any() * together)


def commented(X: Floats, effect: Floats, rng: np.random.Generator) -> Drawn:
    """Rows with comments whose words have these effects, frequent and rare ones (Zipf's law)."""
    share = 1.0 / np.arange(1, WORDS + 1)
    z, comments = np.empty(len(X)), []
    for row in range(len(X)):
        drawn = rng.choice(WORDS, size=rng.integers(4, 16), p=share / share.sum())
        z[row] = effect[np.unique(drawn)].sum()
        comments.append(" ".join(f"w{chr(97 + word % 26)}{chr(97 + word // 26)}" for word in drawn))
    drawn_rows = labelled(X, z, rng)
    return replace(drawn_rows, comments=tuple(comments))


def labelled(X: Floats, z: Floats, rng: np.random.Generator, role: Floats | None = None) -> Drawn:
    return Drawn(X, z, rng.random(len(z)) < sigmoid(z), role)


def draw(case: Case, rng: np.random.Generator) -> tuple[Drawn, Drawn]:
    """A table to fit and fresh rows of the population that the model will meet."""
    X, fresh = rng.normal(size=(case.rows, COLUMNS)), rng.normal(size=(FRESH, COLUMNS))
    if case.kind == "noise":
        return labelled(X, np.zeros(case.rows), rng), labelled(fresh, np.zeros(FRESH), rng)
    if case.kind == "signal":
        return labelled(X, log_odds_of(X), rng), labelled(fresh, log_odds_of(fresh), rng)
    if case.kind in ("codes", "crossed"):
        X, fresh = (rng.integers(0, CODES, part.shape).astype(np.float64) for part in (X, fresh))
        known = case.kind == "crossed"
        effect = rng.normal(size=CODES) if known else np.zeros(CODES)
        return labelled(X, code_log_odds(X, effect), rng), labelled(
            fresh, code_log_odds(fresh, effect), rng
        )
    if case.kind in ("texts", "words"):
        effect = (case.kind == "words") * rng.normal(size=WORDS) * (rng.random(WORDS) < 1 / 3)
        return commented(X, effect, rng), commented(fresh, effect, rng)
    if case.kind == "groups":
        size, effect = 25, 1.0
        group, new = np.arange(case.rows) // size, np.arange(FRESH) // size
        parts = []
        for part, number in ((X, group), (fresh, new)):
            count = int(number.max()) + 1
            # The first columns belong to the group, so that rows of a group look alike.
            part[:, :4] = rng.normal(size=(count, 4))[number]
            z = log_odds_of(part) + effect * rng.normal(size=count)[number]
            parts.append(labelled(part, z, rng, number.astype(np.float64)))
        return parts[0], parts[1]
    turn = 1.2 if case.kind == "drift" else 0.0
    moment = np.arange(case.rows) / case.rows
    later = 1.0 + rng.random(FRESH) / 6.0
    return (
        labelled(X, log_odds_of(X, turn * moment), rng, moment),
        labelled(fresh, log_odds_of(fresh, turn * later), rng, later),
    )


def true_scores(forecast: Floats, z: Floats) -> dict[str, float]:
    """Expected scores of a forecast of rows whose true log-odds are ``z``."""
    p, q = sigmoid(z), sigmoid(forecast)
    order = np.argsort(forecast, kind="stable")
    yes, no = p[order], 1.0 - p[order]
    # A constant forecast ranks nothing.
    _, tie = np.unique(forecast[order], return_inverse=True)
    yes, no = np.bincount(tie, yes), np.bincount(tie, no)
    return {
        "log_loss": float(log_loss_from_logits(forecast, p).mean()),
        "brier": float(np.mean((q - p) ** 2 + p * (1.0 - p))),
        "auc": float(yes @ (np.cumsum(no) - 0.5 * no) / (yes.sum() * no.sum())),
    }


def luck(rows: Drawn, fresh: Drawn) -> float:
    """How far the labels' log-loss by the true log-odds lies above the population's, in nats.

    It is 0 in the mean over tables, whatever is fitted to them. Reported scores move with it and
    the true ones do not, so their mean difference has a smaller standard error without it (a
    control variate; Owen 2013, "Monte Carlo theory, methods and examples", section 8.9).
    """
    own = log_loss_from_logits(rows.z, rows.y.astype(np.float64)).mean()
    return float(own - log_loss_from_logits(fresh.z, sigmoid(fresh.z)).mean())
