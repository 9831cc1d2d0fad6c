"""Whether the parts of a model read from a file fit together, so that no row can trip over it."""

from itertools import pairwise
from math import isfinite

import numpy as np

from trueodds.model.fixed import require_exact
from trueodds.model.model import Model
from trueodds.table.blocks import FARTHEST, ClippedScale, Curve, Equals, Levels, Pieces
from trueodds.table.encode import Encoder
from trueodds.table.schema import Column


def require_consistent(model: Model) -> None:
    """Raise ValueError, in a few words, for a model that could not score a row exactly."""
    require_exact(model.networks)
    columns = {column.name: column for column in model.schema.used}
    _require_encoder(model.encoder, columns)
    for tables in model.rates:
        for table in tables:
            column = columns.get(table.source)
            kinds = ("number",) if table.cuts else ("category", "yesno")
            _require(
                column is not None
                and column.kind in kinds
                and all(map(isfinite, table.cuts))
                and all(a < b for a, b in pairwise(table.cuts))
                and table.log_odds.shape
                == ((len(table.cuts) + 1 if table.cuts else len(column.levels)) + 2,)
                and table.log_odds.dtype == np.float32
                and bool(np.isfinite(table.log_odds).all()),
                f'the rates of column "{table.source}" do not fit its levels',
            )
    for member in model.networks.members:
        _require(member.fold in range(len(model.rates)), "a member belongs to no fold")
        _require(
            model.encoder.width + len(model.rates[member.fold]) == member.sizes[0],
            "the encoder makes another number of inputs than the network has",
        )
    slope, shift = float(model.calibrator.slope), float(model.calibrator.shift)
    _require(0.0 < slope < float("inf") and isfinite(shift), "the calibrator is not finite")


def _require_encoder(encoder: Encoder, columns: dict[str, Column]) -> None:
    dates = {name for name, column in columns.items() if column.kind == "date"}
    coded = {name for name, column in columns.items() if column.kind in ("category", "yesno")}
    for source in encoder.derived:
        wanted = 2 if source.part in ("days_between", "calendar_days_between") else 1
        _require(
            len(source.columns) == wanted and set(source.columns) <= dates,
            f'"{source.name}" is derived from no date',
        )
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
            elif isinstance(block, Curve):
                good = good and len(block.x) == len(block.y) > 1
                good = good and all(map(isfinite, (*block.x, *block.y)))
                good = good and all(a < b for a, b in pairwise(block.x))
                good = good and all(a <= b for a, b in pairwise(block.y))
            elif isinstance(block, Pieces):
                good = good and len(block.x) > 1
                good = good and all(abs(knot) <= FARTHEST for knot in block.x)
                good = good and all(a < b for a, b in pairwise(block.x))
            elif isinstance(block, Equals):
                good = good and len(block.values) > 0
        _require(good, f'the inputs of "{block.source}" do not fit the columns')


def _require(good: bool, why: str) -> None:
    if not good:
        raise ValueError(why)
