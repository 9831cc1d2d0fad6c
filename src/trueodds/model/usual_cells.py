"""Cells of single rows that training rows showed, so that no warning is due."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from trueodds.columns.profile import Profile
from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING, UNSEEN
from trueodds.model.monitor import missing_by_chance


@dataclass(frozen=True)
class UsualCells:
    """For every column of a row the least and largest usual value, and whether it may be missing.

    Codes of known levels are usual from 0 on; a text has no levels. No missing cell is within.
    """

    limits: tuple[tuple[float, float, bool], ...]
    missing: tuple[int | None, ...]
    """Missing cells of the training rows; None where the reference profile has no such column."""
    training: int
    """Training rows of the reference profile."""

    @classmethod
    def of(cls, schema: Schema, profile: Profile | None) -> "UsualCells":
        """Take the limits from the reference profile; without one all cells are usual."""
        known = {} if profile is None else {c.name: c for c in profile.columns}
        limits, missing = [], []
        for column in schema.used:
            numeric = column.kind in ("number", "date")
            low, high = -np.inf, np.inf
            if column.coded:
                low, high = (UNSEEN, UNSEEN) if column.kind == "text" else (0, np.inf)
            reference = known.get(column.name)
            if reference is not None and numeric:
                low, high = reference.low, reference.high
            limits.append((low, high, reference is None or bool(reference.missing)))
            missing.append(None if reference is None else reference.missing)
        return cls(tuple(limits), tuple(missing), 0 if profile is None else profile.rows)

    def include(self, values: list[Any]) -> bool:
        """Whether all of a row's values are usual; further values of the row do not count."""
        for value, (low, high, may_miss) in zip(values, self.limits, strict=False):
            if not (low <= value <= high or (may_miss and _is_missing(value))):
                return False
        return True

    def include_all(self, rows: list[list[Any]]) -> bool:
        """Whether all rows are usual, and as many of their cells are missing as chance explains."""
        if not all(map(self.include, rows)):
            return False
        for before, column in zip(self.missing, zip(*rows, strict=True), strict=False):
            now = sum(map(_is_missing, column))
            if before and not missing_by_chance(before, self.training, now, len(rows)):
                return False
        return True


def _is_missing(value: Any) -> bool:
    return value != value or (value == MISSING and type(value) is int)
