"""Inputs of some rows, as the exact scorer multiplies them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Rows as the first products take them."""

    flags: NDArray[np.float32]
    """Shape (rows, inputs that are always 0 or 1), with the values 0 and 1."""
    numbers: Float
    """Shape (rows, other inputs shared by all folds + 1), on the input grid; the last is 1."""
    target_encodings: tuple[Float, ...]
    """The target encodings of each fold, shape (rows, encoded columns), on the input grid."""

    def between(self, start: int, stop: int) -> "Encoded":
        """Return the rows from start to stop, as views."""
        encodings = tuple(fold[start:stop] for fold in self.target_encodings)
        return Encoded(self.flags[start:stop], self.numbers[start:stop], encodings)
