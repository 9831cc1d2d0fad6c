"""Words that multiply a column's numbers, such as K and million, beside units and codes."""

import numpy as np
import pytest

from spelled import column_of_csv, rescore

MULTIPLIED = (
    (["84.7M", "481.4K", "950", "1,2"][:3], [84.7e6, 481400.0, 950.0], "M multiplies"),
    (["1418K", "3008k", "12K"], [1418e3, 3008e3, 12e3], "K multiplies"),
    (["$1.2M", "$950", "-$3.5K", "$2 billion"], [1.2e6, 950.0, -3500.0, 2e9], "M multiplies"),
    (["€110.5M", "€565K", "€0"], [110.5e6, 565e3, 0.0], "M multiplies"),
    (["5 million", "12 million", "300000"], [5e6, 12e6, 3e5], "million multiplies"),
    (["1,5 Mio. €", "2 Mrd. €", "750 Tsd. €"], [1.5e6, 2e9, 75e4], "Mio multiplies"),
    (["42.5 Lac", "1.2 Cr", "3.15 Cr"], [42.5e5, 1.2e7, 3.15e7], "Lac multiplies"),
    (["Rs. 14 Lakh", "Rs. 3.08 Lakh", "(1 Lakh)"], [14e5, 3.08e5, -1e5], "Lakh multiplies"),
    (["19M", "8.7M", "25M", "4.35M"], [19e6, 8.7e6, 25e6, 4.35e6], "M multiplies"),
    (["201k", "1.2m", "5m"], [201e3, 1.2e6, 5e6], "k multiplies"),
)


@pytest.mark.parametrize(("cells", "expected", "said"), MULTIPLIED, ids=lambda part: str(part)[:24])
def test_words_that_multiply(cells: list[str], expected: list[float], said: str) -> None:
    column, values = column_of_csv(cells, ";")
    assert (column.kind, column.unit[-1]) == ("number", "×")
    assert values.tolist() == expected
    assert any(remark.endswith(said) for remark in column.remarks)
    assert rescore(column, [*cells, "7"]) == [*expected, 7.0]


@pytest.mark.parametrize(
    ("cells", "kind", "unit"),
    [
        (["34B", "36B", "38B", "34B"], "category", ""),
        (["3M", "6M", "12M", "6M"], "category", ""),
        (["5.5m", "12m", "7.25m"], "number", "m"),
        (["5 million", "12 million", "7.5 million"], "number", "million"),
        (["300 K", "280.5 K", "12 K"], "number", "k"),
        (["1418.38 CR", "12.50", "7 CR"], "category", ""),
        (["1418.38 CR", "12.50 CR", "7 CR"], "number", "cr"),
        (["5 kg", "300 g", "2 kg"], "category", ""),
        (["$5K", "€3M", "$2M"], "category", ""),
    ],
)
def test_words_that_are_units_or_codes(cells: list[str], kind: str, unit: str) -> None:
    column, _ = column_of_csv(cells)
    assert (column.kind, column.unit) == (kind, unit)
    assert not any("multiplies" in remark for remark in column.remarks)


def test_a_plain_column_reads_no_multiplier() -> None:
    column, _ = column_of_csv(["1,234.5", "20", "3"])
    assert np.isnan(rescore(column, ["5M"])).all()
