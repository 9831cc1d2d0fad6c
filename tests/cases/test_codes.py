"""Digits that are codes stay codes, in text and typed."""

import numpy as np
import polars as pl
import pytest

from spelled import column_of, column_of_csv, rescore
from trueodds.columns import apply_target, read_target
from trueodds.columns.schema import Column

BIG = [120330000000000017 + i for i in range(8)]


def test_leading_zeros_keep_codes_apart() -> None:
    column, codes = column_of_csv(["010", "0010", "10", "00010", "010"] * 5)
    assert column.kind == "category"
    assert set(column.levels) == {"010", "0010", "10", "00010"}
    assert len(set(codes.tolist())) == 4
    assert 'leading zeros count, such as "010"' in column.remarks[0]
    assert rescore(column, ["0010", "000010", "100"])[1:] == [-2, -2]
    typed, _ = column_of(["010", "0010", "10", "00010", "010"] * 5)
    assert typed == column


def test_postcodes_that_lost_their_zero_are_known_again() -> None:
    column, _ = column_of_csv(["01067", "80331", "50667"] * 5, name="ort")
    assert column.kind == "category"
    at = column.levels.index("01067")
    assert rescore(column, ["01067", "1067"]) == [at, at]
    assert rescore(column, pl.Series([1067])) == [at]


@pytest.mark.parametrize("name", ["zip", "PLZ", "postal_code", "Postcode", "zipcode"])
def test_postcodes_by_name(name: str) -> None:
    cells = [str(10115 + 7 * (i % 9)) for i in range(60)]
    assert column_of_csv(cells, name=name)[0].kind == "category"
    column, _ = column_of(pl.Series(name, [int(c) for c in cells]), name)
    assert column.kind == "category"
    assert column.remarks == ("read as codes, by its name",)
    assert column_of_csv(cells)[0].kind == "number"


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.String])
def test_integers_beyond_floats_stay_apart(dtype: type[pl.DataType]) -> None:
    cells = pl.Series([str(BIG[i % 8]) for i in range(80)]).cast(dtype)
    column, codes = column_of(cells)
    assert column.kind == "category"
    assert len(column.levels) == 8
    assert len(np.unique(codes)) == 8
    assert rescore(column, [BIG[3]]) == [column.levels.index(str(BIG[3]))]
    assert rescore(column, [str(BIG[3]), str(BIG[0] + 99)])[1] == -2


def test_64_bit_hashes_and_longer_numbers() -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(2**63, 2**64 - 1, size=6, dtype=np.uint64)
    column, codes = column_of([hashes[i % 6] for i in range(60)])
    assert column.kind == "category"
    assert len(np.unique(codes)) == 6
    longer = [10**24 + i % 5 for i in range(60)]
    for cells in (longer, [str(number) for number in longer]):
        column, codes = column_of_csv([str(c) for c in cells])
        assert len(np.unique(codes)) == 5


def test_card_numbers_and_barcodes_are_codes() -> None:
    cards = [f"45{i:02d}123456789012" for i in range(9)] * 5
    assert column_of_csv(cards)[0].kind == "category"
    assert column_of(pl.Series([int(c) for c in cards]))[0].kind == "category"
    barcodes = ["4006381333931", "5901234123457", "9780306406157", "4012345678901", "0012345678905"]
    assert column_of_csv(barcodes[:4] * 6 + ["8711253001202"] * 3)[0].kind in ("category", "number")


@pytest.mark.parametrize(
    "cells",
    [
        [f"{i % 24:02d}" for i in range(48)],
        [f"{h:02d}{m:02d}" for h in range(0, 24, 3) for m in (0, 15, 59)],
        [f"{i:05d}.5" for i in range(30)],
        [str(1_600_000_000_000_000 + 977 * i) for i in range(30)],
        [str(1_600_000_000_000_000_000 + 1000 * 977 * i) for i in range(30)],
        [str(i * i * 1000) for i in range(30)],
    ],
)
def test_amounts_stay_numbers(cells: list[str]) -> None:
    column, values = column_of_csv(cells)
    assert (column.kind, column.remarks) == ("number", ())
    assert values.tolist() == [float(cell) for cell in cells]


def test_one_padded_cell_among_many_numbers_is_a_number() -> None:
    column, values = column_of_csv([*(str(i % 97) for i in range(300)), "0042"])
    assert column.kind == "number"
    assert values[-1] == 42.0


def test_labels_beyond_floats_stay_two() -> None:
    cells = [str(BIG[i % 2]) for i in range(10)]
    for column in (pl.Series("y", cells), pl.Series("y", [int(c) for c in cells])):
        target = read_target(column, positive=BIG[1])
        assert (target.no, target.yes) == (str(BIG[0]), str(BIG[1]))
        assert apply_target(column, "y", target.yes, target.no)[0].tolist() == [0, 1] * 5
    narrow = pl.Series("y", [0.1, 0.7], dtype=pl.Float32)
    assert read_target(narrow, positive=np.float32(0.1)).yes == "0.1"


def test_numbers_of_levels_compare_with_all_digits() -> None:
    column = Column("v", "category", levels=("120330000000000021", "1.50", "7"))
    assert rescore(column, ["120330000000000022", "1.5", "7.0"]) == [-2, 1, 2]


@pytest.mark.parametrize("spell", ["{}.0", "{:,}", "{:,}.00"])
def test_long_codes_in_the_dress_of_numbers_stay_apart(spell: str) -> None:
    column, codes = column_of_csv([spell.format(BIG[i % 8]) for i in range(80)])
    assert column.kind == "category"
    assert len(np.unique(codes)) == 8
    assert "no number has all their digits" in column.remarks[0]


def test_codes_with_a_point_keep_their_zeros() -> None:
    column, codes = column_of_csv(["01.1", "01.10", "10.2", "02.10"] * 6)
    assert column.remarks == ('read as codes, since leading zeros count, such as "01.1"',)
    assert len(np.unique(codes)) == 4
    assert column_of_csv(["007.50", "012.25", "112.00"] * 6)[0].kind == "number"
