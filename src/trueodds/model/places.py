"""Where the sources of a row stand in the tables of `trueodds.model.lookups`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.blocks import ClippedScale, PiecewiseLinear, QuantileTransform
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.scorer import Float

Whole = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Looked:
    """Some rows as places in the tables; see `trueodds.model.compiled_loops.score_rows`."""

    units: Whole
    at: Whole
    amounts: Float


@dataclass(frozen=True, eq=False)
class Steps:
    """A number: its steps are the row of sums at ``base`` + the bin of its value."""

    source: str
    edges: Float
    base: int
    smooth: tuple[tuple[int, ClippedScale | QuantileTransform], ...]
    """Blocks of one input, and the positions of these."""
    pieces: tuple[tuple[int, PiecewiseLinear], ...]


@dataclass(frozen=True, eq=False)
class Codes:
    """A category or a cross: its code's row of the sums from ``base`` on; −2 and −1 come last."""

    source: str
    of: Callable[[Values], NDArray[Any]]
    base: int
    rows: int


@dataclass(frozen=True, eq=False)
class OfFolds:
    """A target encoding of many levels, or of words: the row ``at`` of weights, by fold."""

    source: str
    at: int
    inputs: tuple[tuple[int, TargetEncoding], ...]
    """Positions of its inputs, fold by fold."""
    tables: dict[int, TargetEncoding]
    of: Callable[[Values], NDArray[Any]] | None
    """Codes; None for words."""
