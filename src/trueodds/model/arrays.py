"""The outside of a model file: a safetensors container, checked before anything is allocated.

A container is 8 bytes with the length of a JSON text, then that text, then the arrays' bytes. The
arrays that it gives are views of the file's bytes, so a file cannot make its reader allocate more
memory than the file has bytes.
"""

import struct
from math import prod
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

LARGEST_HEADER = 100_000_000
MOST_VALUES = 2_000_000
"""Most commas and opening brackets in a header, outside strings. Each JSON value takes at most some
hundred bytes of memory beside its text, so this bounds the memory that reading takes."""
_CHUNK = 1 << 20
DTYPES: dict[str, np.dtype[Any]] = {
    "I16": np.dtype("<i2"),
    "I64": np.dtype("<i8"),
    "F32": np.dtype("<f4"),
}

Arrays = dict[str, NDArray[Any]]


class NotAModelError(ValueError):
    """The bytes are not a safetensors file with a trueodds header."""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """What the container says of one array."""

    dtype: Literal["I16", "I64", "F32"]
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


_OUTSIDE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_METADATA = msgspec.json.Decoder(dict[str, str])
_ENTRY = msgspec.json.Decoder(_Entry)


def read_container(data: bytes) -> tuple[bytes, Arrays]:
    """Split a model file into its header and its arrays.

    Parameters
    ----------
    data
        The file's bytes.

    Returns
    -------
    header
        The text of the metadata's entry ``trueodds``, UTF-8, with at most `MOST_VALUES` values.
    arrays
        Read-only views by name, int16, int64 or float32, one- or two-dimensional, none empty.

    Raises
    ------
    NotAModelError
        If the bytes are not a safetensors file or have no such entry.
    ValueError
        If sizes, shapes and offsets do not agree with each other and with the file.
    """
    if len(data) < 8:
        raise NotAModelError
    (size,) = struct.unpack("<Q", data[:8])
    start = 8 + size
    if start > len(data):
        raise NotAModelError
    _require_few(memoryview(data)[8:start])
    try:
        outside = _OUTSIDE.decode(memoryview(data)[8:start])
        header = _METADATA.decode(outside.pop("__metadata__"))["trueodds"]
    except (msgspec.MsgspecError, LookupError, RecursionError, UnicodeDecodeError):
        raise NotAModelError from None
    text = header.encode()
    _require_few(text)  # in the container all of it is one string
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
            raise ValueError(f'array "{name}" has a wrong place or size in the file')
        found = np.frombuffer(data, dtype, count, start + begin).reshape(entry.shape)
        # The file is little-endian; a big-endian machine needs a copy.
        arrays[name] = found.astype(dtype.newbyteorder("="), copy=False)
        end = after
    if end != len(data) - start:
        raise ValueError("its arrays end before the file does")
    return text, arrays


def array_called(arrays: Arrays, name: str) -> NDArray[Any]:
    """Return an array; raises ValueError if the file lacks it."""
    if name not in arrays:
        raise ValueError(f'it lacks the array "{name}"')
    return arrays[name]


def _require_few(text: bytes | memoryview) -> None:
    """Raise ValueError for JSON text that could take more memory than a header may."""
    if len(text) > LARGEST_HEADER:
        raise ValueError(
            f"its header has {len(text):,} bytes; at most {LARGEST_HEADER:,} are allowed"
        )
    values = count_values(text)
    if values > MOST_VALUES:
        raise ValueError(f"its header holds {values:,} values; at most {MOST_VALUES:,} are allowed")


def count_values(text: bytes | memoryview) -> int:
    """Count the commas and opening brackets of JSON text outside its strings.

    In text that is not JSON, the count after the first mistake may be wrong; no reader gets that
    far. The time is proportional to the text; the memory is a few megabytes.
    """
    total, within, carried = 0, 0, b""
    for start in range(0, len(text), _CHUNK):
        # When escaped backslashes and then escaped quotes are removed, every quote left begins or
        # ends a string.
        part = (carried + bytes(text[start : start + _CHUNK])).replace(rb"\\", b"")
        carried = b"\\" if part.endswith(b"\\") else b""
        part = part[: len(part) - len(carried)].replace(rb"\"", b"")
        codes = np.frombuffer(part, np.uint8)
        inside = (np.cumsum(codes == ord('"'), dtype=np.uint8) + np.uint8(within)) & 1
        marks = (codes == ord(",")) | (codes == ord("[")) | (codes == ord("{"))
        total += int(np.count_nonzero(marks & (inside == 0)))
        within = int(inside[-1]) if len(inside) else within
    return total
