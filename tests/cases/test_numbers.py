"""Numbers in text: decimal marks, groups, signs, units, other words; float32."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spelled import column_of, column_of_csv, csv_frame, read, rescore
from trueodds.columns import infer_schema
from trueodds.columns.roles import number_reading, read_amounts, read_weights
from trueodds.columns.schema import Column
from trueodds.table import as_frame

PLAIN = [-2191.05, 1463.54, 1538.5, 2029.02, 0.5, 112000.0, 7.0]


def grouped(value: float, mark: str, group: str, size: int = 3) -> str:
    """A number with groups, three digits each, or two but for the last (lakhs)."""
    whole, fraction = f"{abs(value):.2f}".split(".")
    parts = [whole[-3:]]
    whole = whole[:-3]
    while whole:
        parts.insert(0, whole[-size:])
        whole = whole[:-size]
    return ("-" if value < 0 else "") + group.join(parts) + mark + fraction


SPELLINGS = {
    "plain": lambda v: f"{v:.2f}",
    "english": lambda v: grouped(v, ".", ","),
    "european": lambda v: grouped(v, ",", "."),
    "swiss": lambda v: grouped(v, ".", "'"),
    "curly": lambda v: grouped(v, ".", "’"),
    "french": lambda v: grouped(v, ",", " "),
    "no-break": lambda v: grouped(v, ",", "\u202f"),
    "indian": lambda v: grouped(v, ".", ",", 2),
    "accounting": lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}",
    "accounting, the currency outside": lambda v: f"$ ({-v:,.2f})" if v < 0 else f"$  {v:,.2f}",
    "accounting, the currency behind": lambda v: f"({-v:.2f}) kr" if v < 0 else f"{v:.2f} kr",
    "trailing": lambda v: f"{-v:.2f}-" if v < 0 else f"{v:.2f}",
    "unicode": lambda v: f"{v:.2f}".replace("-", "−"),
    "dollar": lambda v: f"-${-v:,.2f}" if v < 0 else f"${v:,.2f}",
    "code": lambda v: f"USD {v:.2f}",
    "real": lambda v: f"R$ {v:.2f}",
    "euro": lambda v: grouped(v, ",", ".") + " €",
    "unit": lambda v: f"{v:.2f} kg",
    "attached": lambda v: f"{v:.2f}km/h",
    "percent": lambda v: f"{v:.2f}%",
    "years": lambda v: f"{v:.2f} years",
}


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_one_column_in_many_spellings(name: str, delimiter: str) -> None:
    column, values = column_of_csv([SPELLINGS[name](v) for v in PLAIN], delimiter)
    assert column.kind == "number"
    assert values.tolist() == PLAIN


@given(
    st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 100), min_size=3, max_size=12),
    st.sampled_from(sorted(SPELLINGS)),
)
def test_any_numbers_in_any_spelling(numbers: list[float], name: str) -> None:
    # Two decimals everywhere: every cell tells its decimal mark.
    column, values = column_of_csv([SPELLINGS[name](v) for v in [*numbers, 0.25, 1.5]])
    assert column.kind == "number"
    assert values.tolist() == [*numbers, 0.25, 1.5]
    for number in numbers:
        assert rescore(column, [SPELLINGS[name](number)]) == [number]


def test_a_style_holds_for_the_whole_column_and_for_new_rows() -> None:
    column, values = column_of_csv(["1.775", "4.079", "1.234,50", "235"], ";")
    assert column.number_style == "decimal_comma"
    assert values.tolist() == [1775.0, 4079.0, 1234.5, 235.0]
    assert rescore(column, ["1.775", "1,5", "2"]) == [1775.0, 1.5, 2.0]
    assert rescore(column, [1.775]) == [1.775]  # a number is a number


@pytest.mark.parametrize(
    ("cells", "delimiter", "expected", "said"),
    [
        (["0,123", "0,999", "1,456", "2"], ";", [0.123, 0.999, 1.456, 2.0], ""),
        (["0,123", "0,999", "1,456", "2"], ",", [0.123, 0.999, 1.456, 2.0], ""),
        (["1,456", "2,100"], ";", [1.456, 2.1], "as semicolons divide the cells"),
        (["1,456", "2,100"], ",", [1456.0, 2100.0], "a guess: the other cells do not show"),
        (["1.456", "2.100"], ",", [1.456, 2.1], ""),
        (["1.775", "235"], ";", [1775.0, 235.0], "only numbers from 1,000 on have a point"),
        (["1.775", "2350"], ";", [1.775, 2350.0], ""),
        (["1.775", "0.235"], ";", [1.775, 0.235], ""),
        (["1.770", "235"], ",", [1770.0, 235.0], "as zeros stay at the end and numbers below"),
        (["1.775", "235"], ",", [1.775, 235.0], "a guess: the other cells do not show"),
        (["1.770", "235", "1.5"], ",", [1.77, 235.0, 1.5], ""),
        (["1.770", "2350"], ",", [1.77, 2350.0], ""),
        (["1.770", "2.000"], ",", [1.77, 2.0], ""),
        (["1,234,567", "1,234"], ";", [1234567.0, 1234.0], ""),
    ],
)
def test_what_tells_the_decimal_mark(
    cells: list[str], delimiter: str, expected: list[float], said: str
) -> None:
    column, values = column_of_csv(cells, delimiter)
    assert values.tolist() == expected
    assert said in " ".join(column.remarks)
    assert bool(said) == bool(column.remarks)


def test_other_columns_of_the_table_tell_the_mark() -> None:
    column, values = read(csv_frame(["1.775;0,5", "2.100;1,25"], "v;w"))
    assert values.tolist() == [1775.0, 2100.0]
    assert "as other columns have a decimal comma" in column.remarks[0]
    _, values = read(csv_frame(['1.775,"0,5"', '2.100,"1,25"'], "v,w"))
    assert values.tolist() == [1775.0, 2100.0]
    _, values = read(as_frame(pl.DataFrame({"v": ["1.775", "2.100"], "w": ["0,5", "1,25"]})))
    assert values.tolist() == [1775.0, 2100.0]
    _, values = read(csv_frame(["1,775;0.5", "2,100;1.25"], "v;w"))
    assert values.tolist() == [1775.0, 2100.0]
    dated = ["1.775;0,5;19.08.2021;1.2.3", "2.100;1,25;20.08.2021;1.2.4"]
    _, values = read(csv_frame(dated, "v;w;x;y"))
    assert values.tolist() == [1775.0, 2100.0]


@pytest.mark.parametrize(
    "word",
    [
        *(
            r"\N",
            "(null)",
            "[NULL]",
            "#REF!",
            "#VALUE!",
            "#DIV/0!",
            "not available",
            "Not Applicable",
        ),
        *("*", "--", "n/a", "N.A.", "unknown", "#N/A"),
    ],
)
def test_words_of_missing_numbers(word: str) -> None:
    cells = [f"{i / 7:.3f}" if i % 10 else word for i in range(60)]
    column, values = column_of_csv(cells)
    assert (column.kind, column.missing) == ("number", 6)
    assert np.isnan(values[::10]).all()
    days = [f"2020-01-{1 + i % 28:02d}" if i % 10 else word for i in range(60)]
    assert column_of_csv(days)[0].kind == "date"


def test_a_few_words_of_any_kind_leave_numbers_and_are_said() -> None:
    cells = [f"{i / 7:.3f}" if i % 10 else "below detection" for i in range(200)]
    frame = as_frame(pl.DataFrame({"v": cells}))
    from trueodds.columns import to_values

    schema = infer_schema(frame)
    assert schema.columns[0].kind == "number"
    assert to_values(frame, schema).notes == (
        'column "v": 20 cells are no numbers and count as missing, such as "below detection" '
        "(DataFrame, row 0)",
    )


def test_what_keeps_a_column_from_being_numbers_is_said() -> None:
    cells = [f"{i / 7:.3f}" if i % 10 else f"<{i}" for i in range(200)]
    column, _ = column_of_csv(cells)
    assert column.kind == "text"  # unless its digits tell something, it is set aside
    assert column.remarks == ('20 cells such as "<0" keep this from being numbers',)
    mixed = [f"{i} kg" if i % 9 else f"{i} g" for i in range(200)]
    column, _ = column_of_csv(mixed)
    assert column.kind != "number"
    assert 'such as "0 g" keep this from being numbers' in column.remarks[0]


def test_a_dash_for_the_cents_is_no_minus_and_one_for_all_is_zero() -> None:
    for cells in (["12,-", "7,50", "-3,--"], ["12.-", "7.50", "-3.—"], ["12/-", "7.5", "-3/-"]):
        assert column_of_csv(cells, ";")[1].tolist() == [12.0, 7.5, -3.0]
    column, values = column_of_csv(["$ -", "$ 7.50", "$ (3.00)", "$ 12.-", "$-"])
    assert values.tolist() == [0.0, 7.5, -3.0, 12.0, 0.0]
    assert np.isnan(rescore(column, ["-", "€ -"])).all()


@pytest.mark.parametrize(
    ("one", "other"), [("5.5 kg", "12 lb"), ("$5.50", "€3"), ("$1.2M", "€350K")]
)
def test_several_units_are_said(one: str, other: str) -> None:
    column, _ = column_of_csv([one, other, one] * 20)
    assert column.kind == "yesno"
    assert column.remarks == (
        f'numbers such as "{one}" and "{other}" have several units: bring them to one',
    )
    assert not column_of_csv(["1B", "2B", "3A", "4C"] * 9)[0].remarks


def test_units_are_said_and_other_units_are_no_numbers() -> None:
    column, _ = column_of_csv(["5 kg", "7.5 KG", "3", "2 kg"])
    assert column.unit == "kg"
    assert column.remarks == ('numbers have the unit "kg"; those without one are taken to have it',)
    found = rescore(column, ["4 kg", "4", "4 g", "$4"])
    assert found[:2] == [4.0, 4.0]
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize(
    "cells",
    [
        ["5A", "12B", "7A"],
        ["A5", "B6"],
        ["1-2", "3-4"],
        ["1st", "2nd"],
        ["192.168.100.101", "192.168.100.102"],
    ],
)
def test_what_is_no_number(cells: list[str]) -> None:
    assert column_of_csv(cells)[0].kind != "number"


def test_weights_and_costs_are_read_as_inputs_are() -> None:
    frame = csv_frame(["1,0.1", '"1,000.5",0.2', "2,0.3"], "w,a")
    everywhere = np.ones(3, dtype=np.bool_)
    assert read_weights(frame, "w", everywhere).tolist() == [1.0, 1000.5, 2.0]
    assert number_reading(frame, "w") == ("decimal_point", "")
    comma = csv_frame(["1,5;1", "1.000;2"], "w;a")
    assert read_weights(comma, "w", everywhere[:2]).tolist() == [1.5, 1000.0]
    assert read_amounts(comma, "w", "cost", everywhere[:2]).tolist() == [1.5, 1000.0]
    few = csv_frame(["1.000;1", "2.000;2"], "w;a")
    assert read_weights(few, "w", everywhere[:2], ("decimal_comma", "")).tolist() == [
        1000.0,
        2000.0,
    ]


@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=20)
)
def test_a_float32_equals_its_decimal_text(numbers: list[float]) -> None:
    narrow = np.array(numbers, dtype=np.float32)
    text = [str(value) for value in narrow]
    column = Column("v", "number")
    expected = [float(word) for word in text]
    assert rescore(column, pl.Series(narrow)) == expected
    assert rescore(column, text) == expected
    assert rescore(column, [*narrow]) == expected
    frame = as_frame({"v": narrow})
    assert rescore(column, frame.data["v"]) == expected


def test_narrow_floats_of_every_kind() -> None:
    import pandas as pd
    import pyarrow as pa

    def on_arrow(dtype: str) -> pd.ArrowDtype:
        return pd.ArrowDtype(pa.from_numpy_dtype(dtype[1:]))

    column = Column("v", "number")
    for dtype in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"):
        numbers = np.array([0.1, 0.7, 2.5], dtype=dtype)
        frames = [
            as_frame(pd.DataFrame({"v": numbers})),
            as_frame(numbers.reshape(-1, 1), names=["v"]),
            as_frame(pa.table({"v": pa.array(numbers.astype(dtype.replace(">", "<")))})),
            as_frame([{"v": number} for number in numbers]),
            as_frame({"v": numbers}),
            as_frame(pd.DataFrame({"v": pd.arrays.SparseArray(numbers.astype(dtype[1:]))})),
            as_frame(
                pd.DataFrame({"v": pd.Series(numbers.astype(dtype[1:])).astype(on_arrow(dtype))})
            ),
        ]
        if dtype[1:] != "f2":
            nullable = pd.Series(
                numbers.astype(dtype[1:]), dtype="Float32" if dtype[1:] == "f4" else "Float64"
            )
            frames.append(as_frame(pd.DataFrame({"v": nullable})))
        for frame in frames:
            assert rescore(column, frame.data["v"]) == [0.1, 0.7, 2.5]
    levels = Column("v", "category", levels=("0.1", "0.7"))
    assert rescore(levels, pl.Series([0.7, 0.1], dtype=pl.Float32)) == [1, 0]
    assert column_of(pl.Series([0.1, 0.1], dtype=pl.Float32))[0].reason.endswith('"0.1"')
    narrow = pd.Series([0.7, 0.1, 2.0], dtype="float32").astype("category")
    assert read(as_frame(pd.DataFrame({"v": narrow})))[0].levels == ("0.1", "0.7", "2")


@pytest.mark.parametrize("word", ["1.#IND", "-1.#IND", "1.#QNAN", "-nan", "NaN(ind)"])
def test_no_number_as_windows_prints_it_is_missing(word: str) -> None:
    column, values = column_of_csv(["1.5", "2", word, "4"])
    assert column.kind == "number"
    np.testing.assert_array_equal(values, [1.5, 2.0, np.nan, 4.0])
