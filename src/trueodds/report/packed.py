"""Bytes as dense text of the page: zlib (RFC 1950), then seven bits a character.

``assets/unpack.js`` turns the text into the bytes again. Base64 would take 17 % more room. Most
characters are ASCII, control characters among them, which an HTML page keeps as they are.
"""

import zlib
from functools import cache

import numpy as np

from trueodds.report.bundle import read_asset

REFUSED = (0, 10, 13, 60)
"""Codes that no character of the text has: NUL, the ends of lines, and ``<``, which could end the
script element."""
PAIRS, ALONE = 0x100, 0x400
"""First characters of those that stand for a refused code and the seven bits behind it, and for a
refused code at the end."""


def packed(data: bytes) -> str:
    """Compress bytes and write them as text.

    The bits, filled up with zeros, are cut into sevens, the highest bit first. A seven is the
    character of its code; number i of the `REFUSED` codes with the seven c behind it is the
    character ``PAIRS`` + 128 i + c, two bytes of UTF-8 as well.
    """
    bits = np.unpackbits(np.frombuffer(zlib.compress(data, 9), dtype=np.uint8))
    sevens = np.zeros((-(-len(bits) // 7), 8), dtype=np.uint8)
    sevens[:, 1:] = np.append(bits, np.zeros(-len(bits) % 7, np.uint8)).reshape(-1, 7)
    codes = np.packbits(sevens, axis=1)[:, 0].astype(np.uint32)
    kept = np.ones(len(codes), dtype=np.bool_)
    for at in np.flatnonzero(np.isin(codes, REFUSED)).tolist():
        if not kept[at]:  # the one before has taken it along
            continue
        number = REFUSED.index(int(codes[at]))
        if at + 1 == len(codes):
            codes[at] = ALONE + number
        else:
            codes[at] = PAIRS + 128 * number + codes[at + 1]
            kept[at + 1] = False
    return codes[kept].astype("<u4").tobytes().decode("utf-32-le")


def by_halves(data: bytes) -> bytes:
    """All bytes at even places, then those at odd places.

    Of numbers of two bytes the high bytes, which are alike, then stand together and shrink more.
    """
    return data[0::2] + data[1::2]


@cache
def packed_asset(name: str) -> str:
    """A file of ``assets``, packed."""
    return packed(read_asset(name).encode())
