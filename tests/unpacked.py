"""The bytes of a packed part of the page, bit by bit."""

import zlib

from trueodds.report.packed import ALONE, PAIRS, REFUSED


def unpacked(text: str) -> bytes:
    """What `trueodds.report.packed.packed` was given."""
    sevens: list[int] = []
    for code in map(ord, text):
        if code < PAIRS:
            sevens.append(code)
        elif code >= ALONE:
            sevens.append(REFUSED[code - ALONE])
        else:
            number, behind = divmod(code - PAIRS, 128)
            sevens += [REFUSED[number], behind]
    bits = "".join(f"{seven:07b}" for seven in sevens)
    whole = len(bits) // 8
    return zlib.decompress(int(bits[: 8 * whole] or "0", 2).to_bytes(whole, "big"))


def from_halves(data: bytes) -> bytes:
    """What `trueodds.report.packed.by_halves` was given."""
    found = bytearray(len(data))
    even = (len(data) + 1) // 2
    found[0::2], found[1::2] = data[:even], data[even:]
    return bytes(found)
