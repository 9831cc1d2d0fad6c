"""The place of a run's large arrays: memory, or above a limit files that are mapped."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trueodds.errors import TrainingError, UsageError
from trueodds.files import new_file

ARRAYS_FRACTION = 0.2
"""Fraction of the limit that arrays may take; the rest is for temporary objects."""
READ_FACTOR = 8.0
"""Memory that the reading of a whole text file takes, as a multiple of its size."""


def size_of(text: str, option: str) -> int:
    """Bytes of a size as people write it: ``2GB``, ``500 MB``, ``1.5G``, ``2GiB``."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    if found is None or not float(found[1]):
        raise UsageError(f"{option}: {text} is not a size; write it as 2GB or 500MB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** " kmgt".index(found[2].lower() or " "))


class Store:
    """Arrays by name.

    Parameters
    ----------
    folder
        Folder of the arrays above the limit, which are files NAME.npy; None: all are in memory.
    limit
        Bytes that the run should not exceed; None: no limit.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder, self.limit = folder, limit
        self._held = 0

    def maps_table(self, size: int) -> bool:
        """Whether a table file of ``size`` bytes should be mapped, not read into memory."""
        return self.limit is not None and READ_FACTOR * size > self.limit

    def zeros(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Make an array of zeros, in memory or in a mapped file.

        Parameters
        ----------
        name
            Name of the array and of its file.
        shape, dtype
            As for `numpy.zeros`.

        Raises
        ------
        TrainingError
            If its file cannot be written, for example because the disk is full.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        full = self.limit is not None and self._held + size > ARRAYS_FRACTION * self.limit
        if self.folder is None or not full or not size:
            self._held += size
            return np.zeros(shape, dtype)
        path = self.folder / f"{name}.npy"
        try:
            with new_file(path) as file:
                # All zeros are written: on a full disk, a hole in the file would later kill the
                # process.
                block = bytes(1 << 20)
                np.lib.format.write_array_header_1_0(
                    file,
                    {
                        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
                        "fortran_order": False,
                        "shape": shape,
                    },
                )
                for start in range(0, size, len(block)):
                    file.write(block[: min(len(block), size - start)])
        except OSError as error:
            raise TrainingError(
                f"{path} cannot be written: {error.strerror or error}; free some space there"
            ) from None
        return np.asarray(np.load(path, mmap_mode="r+"))

    def keep(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        """Copy an array into the store; returns the copy."""
        kept = self.zeros(name, array.shape, array.dtype)
        kept[...] = array
        return kept


def lies_in(array: NDArray[Any], path: Path) -> bool:
    """Whether an array, or the array that it is a view of, is mapped from this file."""
    base: Any = array
    while base is not None:
        if isinstance(base, np.memmap):
            return base.filename is not None and Path(base.filename) == path.absolute()
        base = getattr(base, "base", None)
    return False
