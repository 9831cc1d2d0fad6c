"""Labelled rows: their labels, weights, groups and forecasts, read as the model was trained."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.roles import read_groups, read_weights
from trueodds.columns.target import apply_target
from trueodds.columns.values import Values
from trueodds.errors import TableError
from trueodds.evaluation.scores import Scores, score
from trueodds.model.data import ModelData
from trueodds.table.anywhere import read_table
from trueodds.table.convert import as_column, as_frame
from trueodds.table.frame import Frame, missing_column
from trueodds.table.sources import Source


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """The rows that count: labels, log-odds, weights and groups, each of shape (rows,)."""

    y: NDArray[np.uint8]
    log_odds: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    clusters: NDArray[np.int64] | None
    """Rows with one number belong together; None if every row is alone."""
    kept: NDArray[np.bool_]
    """Which rows of the table count, shape (rows of the table,)."""
    frame: Frame
    """The whole table."""
    values: Values
    """The inputs of the rows that count."""
    weight_column: str | None
    """As `trueodds.model.evaluate.Evaluation.weight`."""
    weighting: str
    """What weighs the rows, in words; empty where nothing does."""
    weights_lacking: bool
    """Whether the model was trained with weights and none are found here."""
    left_out: int
    """Rows whose label is missing."""
    notes: tuple[str, ...]
    """Remarks of reading the table."""

    @property
    def source(self) -> str:
        """What the table is called."""
        return self.frame.source

    def scored(self, part: NDArray[np.bool_] | slice) -> Scores:
        """Score some of the rows."""
        weight = None if self.weight is None else self.weight[part]
        clusters = None if self.clusters is None else self.clusters[part]
        return score(self.y[part], self.log_odds[part], weight, clusters=clusters)


def labelled_rows(
    model: ModelData,
    read: Callable[[Frame], Values],
    log_odds_of: Callable[[Values], NDArray[np.float64]],
    X: Any,
    y: ArrayLike | None,
    sample_weight: ArrayLike | str | bool,
) -> LabelledRows:
    """Read and forecast labelled rows; `Model.evaluate` describes the parameters."""
    frame = read_table(X) if isinstance(X, str | Path | Source) else as_frame(X)
    labels = frame.column(model.target_name) if y is None else as_column(y, model.target_name)
    if len(labels) != frame.rows:
        raise TableError(
            f"X has {frame.rows:,} rows but y has {len(labels):,}: give one label for each row"
        )
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
            raise TableError(
                f"{frame.source}: all weights are zero: give at least one row a weight above 0"
            )
        if zero := int(kept.sum() - counting.sum()):
            weighting += f"; {zero:,} rows of weight 0 are left out"
        answers, kept = answers[counting[kept]], counting
        weights = weights[kept] / weights[kept].max()
    notes = list(frame.notes)
    clusters = _clusters(model, frame, notes)
    values = read(frame.take(kept))
    return LabelledRows(
        y=answers,
        log_odds=log_odds_of(values),
        weight=weights,
        clusters=None if clusters is None else clusters[kept],
        kept=kept,
        frame=frame,
        values=values,
        weight_column=name,
        weighting=weighting,
        weights_lacking=lacking,
        left_out=left_out,
        notes=(*notes, *values.notes),
    )


def _weights(
    model: ModelData, frame: Frame, needed: NDArray[np.bool_], asked: ArrayLike | str | bool
) -> tuple[NDArray[np.float64] | None, str | None, str, bool]:
    """Weights of the rows, their column, where they come from, and whether they are missing."""
    trained = model.roles.weight
    if asked is False:
        text = "" if trained is None else f"none, as asked; training was weighted{_by(trained)}"
        return None, None, text, False
    if isinstance(asked, str):
        if asked.strip() not in frame and asked not in frame:
            raise TableError(missing_column(asked, frame.names, frame.source))
        column = asked if asked in frame else asked.strip()
        text = f'the column "{column}"' + (
            ", as in training"
            if column == trained
            else f"; training was weighted{_by(trained)}"
            if trained is not None
            else "; training was not weighted"
        )
        reading = model.roles.weight_reading if column == trained else None
        return read_weights(frame, column, needed, reading), column, text, False
    if asked is not True:
        return _given(asked, frame), "", "as given", False
    if trained is None:
        return None, None, "", False
    if trained and trained in frame:
        text = f'the column "{trained}", as in training'
        weights = read_weights(frame, trained, needed, model.roles.weight_reading)
        return weights, trained, text, False
    where = f", which {frame.source} lacks" if trained else ""
    text = f"none: these scores are unweighted, but training was weighted{_by(trained)}{where}"
    return None, None, text, True


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
    """Group numbers of the rows, shape (rows,), from the training's column of groups, if any.

    A note says so if training counted groups or blocks of time and this counts rows.
    """
    name = model.roles.group
    if name and name in frame:
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
