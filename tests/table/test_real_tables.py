"""The real tables of the project, where they are at hand, read as a person would."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from real_tables import DATA, MANIFEST, NAMES, needs_tables
from trueodds.columns import (
    Leak,
    Schema,
    Target,
    Values,
    infer_schema,
    read_target,
    suspect_leaks,
    to_values,
)
from trueodds.table import as_frame, read_table, write_scored

pytestmark = needs_tables

MANY_CELLS = {about["name"] for about in MANIFEST if about["rows"] * about["columns"] > 400_000}
"""Tables that take several seconds: their tests are slow."""


def slow_if_large(name: str, *more: str) -> Any:
    """Parameters of a test of a table."""
    return pytest.param(name, *more, marks=pytest.mark.slow if name in MANY_CELLS else [])


ALL = [slow_if_large(name) for name in NAMES]

GUESSED_OTHERWISE = {"german_credit": "1", "sonar": "R", "magic_telescope": "h"}
"""Where a person means the other label: 1/2 with 2 = defaulted; M (mine) and g (gamma ray), which
are commoner.
"""

ASIDE = {
    "telco_churn": {"customerID": "text"},
    "titanic": {"PassengerId": "identifier", "Name": "text"},
    "medical_no_show": {"AppointmentID": "identifier"},
    "give_me_some_credit": {"Unnamed: 0": "identifier"},
    "horse_colic": {"hospital_number": "identifier"},
    "mushroom": {"veil_type": "constant"},
    "credit_card_default": {"ID": "identifier"},
    "flight_cancelled": {"Year": "constant"},
    "compas": {
        "id": "identifier",
        "c_case_number": "text",
        "r_case_number": "text",
        "vr_case_number": "text",
        "violent_recid": "empty",
        "type_of_assessment": "constant",
        "v_type_of_assessment": "constant",
    },
    "stroke": {"id": "identifier"},
    "hr_attrition": {
        "EmployeeNumber": "identifier",
        "EmployeeCount": "constant",
        "Over18": "constant",
        "StandardHours": "constant",
    },
    "chronic_kidney_disease": {"id": "identifier"},
    "oil_spill": {"attr23": "constant"},
}
"""Columns that are no feature as they are; training looks for words that tell in those of text."""

CODES = {"credit_approval": ("A14",)}
"""Columns whose leading zeros make them codes, such as 00202."""
KINDS = {
    "adult": {"education": "category", "age": "number", "sex": "yesno"},
    "telco_churn": {"TotalCharges": "number", "SeniorCitizen": "number", "Partner": "yesno"},
    "titanic": {"Cabin": "category", "Age": "number", "Sex": "yesno"},
    "medical_no_show": {
        "ScheduledDay": "date",
        "AppointmentDay": "date",
        "Neighbourhood": "category",
        "PatientId": "number",
    },
    "german_credit": {"telephone": "yesno", "property": "category"},
    "polish_bankruptcy": {"Attr37": "number"},
    "spambase": {"char_freq_;": "number"},
}


@cache
def read(name: str) -> tuple[dict[str, Any], Target, Schema, Values]:
    entry = next(e for e in MANIFEST if e["name"] == name)
    frame = read_table(DATA / entry["file"])
    assert frame.rows == entry["rows"]
    assert len(frame.names) == entry["columns"]
    target = read_target(frame.column(entry["target"]), source=frame.source)
    features = frame.without([entry["target"]]).take(target.kept)
    schema = infer_schema(features)
    return entry, target, schema, to_values(features, schema)


@pytest.mark.parametrize("name", ALL)
def test_every_table_is_read_as_a_person_would(name: str) -> None:
    entry, target, schema, values = read(name)
    assert target.yes == GUESSED_OTHERWISE.get(name, entry["positive"].strip())
    assert target.missing == entry["target_missing_rows"]
    share = target.y.mean() if target.yes == entry["positive"].strip() else 1 - target.y.mean()
    assert share == pytest.approx(entry["positives_share"], abs=1e-4)
    aside = {
        c.name: "text" if c.kind == "text" else c.reason.split(":")[0]
        for c in schema.columns
        if c.kind in ("ignored", "text")
    }
    assert aside == ASIDE.get(name, {})
    kinds = {c.name: c.kind for c in schema.columns}
    for column, kind in KINDS.get(name, {}).items():
        assert kinds[column] == kind
    text = {*entry["categorical_columns"], *entry["drop"], *CODES.get(name, ())}
    for column in schema.used:
        if column.kind in ("category", "yesno") and name != "titanic":
            assert column.name in text
    assert values.notes == ()
    assert values.rows == entry["rows"] - target.missing
    missing = sum(c.missing for c in schema.columns)
    if name in ("adult", "telco_churn", "mushroom", "polish_bankruptcy", "hmeq"):
        assert missing / (entry["rows"] * (entry["columns"] - 1)) == pytest.approx(
            entry["missing_share"], abs=1e-4
        )
    for column in schema.used:
        found = values.numbers.get(column.name)
        if found is not None:
            assert np.isnan(found).sum() == column.missing
        else:
            codes = values.codes[column.name]
            assert (codes == -1).sum() == column.missing
            assert np.unique(codes[codes >= 0]).size == len(column.levels)


LOOK = {
    "mushroom": {"odor", "spore_print_color"},
    "chronic_kidney_disease": {"sg", "hemo", "al", "pcv"},
}
"""Honest columns that almost tell the answer."""


def leaks_of(name: str, kept: frozenset[str] = frozenset()) -> tuple[Leak, ...]:
    """Findings in a table without the columns that its manifest drops, but for some."""
    entry = next(e for e in MANIFEST if e["name"] == name)
    frame = read_table(DATA / entry["file"])
    target = read_target(
        frame.column(entry["target"]), source=frame.source, positive=entry["positive"].strip()
    )
    features = frame.without([entry["target"]]).take(target.kept)
    drop = [c for c in entry["drop"] if c in features.names and c not in kept]
    schema = infer_schema(features, drop=drop)
    return suspect_leaks(to_values(features, schema), schema, target.y)


@pytest.mark.parametrize("name", ALL)
def test_no_honest_table_has_a_leak(name: str) -> None:
    leaks = leaks_of(name)
    assert {leak.tier for leak in leaks} <= {"look"}
    assert {column for leak in leaks for column in leak.named} <= LOOK.get(name, set())


@pytest.mark.parametrize(
    ("name", "column", "tier"),
    [
        ("compas", "r_offense_date", "leak"),
        ("compas", "r_charge_degree", "leak"),
        ("compas", "r_case_number", "leak"),
        ("compas", "r_jail_in", "look"),
        slow_if_large("hotel_bookings", "reservation_status", "leak"),
        slow_if_large("weather_australia", "RISK_MM", "leak"),
        slow_if_large("flight_cancelled", "AirTime", "leak"),
        slow_if_large("flight_cancelled", "CancellationCode", "leak"),
    ],
)
def test_what_a_manifest_drops_as_known_too_late_is_told(name: str, column: str, tier: str) -> None:
    kept = {column, "is_recid"} if name == "compas" else {column}
    found = {leak.columns: leak.tier for leak in leaks_of(name, frozenset(kept))}
    assert found.pop((column,)) == tier
    assert found == ({("is_recid",): "look"} if name == "compas" else {})


def test_times_of_day_and_zone_are_kept() -> None:
    _, _, schema, values = read("medical_no_show")
    assert values.numbers["ScheduledDay"][0] == 1461955088.0  # 2016-04-29T18:38:08Z
    assert values.numbers["AppointmentDay"][0] == 1461888000.0  # 2016-04-29T00:00:00Z
    assert next(c for c in schema.columns if c.name == "AppointmentDay").distinct == 27


@pytest.mark.parametrize("name", ["spambase", slow_if_large("give_me_some_credit")])
def test_scored_rows_are_the_input_and_a_probability(name: str, tmp_path: Path) -> None:
    entry = next(e for e in MANIFEST if e["name"] == name)
    frame = read_table(DATA / entry["file"])
    probability = np.random.default_rng(0).random(frame.rows)
    write_scored(frame, probability, tmp_path / "scored.csv")
    back = read_table(tmp_path / "scored.csv")
    assert back.headers == (*frame.headers, "probability")
    assert back.data.drop("probability").equals(frame.data)
    assert np.array_equal(back.column("probability").cast(float).to_numpy(), probability)


@pytest.mark.parametrize(
    "name", ["titanic", "telco_churn", "hmeq", "german_credit", slow_if_large("bank_marketing")]
)
def test_the_model_sees_the_same_in_a_typed_frame_as_in_the_file(name: str) -> None:
    entry, _, schema, values = read(name)
    typed = pd.read_csv(DATA / entry["file"], keep_default_na=False)
    guessed = pd.read_csv(DATA / entry["file"]).convert_dtypes()
    parquet = pl.read_csv(DATA / entry["file"], infer_schema_length=None)
    for frame in (as_frame(typed), as_frame(guessed), as_frame(parquet)):
        again = to_values(frame, schema)
        for column, numbers in values.numbers.items():
            assert np.array_equal(again.numbers[column], numbers, equal_nan=True)
        for column, codes in values.codes.items():
            # pandas' own reader makes "none" and "NA" null: a level lost is missing.
            same = (again.codes[column] == codes) | (again.codes[column] == -1)
            assert same.all()
