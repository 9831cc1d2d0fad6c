import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.numeric import no_number, numbers_from_text
from trueodds.table.cells import (
    MISSING_MARKERS,
    is_missing,
    number_text,
    parse_number,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        (" 12 ", "", 12.0),
        ("+3", "", 3.0),
        ("1e5", "", 1e5),
        (".5", "", 0.5),
        ("5.", "", 5.0),
        ("-inf", "", -math.inf),
        ("$1.50", "", 1.5),
        ("-€ 2", "", -2.0),
        ("45 %", "", 45.0),
        ("1,234.5", "thousands", 1234.5),
        ("-1,234,567", "thousands", -1234567.0),
        ("12", "thousands", 12.0),
        ("1.234,5", "comma", 1234.5),
        ("0,5", "comma", 0.5),
        ("1,234.5", "", None),
        ("1,23", "thousands", None),
        ("1_000", "", None),
        ("0x10", "", None),
        ("١", "", None),
        ("nan", "", None),
        ("1 2", "", None),
        ("abc", "", None),
        ("", "", None),
    ],
)
def test_numbers_as_people_write_them(text: str, style: str, value: float | None) -> None:
    assert parse_number(text, style) == value


NUMBER_ALPHABET = "0123456789.eE+-_ infatyx"


@given(
    st.one_of(
        st.floats(allow_nan=False).map(repr),
        st.decimals(allow_nan=False).map(str),
        st.integers().map(str),
        st.from_regex(r"\A[+-]?[0-9]{0,25}\.?[0-9]{0,25}([eE][+-]?[0-9]{1,3})?\Z"),
        st.text(st.sampled_from(NUMBER_ALPHABET), max_size=8),
    )
)
def test_polars_reads_the_float_that_python_reads(text: str) -> None:
    """Every platform's Python rounds correctly, so agreeing with it is agreeing everywhere."""
    text = text.strip()
    values, odd = numbers_from_text(pl.Series([text]))
    expected = parse_number(text)
    if expected is None:
        assert values[0] is None
        assert odd[0] != no_number(text)
    else:
        assert math.copysign(1, values[0]) == math.copysign(1, expected)
        assert values[0] == expected


@given(st.floats(allow_nan=False))
def test_number_text_reads_back(value: float) -> None:
    assert float(number_text(value)) == value


def test_one_text_for_a_number_however_typed() -> None:
    for dtype in (pl.Int64, pl.Float64, pl.Float32, pl.UInt8, pl.Decimal(10, 2)):
        assert text_of(pl.Series([1, None, 20], dtype=dtype)).to_list() == ["1", None, "20"]
    assert text_of(pl.Series([True, False])).to_list() == ["true", "false"]
    assert text_of(pl.Series([0.5, math.nan, math.inf])).to_list() == ["0.5", None, "inf"]
    assert text_of(pl.Series([" a ", None])).to_list() == ["a", None]
    assert text_of(pl.Series([" a "], dtype=pl.Categorical)).to_list() == ["a"]


def test_missing_markers_are_told_from_text() -> None:
    cells = pl.Series([*MISSING_MARKERS, None, "na", "nothing", "0"])
    assert is_missing(cells).to_list() == [True] * (len(MISSING_MARKERS) + 1) + [False] * 3
