"""Where a run's large arrays live: in memory, or beyond a limit in files that are mapped."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trueodds.errors import TrainingError, UsageError
from trueodds.files import new_file

SHARE = 0.2
"""Part of the limit that arrays may take; the rest is for what is made and dropped again."""
TABLE = 8.0
"""Memory that reading a text file whole takes, in times its size."""


def size_of(text: str, option: str) -> int:
    """Bytes of a size as people write it: ``2GB``, ``500 MB``, ``1.5G``, ``2GiB``."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    if found is None or not float(found[1]):
        raise UsageError(f"{option}: {text} is no size; write it as 2GB or 500MB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** " kmgt".index(found[2].lower() or " "))


class Store:
    """Arrays by name.

    Parameters
    ----------
    folder
        Where arrays beyond the limit are kept, as NAME.npy.
    limit
        Bytes that the run should stay within; None has no limit.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder, self.limit = folder, limit
        self._held = 0

    def maps_table(self, size: int) -> bool:
        """Whether a table file of so many bytes is better not held in memory."""
        return self.limit is not None and TABLE * size > self.limit

    def zeros(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Make an array of zeros.

        Raises
        ------
        TrainingError
            If there is no room for it on the disk.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        full = self.limit is not None and self._held + size > SHARE * self.limit
        if self.folder is None or not full or not size:
            self._held += size
            return np.zeros(shape, dtype)
        path = self.folder / f"{name}.npy"
        try:
            with new_file(path) as file:
                # Written, not declared: a hole that later finds no room would kill the process.
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
        """Keep an array that was made elsewhere; returns where it is now."""
        kept = self.zeros(name, array.shape, array.dtype)
        kept[...] = array
        return kept


def lies_in(array: NDArray[Any], path: Path) -> bool:
    """Whether an array is mapped from a file."""
    base: Any = array
    while base is not None:
        if isinstance(base, np.memmap):
            return base.filename is not None and Path(base.filename) == path.absolute()
        base = getattr(base, "base", None)
    return False
