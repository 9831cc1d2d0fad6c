"""Columns that are not inputs: the target, weights, groups and times."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.columns import Target, read_target
from trueodds.columns.roles import (
    RoleColumns,
    number_reading,
    read_groups,
    read_times,
    read_weights,
)
from trueodds.errors import UsageError
from trueodds.table import Frame
from trueodds.table.frame import missing_column


@dataclass(frozen=True, eq=False)
class Roles:
    """What the role columns hold, one entry for each row, and the frame without them."""

    inputs: Frame
    target: Target
    weight: NDArray[np.float64] | None
    groups: NDArray[np.int64] | None
    time: NDArray[np.float64] | None
    drop: tuple[str, ...]
    columns: RoleColumns
    """Their names, for the model to keep."""


def read_roles(
    frame: Frame,
    target: str,
    *,
    positive: str | None = None,
    weight: str | None = None,
    group: str | None = None,
    time: str | None = None,
    drop: tuple[str, ...] = (),
) -> Roles:
    """Take the role columns out of a training table; they are not inputs of the network.

    A row without a group is a group of its own. A row without a time counts as the earliest. The
    notes of the frame say so.

    Raises
    ------
    UsageError
        If a column is missing or has two roles.
    TargetError
        If the target does not have two labels, or not the label ``positive``.
    TableError
        If a cell of another role column cannot be read; the message names the row.
    """
    asked = {"--target": target, "--weight": weight, "--group": group, "--time": time}
    names = {option: find(frame, name, option) for option, name in asked.items() if name}
    dropped = tuple(dict.fromkeys(find(frame, name, "--drop") for name in drop))
    taken: dict[str, str] = dict.fromkeys(dropped, "--drop")
    for option, name in names.items():
        if name in taken:
            raise UsageError(f'the column "{name}" is named by both {taken[name]} and {option}')
        taken[name] = option
    labels = read_target(frame.column(names["--target"]), positive=positive, source=frame.source)
    notes: list[str] = []
    weights = groups = times = None
    reading = ("", "")
    if "--weight" in names:
        reading = number_reading(frame, names["--weight"])
        weights = read_weights(frame, names["--weight"], labels.kept, reading)
    if "--group" in names:
        groups = read_groups(frame, names["--group"], notes)
    if "--time" in names:
        times = read_times(frame, names["--time"], notes)
    inputs = frame.without(names.values())
    return Roles(
        inputs=replace(inputs, notes=(*inputs.notes, *notes)),
        target=labels,
        weight=weights,
        groups=groups,
        time=times,
        drop=dropped,
        columns=RoleColumns(
            names.get("--weight"), names.get("--group"), names.get("--time"), reading
        ),
    )


def find(frame: Frame, name: str, option: str) -> str:
    """Return the name of a column as the frame has it; raise UsageError with similar names."""
    for same in (name, name.strip()):
        if same in frame:
            return same
    raise UsageError(f"{option}: {missing_column(name, frame.names, frame.source)}")
