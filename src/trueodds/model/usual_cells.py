"""Cells of single rows that training rows showed, so that no warning is due."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from trueodds.columns.profile import Profile
from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING


@dataclass(frozen=True)
class UsualCells:
    """For every column of a row the least and largest usual value, and whether it may be missing.

    Codes of known levels are usual from 0 on.
    """

    limits: tuple[tuple[float, float, bool], ...]

    @classmethod
    def of(cls, schema: Schema, profile: Profile | None) -> "UsualCells":
        """Take the limits from the reference profile; without one all cells are usual."""
        known = {} if profile is None else {c.name: c for c in profile.columns}
        limits = []
        for column in schema.used:
            numeric = column.kind in ("number", "date")
            low, high = (
                (0.0, np.inf) if column.coded and column.kind != "text" else (-np.inf, np.inf)
            )
            reference = known.get(column.name)
            if reference is not None and numeric:
                low, high = reference.low, reference.high
            limits.append((low, high, reference is None or bool(reference.missing)))
        return cls(tuple(limits))

    def include(self, values: list[Any]) -> bool:
        """Whether all of a row's values are usual; further values of the row do not count."""
        for value, (low, high, may_miss) in zip(values, self.limits, strict=False):
            missing = value != value or (value == MISSING and type(value) is int)
            if not (may_miss if missing else low <= value <= high):
                return False
        return True
