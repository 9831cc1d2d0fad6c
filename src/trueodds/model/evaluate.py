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

from trueodds.columns.roles import read_groups, read_weights
from trueodds.columns.sketch import row_hashes
from trueodds.columns.target import apply_target
from trueodds.columns.values import Values
from trueodds.errors import TableError
from trueodds.evaluation.scores import Scores, score
from trueodds.model.data import ModelData
from trueodds.model.overlap import overlap
from trueodds.table.convert import as_column, as_frame
from trueodds.table.frame import Frame, missing_column
from trueodds.table.read import read_table

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
    path = Path(X) if isinstance(X, str | Path) else None
    trained_on = path is not None and path.is_file() and _sha256(path) == model.source_sha256
    frame = read_table(path) if path is not None else as_frame(X)
    labels = frame.column(model.target_name) if y is None else as_column(y, model.target_name)
    if len(labels) != frame.rows:
        raise TableError(f"X has {frame.rows:,} rows but y has {len(labels):,}: one label a row")
    answers, kept = apply_target(
        labels,
        model.target_name,
        model.target_yes,
        model.target_no,
        source=frame.source,
        place=frame.place,
    )
    left_out = int(len(kept) - kept.sum())
    weights, name, weighting, lacking = _weights(model, frame, kept, sample_weight)
    if weights is not None:
        counting = kept & (weights > 0.0)
        if not counting.any():
            raise TableError(f"{frame.source}: all weights are zero: at least some rows must count")
        if zero := int(kept.sum() - counting.sum()):
            weighting += f"; {zero:,} rows of weight 0 are left out"
        answers, kept = answers[counting[kept]], counting
        weights = weights[kept] / weights[kept].max()
    notes = list(frame.notes)
    clusters = _clusters(model, frame, notes)
    values = read(frame.take(kept))
    rows = _Rows(
        answers,
        log_odds_of(values),
        weights,
        None if clusters is None else clusters[kept],
    )
    met = None
    if model.sketch is not None:
        met = overlap(model.sketch, row_hashes(values, model.schema, answers))
    unseen = None
    if met is not None and met.exact and met.share and met.unseen.sum() >= ENOUGH:
        unseen = rows.scored(met.unseen)
    return Evaluation(
        scores=rows.scored(slice(None)),
        training=model.scores,
        source=frame.source,
        training_table=trained_on,
        seen=None if met is None else met.share,
        exact=met is not None and met.exact,
        unseen=unseen,
        weight=name,
        weighting=weighting,
        weights_lacking=lacking,
        left_out=left_out,
        notes=(*notes, *values.notes),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows that count: labels, log-odds, weights and groups, each of shape (rows,)."""

    y: NDArray[np.uint8]
    log_odds: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    clusters: NDArray[np.int64] | None
    """Rows of one number belong together; None where every row stands alone."""

    def scored(self, part: NDArray[np.bool_] | slice) -> Scores:
        """Score some of the rows."""
        weight = None if self.weight is None else self.weight[part]
        clusters = None if self.clusters is None else self.clusters[part]
        return score(self.y[part], self.log_odds[part], weight, clusters=clusters)


def _weights(
    model: ModelData, frame: Frame, needed: NDArray[np.bool_], asked: ArrayLike | str | bool
) -> tuple[NDArray[np.float64] | None, str | None, str, bool]:
    """Weights of the rows, their column, what is told of them, and whether they are lacking."""
    trained = model.roles.weight
    if asked is False:
        told = "" if trained is None else f"none, as asked; training was weighted{_by(trained)}"
        return None, None, told, False
    if isinstance(asked, str):
        if asked.strip() not in frame.names and asked not in frame.names:
            raise TableError(missing_column(asked, frame.names, frame.source))
        column = asked if asked in frame.names else asked.strip()
        told = f'the column "{column}"' + (
            ", as in training"
            if column == trained
            else f"; training was weighted{_by(trained)}"
            if trained is not None
            else "; training was not weighted"
        )
        reading = model.roles.weight_reading if column == trained else None
        return read_weights(frame, column, needed, reading), column, told, False
    if asked is not True:
        return _given(asked, frame), "", "as given", False
    if trained is None:
        return None, None, "", False
    if trained and trained in frame.names:
        told = f'the column "{trained}", as in training'
        weights = read_weights(frame, trained, needed, model.roles.weight_reading)
        return weights, trained, told, False
    where = f", which {frame.source} lacks" if trained else ""
    told = f"none: these scores are unweighted, but training was weighted{_by(trained)}{where}"
    return None, None, told, True


def _by(column: str) -> str:
    return f' by the column "{column}"' if column else ""


def _given(weight: ArrayLike, frame: Frame) -> NDArray[np.float64]:
    array = np.asarray(weight, dtype=np.float64)
    if array.shape != (frame.rows,):
        raise TableError(f"X has {frame.rows:,} rows but the weights have shape {array.shape}")
    if not np.isfinite(array).all() or (array < 0.0).any():
        raise TableError("sample weights must be finite numbers ≥ 0; mend or drop those rows")
    return array


def _clusters(model: ModelData, frame: Frame, notes: list[str]) -> NDArray[np.int64] | None:
    """Numbers of the rows' groups, shape (rows,), by the column of groups of training, if any.

    A note tells where training counted groups or blocks of time and this counts rows.
    """
    name = model.roles.group
    if name and name in frame.names:
        return read_groups(frame, name, notes)
    if name is not None:
        where = f' by the column "{name}", which {frame.source} lacks' if name else ""
        notes.append(
            f"training had groups{where}: intervals count single rows here, so they may be too "
            "narrow"
        )
    if model.roles.time is not None:
        notes.append(
            "training was by time: intervals count single rows here, not blocks of time, so they "
            "may be too narrow"
        )
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
