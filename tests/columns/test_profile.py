"""The profile counts every row once, whatever the values, and stays small."""

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.columns.profile import MOST_LEVELS, Profile, profile_rows
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.json_text import json_text

LEVELS = tuple(f"l{i}" for i in range(30))
SCHEMA = Schema((Column("n", "number"), Column("c", "category", levels=LEVELS)), 5)
rows = st.lists(
    st.tuples(st.floats(), st.integers(-2, 29), st.floats(-50, 50)), min_size=1, max_size=60
)


def profile_of(cells: list[tuple[float, int, float]]) -> tuple[Values, Profile]:
    n, c, score = (np.array(part) for part in zip(*cells, strict=True))
    values = Values(len(cells), {"n": n.astype(float)}, {"c": c.astype(np.int32)})
    return values, profile_rows(values, SCHEMA, score.astype(float))


@settings(max_examples=200, deadline=None)
@given(rows, rows)
def test_every_row_is_in_one_bin(
    training: list[tuple[float, int, float]], new: list[tuple[float, int, float]]
) -> None:
    values, profile = profile_of(training)
    number, category = profile.columns
    assert profile.rows == len(training)
    for column in (number, category, profile.score):
        assert sum(column.counts) + column.missing == len(training)
    assert number.missing == int(np.isnan(values.numbers["n"]).sum())
    assert list(number.edges) == sorted(set(number.edges))
    other, _ = profile_of(new)
    assert number.count(other.numbers["n"]).sum() == len(new)
    assert category.count(other.codes["c"]).sum() == len(new)
    back = msgspec.json.decode(json_text(profile), type=Profile)
    assert back == profile


def test_bins_are_deciles_and_frequent_levels() -> None:
    n = np.arange(1000.0)
    codes = np.repeat(np.arange(30, dtype=np.int32), np.arange(40, 10, -1))[:765]
    values = Values(765, {"n": n[:765]}, {"c": codes})
    number, category = profile_rows(values, SCHEMA, n[:765]).columns
    assert len(number.counts) == 10
    assert max(number.counts) - min(number.counts) <= 1
    assert (number.low, number.high) == (0.0, 764.0)
    assert category.codes == tuple(range(MOST_LEVELS))
    assert category.counts[0] == 40
    assert category.counts[-1] == 765 - sum(category.counts[:-1])
    # An unseen level is among the others, a missing one by itself.
    assert category.count(np.array([-2, -1, 0, 29], np.int32)).tolist()[-2:] == [2, 1]


def test_it_is_a_few_hundred_bytes_a_column() -> None:
    rng = np.random.default_rng(0)
    values = Values(
        5000, {"n": rng.normal(size=5000)}, {"c": rng.integers(0, 30, 5000).astype(np.int32)}
    )
    assert len(json_text(profile_rows(values, SCHEMA, rng.normal(size=5000)))) < 1500
