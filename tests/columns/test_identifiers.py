import numpy as np
import polars as pl
import pytest

from trueodds.columns import infer_schema
from trueodds.columns.identifiers import named_as_id
from trueodds.table import Frame, as_frame

RNG = np.random.default_rng(1)


def reason(cells: object, name: str = "c") -> str:
    return infer_schema(as_frame(pl.DataFrame({name: cells}))).columns[0].reason


def test_near_unique_text() -> None:
    assert reason([f"person {i}" for i in range(30)]) == "identifier: 30 different texts in 30 rows"
    assert reason([f"it rained on day {i}" for i in range(30)]) == (
        "free text: 30 different texts in 30 rows"
    )
    assert reason([f"дождь шёл {i} дня" for i in range(30)]).startswith("free text")
    assert reason([f"person {i}" for i in range(19)]) == ""
    assert reason([f"person {i % 20}" for i in range(30)]) == ""


def test_row_numbers() -> None:
    shuffled = RNG.permutation(40) + 5
    assert reason(shuffled) == "identifier: numbers the rows from 5 to 44"
    assert reason([str(i) for i in shuffled]) == "identifier: numbers the rows from 5 to 44"
    assert reason(shuffled[:19]) == ""
    assert reason(shuffled[:-5]) == ""


def test_integers_named_as_identifiers() -> None:
    numbers = RNG.choice(10**6, size=50, replace=False)
    assert reason(numbers) == ""
    assert "and its name" in reason(numbers, "customerId")
    assert reason(numbers % 7, "customer_id") == ""


def test_fractions_never_identify() -> None:
    fractions = RNG.normal(size=100)
    assert reason(fractions, "id") == ""
    assert reason([str(x) for x in fractions.tolist()], "id") == ""
    assert reason(np.arange(50.0), "id") == ""


def test_an_unnamed_index_even_of_a_small_table() -> None:
    for header in ("", "Unnamed: 0"):
        frame = Frame(pl.DataFrame({"Unnamed: 0": ["0", "1", "2"]}), (header,), "t.csv", 2)
        assert "under no name" in infer_schema(frame).columns[0].reason
    repeated = Frame(pl.DataFrame({"Unnamed: 0": ["0", "1", "1"]}), ("",), "t.csv", 2)
    assert infer_schema(repeated).columns[0].kind == "number"


def test_an_array_has_no_index_column() -> None:
    assert infer_schema(as_frame(np.arange(60).reshape(-1, 1))).columns[0].kind == "number"


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "ID",
        "PassengerId",
        "customer_id",
        "row",
        "index",
        "hospital_number",
        "uuid",
        "Loan No",
    ],
)
def test_names_of_identifiers(name: str) -> None:
    assert named_as_id(name)


@pytest.mark.parametrize(
    "name", ["paid", "valid", "age", "number_of_rooms", "grid", "brow", "Grid"]
)
def test_names_of_features(name: str) -> None:
    assert not named_as_id(name)
