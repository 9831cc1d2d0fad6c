"""Columns with few levels as groups of rows."""

import numpy as np
import polars as pl

from trueodds.columns.kinds import infer_schema
from trueodds.columns.values import to_values
from trueodds.model.few_levels import MOST_COLUMNS, few_level_groupings
from trueodds.table import as_frame

RNG = np.random.default_rng(0)
ROWS = 300


def cut(trained: dict, other: dict | None = None):
    schema = infer_schema(as_frame(pl.DataFrame(trained)))
    return few_level_groupings(to_values(as_frame(pl.DataFrame(other or trained)), schema), schema)


def counts(grouping) -> dict[str, int]:
    found = np.bincount(grouping.codes, minlength=len(grouping.names))
    return {name: int(n) for name, n in zip(grouping.names, found, strict=True) if n}


def test_columns_with_few_levels_or_numbers_are_taken() -> None:
    data = {
        "sex": RNG.choice(["f", "m"], ROWS),
        "job": RNG.choice(["clerk", "cook", None], ROWS),
        "town": RNG.choice([f"town {i}" for i in range(13)], ROWS),
        "children": RNG.integers(0, 4, ROWS).astype(float),
        "income": RNG.normal(size=ROWS),
    }
    found, notes = cut(data)
    assert [one.column for one in found] == ["sex", "job", "children"]
    assert notes == ()
    assert counts(found[0]) == {x: int((data["sex"] == x).sum()) for x in ("f", "m")}
    assert counts(found[1])["missing"] == int((data["job"] == None).sum())  # noqa: E711
    assert list(counts(found[2])) == ["0", "1", "2", "3"]


def test_levels_that_training_did_not_have_are_one_group() -> None:
    trained = {"sex": ["f", "m"] * 50, "age": list(range(100))}
    found, _ = cut(trained, {"sex": ["f", "m", "x", "y"] * 5, "age": list(range(20))})
    assert counts(found[0]) == {"f": 5, "m": 5, "other levels": 10}
    assert cut(trained, {"sex": ["f"] * 9, "age": list(range(9))})[0] == ()


def test_of_many_columns_those_with_the_fewest_groups_are_taken() -> None:
    levels = [6, 2, 3, 2, 5, 2, 4, 2, 2, 3, 2, 4, 2, 3, 5]
    data = {f"c{i}": RNG.choice([f"v{v}" for v in range(n)], ROWS) for i, n in enumerate(levels)}
    found, (note,) = cut(data)
    assert len(found) == MOST_COLUMNS
    assert [one.column for one in found] == [f"c{i}" for i, n in enumerate(levels) if n < 5]
    assert note.startswith("of 15 columns with few levels, groups of the 12 with the fewest")
