"""Where the sources of a row stand in the tables of `trueodds.model.lookups`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.features.blocks import ClippedScale, PiecewiseLinear, QuantileTransform
from trueodds.features.cross import Cross
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.scorer import Float

Whole = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Looked:
    """Some rows as places in the tables; see `trueodds.model.compiled_loops.score_rows`."""

    units: Whole
    at: Whole
    amounts: Float
    common: int
    """So many of the parts, which come first, have the same place in all rows."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A number: its steps are row ``base`` + the bin of its value; the last is for missing ones."""

    source: str
    edges: Float
    base: int
    smooth: tuple[tuple[int, ClippedScale | QuantileTransform], ...]
    """Blocks of one input, and the positions of these."""
    pieces: tuple[tuple[int, PiecewiseLinear], ...]

    @property
    def rows(self) -> int:
        """Rows of the number: bins and missing."""
        return len(self.edges) + 2


@dataclass(frozen=True, eq=False)
class Codes:
    """A category: its code's row from ``base`` on; those of −2 and −1 come last."""

    source: str
    base: int
    rows: int


@dataclass(frozen=True, eq=False)
class OfFolds:
    """A target encoding: the row ``at`` of weights, and an amount for each fold."""

    source: str
    at: int
    inputs: tuple[tuple[int, int, TargetEncoding], ...]
    """Position of the input, fold, and target encoding, fold by fold."""

    @property
    def cross(self) -> Cross | None:
        """The cross whose levels they are, if any."""
        return self.inputs[0][2].cross

    @property
    def words(self) -> bool:
        """Whether they are of words."""
        return self.inputs[0][2].text is not None


@dataclass(frozen=True)
class Slot:
    """Sources that share rows of the sums: a row for each combination of theirs.

    The combination's row is ``base`` + Σ stride·(row of the source among its own).
    """

    base: int
    rows: int
    sources: tuple[tuple[int, int], ...]
    """Base of the source's own rows, which name it, and stride."""
