"""A sample of the training rows' hashes, by which a model knows rows that it has seen.

A row's hash depends on what its cells read as and on its label, so it is the same for a CSV file, a
Parquet file and a frame. The sketch holds the smallest hashes (Cohen & Kaplan 2007, bottom-k): a
sample of the distinct rows that any later table can be compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values
from trueodds.columns.words import WordCells

MOST = 2048
"""Entries of a sketch: 16 kB."""
REPEATS = 3
"""A hash stands in the sketch once for every row that has it, but no more often than this."""
BLOCK = 1 << 17
"""Rows hashed at a time."""
START = 0x9E3779B97F4A7C15
_NAN = np.uint64(0x7FF8000000000000)


@dataclass(frozen=True, eq=False)
class RowSketch:
    """The training rows with the smallest hashes."""

    rows: int
    """Rows of the training table."""
    complete: bool
    """Whether every distinct training row is in it."""
    hashes: NDArray[np.int64]
    """Shape (entries,), rising, each ≥ 0; at most `MOST` entries. When it is not complete, it holds
    all training rows whose hash is at most its last."""

    def header(self) -> dict[str, int | bool]:
        """Plain values for the model file's header."""
        return {"rows": self.rows, "complete": self.complete}


def sketch_rows(values: Values, schema: Schema, y: NDArray[np.uint8]) -> RowSketch:
    """Keep the rows with the smallest hashes; the parameters are those of `row_hashes`."""
    kept = np.empty(0, dtype=np.int64)
    limit: int | None = None  # hashes from here on have once found no room, and get none again
    for start in range(0, values.rows, BLOCK):
        stop = min(start + BLOCK, values.rows)
        found = row_hashes(values.between(start, stop), schema, y[start:stop])
        found = found if limit is None else found[found < limit]
        kept, left = _smallest(np.concatenate([kept, found]))
        limit = limit if left is None else left
    return RowSketch(values.rows, limit is None, kept)


def row_hashes(values: Values, schema: Schema, y: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Hash of every row's used columns and label, 63 bits, shape (rows,).

    h starts as a constant; for every used column in the schema's order, and last for the label,
    h becomes mix(h ⊕ c), c being the cell's 64 bits; the hash is h without its lowest bit. mix is
    the finaliser of SplitMix64 (Steele, Lea & Flood 2014). docs/format.md says how a cell
    becomes 64 bits.

    Parameters
    ----------
    values
        The rows, read by ``schema``.
    y
        Shape (rows,), 1 for "yes".
    """
    h = np.full(values.rows, START, dtype=np.uint64)
    for column in schema.used:
        h = mix(h ^ cell_bits(values, column))
    h = mix(h ^ y.astype(np.uint64))
    return (h >> np.uint64(1)).astype(np.int64)


def cell_bits(values: Values, column: Column) -> NDArray[np.uint64]:
    """64 bits of each cell of a used column, shape (rows,): equal where the cells read the same."""
    if column.kind == "text":
        return _texts(column.words, values.words[column.name], values.codes[column.name])
    if column.name in values.codes:
        # Codes −1 (missing) and −2 (no level) index the last two.
        words = np.array([*map(_word, column.levels), 2, 1], dtype=np.uint64)
        return np.asarray(words[values.codes[column.name]])
    return _bits(values.numbers[column.name], exact=column.kind == "date")


def _texts(words: Sequence[str], cells: WordCells, codes: NDArray[np.int32]) -> NDArray[np.uint64]:
    """The sum of each cell's words, each as `_word`; 1 for a missing cell."""
    hashes = np.array([*map(_word, words)], dtype=np.uint64)[cells.places]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)])
    of_cell = sums[cells.starts[1:]] - sums[cells.starts[:-1]]
    return np.where(codes == MISSING, np.uint64(1), of_cell)


def _bits(numbers: NDArray[np.float64], *, exact: bool) -> NDArray[np.uint64]:
    """Bits of the numbers, one NaN and one zero; not exact: of the nearest float32.

    A typed table may hold as float32 what a text file holds with all its digits.
    """
    if not exact:
        with np.errstate(over="ignore"):
            numbers = numbers.astype(np.float32).astype(np.float64)
    return np.where(np.isnan(numbers), _NAN, (numbers + 0.0).view(np.uint64))


def _word(level: str) -> int:
    """First 8 bytes of the level's BLAKE2b, little-endian."""
    text = level.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def mix(h: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), a bijection of 64 bits."""
    h = h + np.uint64(START)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


def _smallest(hashes: NDArray[np.int64]) -> tuple[NDArray[np.int64], int | None]:
    """The smallest hashes, each whole and `REPEATS` times at most; the first that has no room."""
    distinct, counts = np.unique(hashes, return_counts=True)
    counts = np.minimum(counts, REPEATS)
    fits = int(np.searchsorted(np.cumsum(counts), MOST, side="right"))
    left = int(distinct[fits]) if fits < len(distinct) else None
    return np.repeat(distinct[:fits], counts[:fits]), left
