import random
import zlib

import pytest

from trueodds.report.bundle import read_asset
from trueodds.report.packed import REFUSED, by_halves, packed, packed_asset
from unpacked import from_halves, unpacked


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 100])
def test_bytes_come_back(size: int) -> None:
    draw = random.Random(size)
    for data in (bytes(size), b"\xff" * size, *(draw.randbytes(size) for _ in range(100))):
        assert unpacked(packed(data)) == data
        assert from_halves(by_halves(data)) == data


def test_refused_codes_come_back_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "compress", lambda data, level: data)
    monkeypatch.setattr(zlib, "decompress", lambda data: data)
    draw = random.Random(0)
    for _ in range(300):
        bits = "".join(f"{draw.choice((*REFUSED, 1, 127)):07b}" for _ in range(8 * 7))
        data = int(bits, 2).to_bytes(7 * 7, "big")[: draw.randrange(50)]
        text = packed(data)
        assert unpacked(text) == data
        assert not set(text) & {chr(code) for code in REFUSED}


def test_the_text_is_dense() -> None:
    text = packed(random.Random(0).randbytes(50_000))
    assert len(text.encode()) < 1.144 * 50_100


def test_an_asset_is_packed_as_it_is() -> None:
    assert unpacked(packed_asset("page.js")).decode() == read_asset("page.js")
