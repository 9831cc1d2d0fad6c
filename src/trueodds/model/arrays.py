"""The outside of a model file: a safetensors container, checked before anything is allocated.

8 bytes with the length of a JSON text, that text, the arrays' bytes. Arrays are views of the file's
bytes, so a file cannot claim memory that it does not bring itself.
"""

import struct
from math import prod
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

LARGEST_HEADER = 100_000_000
MOST_VALUES = 2_000_000
"""Most commas and brackets in a header: each value that JSON can hold becomes at most some hundred
bytes of memory, so these bound what reading may take."""
DTYPES: dict[str, np.dtype[Any]] = {
    "I16": np.dtype("<i2"),
    "I64": np.dtype("<i8"),
    "F32": np.dtype("<f4"),
}

Arrays = dict[str, NDArray[Any]]


class NotAModelError(ValueError):
    """The bytes are no safetensors file that says it is a trueodds model."""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """What the container says of one array."""

    dtype: Literal["I16", "I64", "F32"]
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


_OUTSIDE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_METADATA = msgspec.json.Decoder(dict[str, str])
_ENTRY = msgspec.json.Decoder(_Entry)


def read_container(data: bytes) -> tuple[str, Arrays]:
    """Take a model file apart.

    Returns
    -------
    header
        The text of the metadata's entry ``trueodds``.
    arrays
        Read-only views by name, one- or two-dimensional, none empty.

    Raises
    ------
    NotAModelError
        If it is no safetensors file or has no such entry.
    ValueError
        If sizes, shapes and offsets do not fit each other and the file.
    """
    if len(data) < 8:
        raise NotAModelError
    (size,) = struct.unpack("<Q", data[:8])
    start = 8 + size
    if start > len(data):
        raise NotAModelError
    values = sum(data.count(mark, 8, start) for mark in (b",", b"[", b"{"))
    if size > LARGEST_HEADER or values > MOST_VALUES:
        raise ValueError(f"its header holds {values:,} values in {size:,} bytes, more than any may")
    try:
        outside = _OUTSIDE.decode(memoryview(data)[8:start])
        header = _METADATA.decode(outside.pop("__metadata__"))["trueodds"]
    except (msgspec.MsgspecError, LookupError, RecursionError, UnicodeDecodeError):
        raise NotAModelError from None
    arrays = {}
    end = 0
    entries = {name: _ENTRY.decode(raw) for name, raw in outside.items()}
    for name, entry in sorted(entries.items(), key=lambda pair: pair[1].data_offsets):
        begin, after = entry.data_offsets
        dtype = DTYPES[entry.dtype]
        if not 1 <= len(entry.shape) <= 2 or min(entry.shape) < 1:
            raise ValueError(f'array "{name}" has shape {entry.shape}')
        count = prod(entry.shape)
        if begin != end or after - begin != count * dtype.itemsize or after > len(data) - start:
            raise ValueError(f'array "{name}" does not lie where and as large as it should')
        found = np.frombuffer(data, dtype, count, start + begin).reshape(entry.shape)
        # On a big-endian machine the file's order is not the machine's.
        arrays[name] = found.astype(dtype.newbyteorder("="), copy=False)
        end = after
    if end != len(data) - start:
        raise ValueError("its arrays end before the file does")
    return header, arrays
