"""How good a model is on labelled rows, and whether it has seen them in training.

`Model.evaluate` and `trueodds evaluate` both call `evaluate`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.sketch import row_hashes
from trueodds.columns.values import Values
from trueodds.evaluation.scores import Scores
from trueodds.evaluation.slices import Slices, slice_scores
from trueodds.model.calls import Given, costs_for
from trueodds.model.data import ModelData
from trueodds.model.labelled import LabelledRows, labelled_rows
from trueodds.model.overlap import Overlap, overlap
from trueodds.model.slice_columns import groupings
from trueodds.table.anywhere import fingerprint
from trueodds.table.frame import Frame
from trueodds.table.sources import Source, as_source

NEARLY_ALL = 0.9
"""From this share of seen rows on, the scores say nothing about new rows."""
ENOUGH = 20
"""Least number of unseen rows that get scores of their own."""


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Scores of a model on labelled rows, and what they mean.

    A row is seen if it was in the training table, and unseen if it equals no training row.

    Examples
    --------
    >>> found = model.evaluate(labelled)
    >>> found.all_seen, found.left_out
    (False, 0)
    """

    scores: Scores
    """Scores of all rows with a label and a weight above 0."""
    training: Scores
    """Out-of-fold scores of the training rows, which the model holds."""
    source: str
    """Name of the table."""
    training_table: bool
    """Whether it is the file that the model was trained on."""
    seen: float | None
    """Estimated share of seen rows, from 0 to 1; 0 where chance explains it. None for a model that
    holds no sketch of its training rows."""
    exact: bool
    """Whether every row was compared, not only a sample."""
    unseen: Scores | None
    """Scores of the unseen rows, if some rows are seen, every row was compared, and at least 20
    rows are unseen; else None."""
    weight: str | None
    """The column of weights; empty for an array; None if all rows count the same."""
    weighting: str
    """Where the weights come from, in words; empty if neither training nor this has weights."""
    weights_lacking: bool
    """Whether the model was trained with weights and this table has none."""
    left_out: int
    """Rows whose label is missing."""
    notes: tuple[str, ...]
    """Notes from reading the table."""
    slices: Slices | None = None
    """Scores by group, of the unseen rows where these have scores of their own; None if no column
    was given."""

    @property
    def all_seen(self) -> bool:
        """Whether nearly all rows are seen, so that ``scores`` are too good."""
        return self.training_table or (self.seen or 0.0) >= NEARLY_ALL

    @property
    def judged(self) -> Scores | None:
        """The scores that say how good the model is on new rows.

        ``scores`` if no row is seen, ``unseen`` if some are, the out-of-fold scores if nearly all
        are. None if some rows are seen and ``unseen`` is None.
        """
        if self.all_seen:
            return self.training
        return self.unseen if self.seen else self.scores

    @property
    def warning(self) -> str:
        """One or two sentences if rows are seen; else empty."""
        rows = self.scores.rows
        if self.training_table:
            return (
                f"The model was trained on this table, {self.source}. "
                "Its out-of-fold scores show how good it is on new rows."
            )
        if not self.seen:
            return ""
        found = min(round(self.seen * rows), rows)
        if not self.exact:
            found = min(int(float(f"{found:.2g}")), rows)
        which = f"All {rows:,}" if found == rows and self.exact else f"About {found:,} of {rows:,}"
        text = f"{which} rows of {self.source} were in the training table"
        if self.all_seen:
            return f"{text}. The model's out-of-fold scores show how good it is on new rows."
        if self.unseen is None:
            return f"{text}. Scores of these rows are too good. Evaluate on other rows."
        return (
            f"{text}. Their scores are too good. The {self.unseen.rows:,} rows that equal no "
            "training row show how good the model is on new rows."
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the scores must know: rows are seen, weights are missing."""
        lacking = f"Weights: {self.weighting}." if self.weights_lacking else ""
        return tuple(text for text in (self.warning, lacking) if text)

    def __repr__(self) -> str:
        """The remarks, then the scores that tell how good the model is on new rows."""
        lines = [f"Evaluation on {self.source}", *(f"Note: {remark}" for remark in self.remarks)]
        if self.judged is None:
            lines.append(f"On all rows, seen ones among them: {self.scores!r}")
        elif self.all_seen:
            lines.append(f"Out-of-fold, as on new rows: {self.training!r}")
        elif self.unseen is not None and self.seen:
            lines.append(f"On rows that equal no training row: {self.unseen!r}")
        else:
            lines.append(f"{self.scores!r}")
            lines.append(f"Out-of-fold log-loss in training: {self.training.log_loss}")
        if self.weighting and not self.weights_lacking:
            lines.append(f"Weights: {self.weighting}")
        if self.left_out:
            lines.append(f"{self.left_out:,} rows without a label are left out")
        if self.slices is not None:
            lines += self.slices.sentences
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)

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
            "scores": self.scores,
            "unseen_scores": self.unseen,
            "training_scores": self.training,
            "slices": None if self.slices is None else self.slices.to_json(),
        }


def evaluate(
    model: ModelData,
    read: Callable[[Frame], Values],
    log_odds_of: Callable[[Values], NDArray[np.float64]],
    X: Any,
    y: ArrayLike | None,
    sample_weight: ArrayLike | str | bool,
    by: Sequence[str] = (),
    costs: Given = (None, None, None),
) -> Evaluation:
    """Score a model's forecasts of labelled rows; `Model.evaluate` describes the parameters.

    ``read`` and ``log_odds_of`` are the methods of `Model`.
    """
    rows = labelled_rows(model, read, log_odds_of, X, y, sample_weight)
    return evaluated(model, rows, X, by, costs)


def evaluated(
    model: ModelData,
    rows: LabelledRows,
    X: Any,
    by: Sequence[str] = (),
    costs: Given = (None, None, None),
) -> Evaluation:
    """Score rows that have been read from ``X``, a table or the path of a table file."""
    found = fingerprint(as_source(X)) if isinstance(X, str | Path | Source) else ""
    trained_on = bool(found) and found == model.source_sha256
    known, judged = rows_judged(model, rows)
    unseen = None if judged.all() else rows.scored(judged)
    return Evaluation(
        scores=rows.scored(slice(None)),
        training=model.scores,
        source=rows.source,
        training_table=trained_on,
        seen=None if known is None else known.seen,
        exact=known is not None and known.exact,
        unseen=unseen,
        weight=rows.weight_column,
        weighting=rows.weighting,
        weights_lacking=rows.weights_lacking,
        left_out=rows.left_out,
        notes=rows.notes,
        slices=_slices(model, rows, judged, by, costs) if by else None,
    )


def rows_judged(model: ModelData, rows: LabelledRows) -> tuple[Overlap | None, NDArray[np.bool_]]:
    """Which rows the model has seen, and which it is judged by, shape (rows,).

    These are the unseen ones if some are seen, every row was compared, and at least 20 are unseen;
    else all.
    """
    if model.sketch is None:
        return None, np.ones(len(rows.y), np.bool_)
    known = overlap(model.sketch, row_hashes(rows.values, model.schema, rows.y))
    if known.exact and known.seen and known.unseen.sum() >= ENOUGH:
        return known, known.unseen
    return known, np.ones(len(rows.y), np.bool_)


def _slices(
    model: ModelData,
    rows: LabelledRows,
    judged: NDArray[np.bool_],
    by: Sequence[str],
    given: Given,
) -> Slices:
    """Scores by group of the rows that are ``judged``, shape (rows,)."""
    places = np.flatnonzero(judged)
    frame = rows.frame.take(np.flatnonzero(rows.kept)[judged])
    columns, notes = groupings(by, frame, rows.values.take(places), model.schema, model.target_name)
    costs = None
    if model.costs is not None or any(cost is not None for cost in given):
        costs = costs_for(given, model.costs, rows.frame, rows.kept).of_rows(judged)
    return slice_scores(
        rows.y[judged],
        rows.log_odds[judged],
        columns,
        None if rows.weight is None else rows.weight[judged],
        clusters=None if rows.clusters is None else rows.clusters[judged],
        costs=costs,
        notes=notes,
    )
