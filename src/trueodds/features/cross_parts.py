"""What columns are offered to the search for crosses: their parts, chosen without the target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.features.cross import Part
from trueodds.features.feature_rules import FEW_VALUES, quantile_knots

BINS = 8
"""Bins of a number that is crossed with others; a number of a few values more has one for each."""
FINE_BINS = 32
"""Bins of a number that stand for all that a smooth function of it can tell."""
RECURRING = 0.5
"""Whole numbers may be codes where at least this share of the rows has a value that recurs."""


@dataclass(frozen=True, eq=False)
class Offered:
    """One part and every row's place in it."""

    part: Part
    places: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Candidates:
    """What is offered of each column, by its name."""

    fine: dict[str, Offered]
    """Categories by level and numbers in `FINE_BINS`: what is known before anything is crossed."""
    coarse: dict[str, Offered]
    """The same with numbers in `BINS`: what is crossed."""
    exact: dict[str, Offered]
    """Numbers whose values may be codes, each value that recurs a level."""


def cross_candidates(values: Values, schema: Schema) -> Candidates:
    """Offer every used column but dates; columns of one level are left out."""
    fine: dict[str, Offered] = {}
    coarse: dict[str, Offered] = {}
    exact: dict[str, Offered] = {}
    for column in schema.used:
        name = column.name
        if column.kind in ("category", "yesno"):
            offered = _offered(Part(name, len(column.levels)), values)
            if offered is not None:
                fine[name] = coarse[name] = offered
        elif column.kind == "number":
            _offer_number(name, values, fine, coarse, exact)
    return Candidates(fine, coarse, exact)


def _offer_number(
    name: str,
    values: Values,
    fine: dict[str, Offered],
    coarse: dict[str, Offered],
    exact: dict[str, Offered],
) -> None:
    x = values.numbers[name]
    known = x[np.isfinite(x)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < 2:
        return
    shares = counts / len(x)
    for found, bins in ((fine, FINE_BINS), (coarse, BINS if len(distinct) > FEW_VALUES else 64)):
        cuts = _cuts(distinct, counts, shares, bins)
        offered = _offered(Part(name, len(cuts) + 1, cuts), values)
        if offered is not None:
            found[name] = offered
    if len(distinct) > FINE_BINS and _may_be_codes(distinct, counts, len(x)):
        # A bin for each value that recurs, and one for each gap: a value that is new lies in a gap.
        codes = distinct[counts > 1]
        cuts = tuple(np.unique(np.concatenate([codes, codes + 1.0])).tolist())
        exact[name] = Offered(part := Part(name, len(cuts) + 1, cuts), _places(part, values))


def _may_be_codes(distinct: NDArray[np.float64], counts: NDArray[np.int64], rows: int) -> bool:
    whole = bool((distinct == np.floor(distinct)).all()) and np.abs(distinct).max() < 2**53
    return whole and int(counts[counts > 1].sum()) >= RECURRING * rows


def _cuts(
    distinct: NDArray[np.float64],
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
    bins: int,
) -> tuple[float, ...]:
    """Cuts between so many bins: each value its own where they are few, else quantiles."""
    if len(distinct) <= bins:
        return tuple(distinct[1:].tolist())
    return tuple(k for k in quantile_knots(distinct, counts, shares, bins) if k > distinct[0])


def _offered(part: Part, values: Values) -> Offered | None:
    places = _places(part, values)
    return Offered(part, places) if places.min() < places.max() else None


def _places(part: Part, values: Values) -> NDArray[np.int32]:
    return part.places(values).astype(np.int32)
