"""How good a model is on labelled rows, and whether it has seen them before.

`Model.evaluate`, and with it `trueodds evaluate`, is this one function.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.sketch import row_hashes
from trueodds.columns.values import Values
from trueodds.evaluation.scores import Scores
from trueodds.model.data import ModelData
from trueodds.model.labelled import LabelledRows, labelled_rows
from trueodds.model.overlap import overlap
from trueodds.table.frame import Frame

NEARLY_ALL = 0.9
"""From this share of seen rows on, scores say nothing of new rows."""
ENOUGH = 20
"""Unseen rows that are scored on their own."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model on labelled rows, and what to make of them."""

    scores: Scores
    """Of all rows with a label (and a weight above 0)."""
    training: Scores
    """Out-of-fold, of the training rows; kept in the model."""
    source: str
    """What the table is called."""
    training_table: bool
    """Whether it is the file that the model was trained on."""
    seen: float | None
    """Share of the rows that were in the training table, estimated, 0 where chance explains it;
    None for a model that keeps no sketch of its training rows."""
    exact: bool
    """Whether every row was compared, not only a sample."""
    unseen: Scores | None
    """Of the rows that equal no training row, where some rows do, all can be told apart, and 20 or
    more are left."""
    weight: str | None
    """The column that weighs the scores; empty for an array; None where rows count the same."""
    weighting: str
    """What weighs the scores, in words; empty where neither training nor this has weights."""
    weights_lacking: bool
    """Whether the model was trained with weights and none are found here."""
    left_out: int
    """Rows whose label is missing."""
    notes: tuple[str, ...]
    """Remarks of reading the table."""

    @property
    def all_seen(self) -> bool:
        """Whether (nearly) all rows were in training, so that ``scores`` flatter the model."""
        return self.training_table or (self.seen or 0.0) >= NEARLY_ALL

    @property
    def judged(self) -> Scores | None:
        """The scores that say how good the model is on new rows.

        Those of these rows if the model has not seen them; else those of the unseen ones among
        them; out-of-fold ones if it has seen all; None where none of these is known.
        """
        if self.all_seen:
            return self.training
        return self.unseen if self.seen else self.scores

    @property
    def warning(self) -> str:
        """One or two sentences if the model has seen rows; else empty."""
        rows = self.scores.rows
        if self.training_table:
            return (
                f"The model was trained on this table, {self.source}. "
                "Its out-of-fold scores tell how good it is on new rows."
            )
        if not self.seen:
            return ""
        found = min(round(self.seen * rows), rows)
        if not self.exact:
            found = int(float(f"{found:.2g}"))
        told = f"All {rows:,}" if found == rows and self.exact else f"About {found:,} of {rows:,}"
        told = f"{told} rows of {self.source} were in the training table"
        if self.all_seen:
            return f"{told}. The model's out-of-fold scores tell how good it is on new rows."
        if self.unseen is None:
            return f"{told}: scores of these rows are too good. Evaluate on other rows."
        return (
            f"{told}: their scores are too good. The {self.unseen.rows:,} rows that equal no "
            "training row tell how good the model is on new rows."
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the scores must know: seen rows, lacking weights."""
        lacking = f"Weights: {self.weighting}." if self.weights_lacking else ""
        return tuple(text for text in (self.warning, lacking) if text)

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "training_table": self.training_table,
            "seen": self.seen,
            "seen_exact": self.exact,
            "all_seen": self.all_seen,
            "weight": self.weight,
            "weighting": self.weighting,
            "remarks": list(self.remarks),
            "left_out_missing": self.left_out,
            "scores": self.scores.to_json(),
            "unseen_scores": None if self.unseen is None else self.unseen.to_json(),
            "training_scores": self.training.to_json(),
        }


def evaluate(
    model: ModelData,
    read: Callable[[Frame], Values],
    log_odds_of: Callable[[Values], NDArray[np.float64]],
    X: Any,
    y: ArrayLike | None,
    sample_weight: ArrayLike | str | bool,
) -> Evaluation:
    """Score a model's forecasts of labelled rows; `Model.evaluate` describes the parameters.

    ``read`` and ``log_odds_of`` are the model's.
    """
    return evaluated(model, labelled_rows(model, read, log_odds_of, X, y, sample_weight), X)


def evaluated(model: ModelData, rows: LabelledRows, X: Any) -> Evaluation:
    """Score rows that have been read from ``X``, a table or the path of a table file."""
    path = Path(X) if isinstance(X, str | Path) else None
    trained_on = path is not None and path.is_file() and _sha256(path) == model.source_sha256
    met = None
    if model.sketch is not None:
        met = overlap(model.sketch, row_hashes(rows.values, model.schema, rows.y))
    unseen = None
    if met is not None and met.exact and met.share and met.unseen.sum() >= ENOUGH:
        unseen = rows.scored(met.unseen)
    return Evaluation(
        scores=rows.scored(slice(None)),
        training=model.scores,
        source=rows.source,
        training_table=trained_on,
        seen=None if met is None else met.share,
        exact=met is not None and met.exact,
        unseen=unseen,
        weight=rows.weight_column,
        weighting=rows.weighting,
        weights_lacking=rows.weights_lacking,
        left_out=rows.left_out,
        notes=rows.notes,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
