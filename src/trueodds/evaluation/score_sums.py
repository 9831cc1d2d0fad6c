"""Scores of any number of rows in fixed memory, from sums that come out the same in any order.

Log-loss, Brier score and their intervals are those of `trueodds.evaluation.scores.score`: sums over
rows, kept as whole numbers on a grid. AUC and calibration compare rows by their forecast: they are
taken from counts of rows in narrow bins of the log-odds.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.evaluation.calibration_error import DRAWS, counted_calibration_error
from trueodds.evaluation.intervals import fraction_interval, loss_interval
from trueodds.evaluation.scores import Scores, entropy
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid

PER_NAT = 256
"""Bins of one nat. Rows of one bin count as equal: with log-odds that spread over a nat, one pair
of rows in a thousand."""
WIDEST = 40
"""Log-odds beyond ±40 nats are in the last bins."""
BINS = 2 * WIDEST * PER_NAT
BLOCK = 1 << 20
"""Rows that are added at once: their sums fit into int64."""
FINE, COARSE = 2.0**32, 2.0**20
"""Grids of losses and probabilities, and of squared losses, which may be 550,000."""


def _counts() -> NDArray[np.int64]:
    return np.zeros(BINS, np.int64)


@dataclass(eq=False)
class ScoreSums:
    """Sums over rows; those of several parts add up to those of all, in any order, bit for bit."""

    rows: int = 0
    yes: int = 0
    log_loss: int = 0
    log_loss_squares: int = 0
    brier: int = 0
    brier_squares: int = 0
    rows_of: NDArray[np.int64] = field(default_factory=_counts)
    """Shape (BINS,): rows by their log-odds."""
    yes_of: NDArray[np.int64] = field(default_factory=_counts)
    """Shape (BINS,): of these, the rows that are yes."""
    forecast_of: NDArray[np.int64] = field(default_factory=_counts)
    """Shape (BINS,): sums of their probabilities, on a grid that 2³¹ rows of a bin fit into."""

    def update(self, y: NDArray[np.uint8], log_odds: NDArray[np.float64]) -> None:
        """Add rows: labels, 1 for "yes", and forecasts in nats, each of shape (rows,)."""
        for start in range(0, len(y), BLOCK):
            self._add_block(y[start : start + BLOCK], log_odds[start : start + BLOCK])

    def _add_block(self, y: NDArray[np.uint8], log_odds: NDArray[np.float64]) -> None:
        label = y.astype(np.float64)
        p = sigmoid(log_odds)
        losses, squares = functions.log_loss_from_logits(log_odds, label), np.square(p - label)
        self.rows += len(y)
        self.yes += int(y.sum())
        self.log_loss += _whole(losses, FINE)
        self.log_loss_squares += _whole(np.square(losses), COARSE)
        self.brier += _whole(squares, FINE)
        self.brier_squares += _whole(np.square(squares), FINE)
        places = np.floor((np.clip(log_odds, -WIDEST, WIDEST) + WIDEST) * PER_NAT)
        places = np.minimum(places, BINS - 1).astype(np.int64)
        self.rows_of += np.bincount(places, minlength=BINS)
        self.yes_of += np.bincount(places[y == 1], minlength=BINS)
        np.add.at(self.forecast_of, places, np.rint(p * FINE).astype(np.int64))

    def add(self, other: "ScoreSums") -> None:
        """Add the rows of another part."""
        for name in ("rows", "yes", "log_loss", "log_loss_squares", "brier", "brier_squares"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("rows_of", "yes_of", "forecast_of"):
            getattr(self, name)[:] += getattr(other, name)

    def scores(self, draws: int = DRAWS, seed: int = 0) -> Scores:
        """Score the rows, at least one; see `trueodds.evaluation.scores.score` for the draws."""
        n, rate = self.rows, self.yes / self.rows
        held = np.flatnonzero(self.rows_of)
        rows, yes = self.rows_of[held], self.yes_of[held]
        z = (held + 0.5) / PER_NAT - WIDEST
        both = np.concatenate([yes, rows - yes])
        labels = np.repeat(np.array([1, 0], np.uint8), len(held))
        auc, influence = weighted_auc(labels, np.tile(z, 2), both.astype(np.float64))
        # The rows of an entry have its influence in equal parts.
        influence = influence / np.sqrt(np.maximum(both, 1))
        return Scores(
            rows=n,
            positives=self.yes,
            base_rate=rate,
            log_loss=loss_interval(
                self.log_loss / FINE / n,
                _spread(self.log_loss / FINE, self.log_loss_squares / COARSE, n),
                n,
            ),
            brier=loss_interval(
                self.brier / FINE / n,
                _spread(self.brier / FINE, self.brier_squares / FINE, n),
                n,
                most=1.0,
            ),
            auc=fraction_interval(auc, influence, min(self.yes, n - self.yes)),
            calibration_error=counted_calibration_error(
                z, self.forecast_of[held] / FINE / rows, rows, yes, draws, seed
            ),
            base_log_loss=entropy(rate),
            base_brier=rate * (1.0 - rate),
        )


def _whole(values: NDArray[np.float64], grid: float) -> int:
    return int(np.rint(values * grid).astype(np.int64).sum())


def _spread(total: float, squares: float, rows: int) -> NDArray[np.float64]:
    """One influence, shape (1,), whose square is the sum of those of all rows on their mean."""
    return np.array([max(squares - total * total / rows, 0.0) ** 0.5 / rows])
