"""Where the compiled scorer is taken: for such networks, and from so many rows on.

Numba takes half a second to load, and the first use on a machine compiles for some seconds. Few
rows are scored by NumPy alone, and so are all rows where Numba is missing or told not to compile.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trueodds.errors import KernelError
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import OUTPUT, FixedNetworks

if TYPE_CHECKING:
    from trueodds.model.compiled_scorer import CompiledScorer

LARGEST_ROUNDED = 2**50
"""The compiled loop rounds only numbers up to here."""
WORTH_GATES = 1 << 24
"""Gates in batches, of one call or several, from which on loading pays …"""
WORTH_BATCHES = 1 << 17
"""… or rows of networks without soft splits …"""
WORTH_ROWS = 2000
"""… and single rows from which on it pays …"""
WORTH_LOADED = 64
"""… or as many where Numba is loaded already."""


class Compiled:
    """Counts what a model has scored, and has a compiled scorer once that pays.

    Threads may share it: a count may miss some rows, which only delays the compiled scorer.
    """

    def __init__(
        self,
        networks: FixedNetworks,
        encoder: Encoder,
        target_encodings: Sequence[tuple[TargetEncoding, ...]],
    ) -> None:
        self._of = networks, encoder, target_encodings
        members = networks.members
        self._gates = sum(len(members[number].layers[0].biases) for number in networks.soft)
        self._able = scores(networks)
        self._made: CompiledScorer | None = None
        self._seen_gates = self._seen_batches = self._seen_rows = 0

    def expect_many(self) -> None:
        """Let the next row have the compiled scorer, as if many had been scored before."""
        self._seen_rows = WORTH_ROWS

    def for_rows(self, rows: int) -> "CompiledScorer | None":
        """The scorer for a batch of so many rows; None where the plain one is to be taken."""
        self._seen_gates += rows * self._gates
        self._seen_batches += rows
        worth = (
            "numba" in sys.modules
            or self._seen_gates >= WORTH_GATES
            or self._seen_batches >= WORTH_BATCHES
        )
        return self._scorer() if worth else None

    def for_a_row(self) -> "CompiledScorer | None":
        """The same for a single row."""
        self._seen_rows += 1
        least = WORTH_LOADED if "numba" in sys.modules else WORTH_ROWS
        return self._scorer() if self._seen_rows >= least else None

    def _scorer(self) -> "CompiledScorer | None":
        if self._made is None and self._able:
            try:
                from trueodds.model.compiled_scorer import CompiledScorer

                self._made = CompiledScorer(*self._of)
            except (KernelError, ImportError, ValueError):
                self._able = False
        return self._made


def scores(networks: FixedNetworks) -> bool:
    """Whether the loop can score such networks: it knows ReLU, and limits that it can round."""
    if networks.mlps and networks.activation != "relu":
        return False
    shares = [] if networks.shares is None else [networks.shares]
    after = [*networks.grids[1:], *shares, OUTPUT]
    return all(grid.limit <= LARGEST_ROUNDED for grid in after)
