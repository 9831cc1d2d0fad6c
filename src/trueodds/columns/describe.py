"""From a frame and its target to a table whose columns have a meaning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.kinds import infer_schema
from trueodds.columns.leak import Leak
from trueodds.columns.leaks import suspect_leaks
from trueodds.columns.schema import Schema
from trueodds.columns.target import Target
from trueodds.columns.values import Values, to_values
from trueodds.columns.words import WordCells
from trueodds.errors import TableError, TrainingError
from trueodds.table.frame import Frame

Keep = Callable[[str, NDArray[Any]], NDArray[Any]]
"""Keeps an array by a name, in memory or on disk, and returns it from there."""


@dataclass(frozen=True, eq=False)
class Table:
    """The rows to learn from: those with a label and a weight above 0.

    ``sample_weight`` (mean 1), ``groups`` and ``time`` have shape (rows,), or are None.
    """

    source: str
    target: Target
    schema: Schema
    values: Values
    y: NDArray[np.uint8]
    """Shape (rows,), 1 for "yes"."""
    sample_weight: NDArray[np.float64] | None
    groups: NDArray[Any] | None
    time: NDArray[np.float64] | None
    notes: tuple[str, ...]
    """What was guessed or ignored when the cells were read."""

    @property
    def columns(self) -> list[str]:
        """Names of the used columns."""
        return [column.name for column in self.schema.used]

    def schema_with(self, leak: Leak | None) -> Schema:
        """The schema with one more suspicion, where there is one and no other."""
        return self.schema if leak is None or self.schema.leaks else self.schema.with_leaks(leak)


def describe(
    frame: Frame,
    target: Target,
    *,
    weight: NDArray[np.float64] | None,
    groups: Sequence[Any] | NDArray[Any] | None,
    time: NDArray[np.float64] | None,
    drop: Sequence[str],
    keep: Keep,
) -> Table:
    """Find out what each column is; see `trueodds.main_job.learn` for the arguments.

    Raises
    ------
    TableError, TrainingError
        If the weights cannot be used or a label has fewer than two rows.
    """
    kept = rows_to_learn(target, weight)
    frame = frame if len(kept) == frame.rows else frame.take(kept)
    y = target.y[np.searchsorted(np.flatnonzero(target.kept), kept)]
    _require_both(y, target, frame.source, " with a weight above 0" if weight is not None else "")
    schema = infer_schema(frame, drop=drop)
    values = _read_values(frame, schema, keep)
    return Table(
        source=frame.source,
        target=target,
        schema=schema.with_leaks(*suspect_leaks(values, schema, y)),
        values=values,
        y=y,
        sample_weight=None if weight is None else _mean_one(weight[kept]),
        groups=None if groups is None else np.asarray(groups)[kept],
        time=None if time is None else time[kept],
        notes=(*frame.notes, *schema.notes, *values.notes),
    )


def rows_to_learn(target: Target, weight: NDArray[np.float64] | None) -> NDArray[np.int64]:
    """Positions in the frame of the rows of a `Table`: those with a label and a weight above 0."""
    return np.flatnonzero(target.kept) if weight is None else _weighed(target, weight)


def _read_values(frame: Frame, schema: Schema, keep: Keep) -> Values:
    """Read the used columns, one after another, so that no more than one is made at a time."""
    values = Values(frame.rows, {}, {})
    for position, column in enumerate(schema.used):
        read = to_values(frame, replace(schema, columns=(column,)))
        for name, cells in read.numbers.items():
            values.numbers[name] = keep(f"column{position}", cells)
        for name, codes in read.codes.items():
            values.codes[name] = keep(f"column{position}", codes)
        for name, words in read.words.items():
            starts, places = (
                keep(f"words{position}{part}", getattr(words, part))
                for part in ("starts", "places")
            )
            values.words[name] = WordCells(starts, places)
        values = replace(values, odd=(*values.odd, *read.odd))
    return values


def _mean_one(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of mean 1; scaled by the largest first, so that no sum overflows."""
    scaled = weight / weight.max()
    return np.asarray(scaled / scaled.mean())


def _require_both(y: NDArray[np.uint8], target: Target, source: str, which: str) -> None:
    """Refuse a label that fewer than two rows have: one to learn from and one to check."""
    rows, label = min((int((y == code).sum()), code) for code in (0, 1))
    if rows < 2:
        raise TrainingError(
            f'{source}: the target "{target.name}" is "{(target.no, target.yes)[label]}" in only '
            f"{rows} row{'' if rows == 1 else 's'} of {len(y):,}{which}; each class needs at "
            "least 2, to learn from and to check: add such rows"
        )


def _weighed(target: Target, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows with a label and a weight above 0: a row of weight 0 is as good as not there."""
    if not np.isfinite(weight).all() or (weight < 0.0).any():
        raise TableError("sample weights must be finite numbers ≥ 0; mend or drop those rows")
    most = weight[target.kept].max(initial=0.0)
    if not most > 0.0:
        raise TrainingError("all sample weights are zero: at least some rows must count")
    # Networks count in float32, where so small a part of the largest weight is 0 or nearly.
    return np.flatnonzero(target.kept & (weight / most >= np.finfo(np.float32).tiny))
