"""Rules of reading in the model file, and the same values for a table, one row and a dict."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueodds import Model, TrueOddsClassifier, load
from trueodds.errors import ModelFileError
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.odds"))
PLAIN = next(path for path in GOLDEN if path.stem == "relu")


def with_rules(model: Model, kind: str, **rules: Any) -> tuple[Model, str]:
    """The model with other rules for its first column of a kind, and that column's name."""
    name = next(c.name for c in model.schema.used if c.kind == kind)
    columns = tuple(replace(c, **rules) if c.name == name else c for c in model.schema.columns)
    held = {field.name: getattr(model, field.name) for field in fields(model)}
    return Model(**{**held, "schema": replace(model.schema, columns=columns)}), name


def needs(data: bytes) -> list[str]:
    length = int.from_bytes(data[:8], "little")
    header = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["trueodds"])
    return list(header["needs"])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_older_files_get_no_rule_when_they_are_written_again(path: Path) -> None:
    data = to_bytes(load(path))
    assert to_bytes(from_bytes(data)) == data
    assert "readings" not in needs(data)
    for rule in (b"date_order", b"century", b'\\"unit\\"', b"remarks", b"weight_reading"):
        assert rule not in data


@pytest.mark.parametrize(
    ("kind", "rules", "cell", "same"),
    [
        ("number", {"number_style": "decimal_comma"}, "1.234,5", 1234.5),
        ("number", {"number_style": "decimal_comma"}, "1.234", 1234.0),
        ("number", {"number_style": "decimal_point", "unit": "kg"}, "(1,234.5 kg)", -1234.5),
        ("number", {"number_style": "duration"}, "1 days 00:00:30", 86430.0),
        (
            "date",
            {"date_format": "", "date_order": "dmy", "century": 1919},
            "02/01/70",
            "1970-01-02",
        ),
        ("date", {"date_format": "", "date_order": "mdy"}, "Jan 2 1970", "1970-01-02"),
    ],
)
def test_rules_survive_the_file_and_read_every_row(
    kind: str, rules: dict[str, Any], cell: str, same: object
) -> None:
    model, name = with_rules(load(PLAIN), kind, **rules)
    data = to_bytes(model)
    assert "readings" in needs(data)
    back = from_bytes(data)
    assert back.schema == model.schema
    row = {column.name: None for column in back.schema.used}
    expected = back.log_odds({**row, name: same})
    assert back.log_odds({**row, name: cell}) == expected
    assert back.log_odds([{**row, name: cell}, {**row, name: None}])[0] == expected[0]


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("number", {"number_style": "roman"}),
        ("number", {"unit": "kg"}),
        ("date", {"date_order": "dmy", "date_format": "%Y-%m-%d"}),
        ("date", {"date_format": "", "date_order": "ymd", "century": -5}),
        ("date", {"date_format": "", "date_order": "ydm"}),
    ],
)
def test_rules_that_cannot_be_are_refused(kind: str, rules: dict[str, Any]) -> None:
    model, _ = with_rules(load(PLAIN), kind, **rules)
    with pytest.raises(ModelFileError, match="damaged"):
        from_bytes(to_bytes(model))


CELLS = st.one_of(
    st.sampled_from(
        [
            *(
                "1.234,5",
                "1.775",
                "1,5",
                "(5)",
                "5-",
                "−5",
                "5 kg",
                "07:30",
                "1 days 02:03:04",
                "P1D",
            ),
            *(
                "02/01/70",
                "Jan 2 1970",
                "2019-01-15 08:30:05",
                "0000-00-00",
                r"\N",
                "true",
                "",
                "1e3",
            ),
        ]
    ),
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.timedeltas().filter(lambda value: abs(value.days) < 10**6),
    st.times(),
    st.datetimes(),
    st.text(max_size=6),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=CELLS, rules=st.sampled_from(["decimal_comma", "decimal_point", "duration", "dmy"]))
def test_a_dict_is_read_as_a_table_is(cell: Any, rules: str) -> None:
    if rules == "dmy":
        changed: dict[str, Any] = {"date_format": "", "date_order": "dmy", "century": 1969}
        model, name = with_rules(load(PLAIN), "date", **changed)
    else:
        model, name = with_rules(load(PLAIN), "number", number_style=rules)
    row = {**{column.name: None for column in model.schema.used}, name: cell}
    assert model.log_odds(row) == model.log_odds([row])[0]


def test_a_fit_says_what_was_guessed() -> None:
    rng = np.random.default_rng(0)
    amounts = rng.integers(1000, 9000, size=200)
    y = (amounts > 5000).astype(int)
    table = {
        "v": [f"{a:,} kg".replace(",", ".") for a in amounts],
        "w": [f"{a / 7:.2f}".replace(".", ",") for a in amounts],
    }
    model = TrueOddsClassifier(effort="quick", n_jobs=1).fit(pl.DataFrame(table), y).model_
    assert 'column "v": "' in " ".join(model.notes)
    assert "as other columns have a decimal comma" in " ".join(model.notes) or "unit" in " ".join(
        model.notes
    )
    plain = {"v": f"{amounts[0]:,} kg".replace(",", "."), "w": "1,5"}
    assert model.predict(plain) == model.predict({"v": float(amounts[0]), "w": 1.5})
