"""Checks that the inputs of a model read from a file fit its columns."""

from itertools import pairwise
from math import isfinite

import numpy as np

from trueodds.columns.schema import Column
from trueodds.features.blocks import (
    FARTHEST,
    ClippedScale,
    Indicator,
    Levels,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.cross import LARGEST_KEY, MOST_PARTS, Cross, keys_end
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.features.text import in_units

LARGEST_CURVE = 1e6
"""Normal scores stay within ±3; beyond this an input could overflow on its grid."""


def require(good: bool, why: str) -> None:
    """Raise ValueError with the reason unless it is good."""
    if not good:
        raise ValueError(why)


def require_target_encoding(table: TargetEncoding, columns: dict[str, Column]) -> None:
    """Check one target encoding of one fold."""
    if table.text is not None:
        _require_text(table, columns)
        return
    if table.cross is None:
        levels = _levels(table.source, table.cuts, columns)
    else:
        levels = len(table.cross.keys)
        _require_cross(table.source, table.cross, columns)
    require(
        levels is not None
        and table.log_odds.shape == (levels + 2,)
        and table.log_odds.dtype == np.float32
        and bool(np.isfinite(table.log_odds).all()),
        f'the target encoding of column "{table.source}" does not fit its levels',
    )


def _require_text(table: TargetEncoding, columns: dict[str, Column]) -> None:
    """A sum of whole multiples of a unit is exact in any order."""
    places = () if table.text is None else table.text.places
    column = None if table.text is None else columns.get(table.text.column)
    require(
        column is not None
        and table.log_odds.shape == (len(places),)
        and all(0 <= place < len(column.words) for place in places)
        and all(a < b for a, b in pairwise(places))
        and table.log_odds.dtype == np.float32
        and not table.cuts
        and table.cross is None
        and bool(np.isfinite(table.log_odds).all())
        and np.array_equal(in_units(table.log_odds.astype(np.float64)), table.log_odds),
        f'the log-odds of "{table.source}" do not fit the words of its column',
    )


def _levels(source: str, cuts: tuple[float, ...], columns: dict[str, Column]) -> int | None:
    """Levels of a category, or bins of a number by increasing cuts; None if it is neither."""
    column = columns.get(source)
    if column is None or column.kind not in (("number",) if cuts else ("category", "yesno")):
        return None
    if not cuts:
        return len(column.levels)
    good = all(map(isfinite, cuts)) and all(a < b for a, b in pairwise(cuts))
    return len(cuts) + 1 if good else None


def _require_cross(name: str, cross: Cross, columns: dict[str, Column]) -> None:
    keys = cross.keys
    require(
        0 < len(cross.parts) <= MOST_PARTS
        and all(part.levels == _levels(part.source, part.cuts, columns) for part in cross.parts)
        and keys_end(cross.parts) <= LARGEST_KEY
        and keys.dtype == np.int64
        and keys.ndim == 1
        and int(keys[0]) >= 0
        and int(keys[-1]) < keys_end(cross.parts)
        and bool((np.diff(keys) > 0).all()),
        f'the levels of the cross "{name}" do not fit its columns',
    )


def require_encoder(encoder: Encoder, taken: set[str], columns: dict[str, Column]) -> None:
    """Check the inputs that all folds share; names of derived ones are added to ``taken``."""
    dates = {name for name, column in columns.items() if column.kind == "date"}
    coded = {name for name, column in columns.items() if column.kind in ("category", "yesno")}
    for source in encoder.derived:
        wanted = 2 if source.part in ("days_between", "calendar_days_between") else 1
        require(
            len(source.columns) == wanted and set(source.columns) <= dates,
            f'"{source.name}" is not derived from a date',
        )
        require(source.name not in taken, f'"{source.name}" occurs twice')
        taken.add(source.name)
    numbers = (set(columns) - coded) | {source.name for source in encoder.derived}
    for block in encoder.blocks:
        if isinstance(block, Levels):
            slots = (*block.slots, block.missing, block.other)
            good = block.source in coded and len(block.slots) == len(columns[block.source].levels)
            good = good and all(-1 <= slot < block.width for slot in slots)
        else:
            good = block.source in numbers
            if isinstance(block, ClippedScale):
                good = good and isfinite(block.centre) and 0.0 < block.scale < float("inf")
            elif isinstance(block, QuantileTransform):
                good = good and len(block.x) == len(block.y) > 1
                good = good and all(map(isfinite, block.x))
                good = good and all(abs(y) <= LARGEST_CURVE for y in block.y)
                good = good and all(a < b for a, b in pairwise(block.x))
                good = good and all(a <= b for a, b in pairwise(block.y))
            elif isinstance(block, PiecewiseLinear):
                good = good and len(block.x) > 1
                good = good and all(abs(knot) <= FARTHEST for knot in block.x)
                good = good and all(a < b for a, b in pairwise(block.x))
            elif isinstance(block, Indicator):
                good = good and len(block.values) > 0
        require(good, f'the inputs of "{block.source}" do not fit the columns')
