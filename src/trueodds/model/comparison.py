"""What `trueodds.compare` finds: scores of several forecasts of the same rows, and differences."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trueodds.evaluation.paired import Pairs
from trueodds.evaluation.scores import Scores


@dataclass(frozen=True)
class Contender:
    """One forecast of the compared rows."""

    name: str
    scores: Scores
    seen: float | None
    """Estimated share of the table's rows that trained it; 1 if it was trained on this table. None
    where that is not known: a column, or a model without a sketch of its training rows."""


@dataclass(frozen=True)
class Comparison:
    """Scores of several forecasts of the same rows, and their differences from the first one.

    Examples
    --------
    >>> trueodds.compare([model, model], labelled).left_out
    0
    """

    contenders: tuple[Contender, ...]
    pairs: Pairs
    """``pairs.paired[i]`` is contender i + 1 less contender 0."""
    source: str
    """What the table is called."""
    overlap: str
    """A sentence if rows trained a model; else empty."""
    clustered: bool
    """Whether the bootstrap draws groups."""
    weighting: str
    """What weighs the rows, in words; empty where nothing does."""
    left_out: int
    """Rows whose label is missing."""
    notes: tuple[str, ...]
    """Remarks of reading the table."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Which forecast has the lower log-loss, one sentence for each after the first."""
        first = self.contenders[0].name
        told = []
        for one, pair in zip(self.contenders[1:], self.pairs.paired, strict=True):
            low, value, high = pair.log_loss.low, pair.log_loss.value, pair.log_loss.high
            if np.isnan(low):
                told.append(f"{one.name} and {first}: too few rows for an interval.")
            elif low <= 0.0 <= high:
                told.append(
                    f"{one.name} and {first} do not differ beyond chance in log-loss: {value:+.4f} "
                    f"({low:+.4f} to {high:+.4f})."
                )
            else:
                better = "lower" if value < 0.0 else "higher"
                told.append(
                    f"{one.name} has a {better} log-loss than {first}: {value:+.4f} ({low:+.4f} to "
                    f"{high:+.4f})."
                )
        return tuple(text.replace("-0.", "−0.") for text in told)

    def __repr__(self) -> str:
        """The overlap, every forecast's log-loss and the sentences."""
        lines = [f"Comparison of {self.pairs.rows:,} rows of {self.source}"]
        lines += [f"Note: {text}" for text in (self.overlap, *self.notes) if text]
        lines += [f"  {one.name}: log-loss {one.scores.log_loss}" for one in self.contenders]
        return "\n".join([*lines, *self.sentences])

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        paired = zip(self.contenders[1:], self.pairs.paired, strict=True)
        return {
            "rows": self.pairs.rows,
            "overlap": self.overlap,
            "weighting": self.weighting,
            "left_out_missing": self.left_out,
            "contenders": [asdict(one) for one in self.contenders],
            "less": self.contenders[0].name,
            "differences": [{"name": one.name, **asdict(pair)} for one, pair in paired],
            "bootstrap": {
                "draws": self.pairs.draws,
                "units": self.pairs.units,
                "of": "groups" if self.clustered else "rows",
            },
            "sentences": list(self.sentences),
        }
