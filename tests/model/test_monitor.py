"""What is unlike training is told with counts, in any chunks; what chance does is not."""

import numpy as np
import pytest

from trueodds.columns.profile import Seen, summarise
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.model.monitor import Monitor, OutOfRange

SCHEMA = Schema(
    (Column("n", "number"), Column("m", "number"), Column("c", "category", levels=("a", "b", "d"))),
    2000,
)


def sample(seed: int, rows: int) -> Values:
    rng = np.random.default_rng(seed)
    m = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows))
    return Values(
        rows,
        {"n": rng.normal(size=rows), "m": m},
        {"c": rng.integers(0, 3, rows).astype(np.int32)},
    )


@pytest.fixture
def seen() -> Seen:
    return summarise(sample(0, 2000), SCHEMA, np.zeros(2000))


def watched(values: Values, seen: Seen | None, step: int = 10**9) -> tuple[OutOfRange, ...]:
    watch = Monitor(SCHEMA, seen)
    for start in range(0, values.rows, step):
        watch.look(values.between(start, min(start + step, values.rows)))
    return watch.unlike()


@pytest.mark.parametrize("rows", [1, 30, 500, 50_000])
def test_rows_of_the_same_law_are_silent(seen: Seen, rows: int) -> None:
    for seed in range(1, 6):
        assert watched(sample(seed, rows), seen) == ()


def test_all_three_are_counted_chunk_by_chunk(seen: Seen) -> None:
    new = sample(9, 400)
    new.numbers["n"][:] = np.clip(new.numbers["n"], -2.0, 2.0)
    new.numbers["n"][5] = 1e6
    new.numbers["n"][6] = -np.inf
    new.numbers["n"][:3] = np.nan
    new.numbers["m"][:200] = np.nan
    new.codes["c"][10:17] = -2
    found = watched(new, seen, step=7)
    assert found == watched(new, seen)
    told = {(u.column, u.what): u for u in found}
    assert sorted(told) == [("c", "unseen"), ("m", "missing"), ("n", "missing"), ("n", "range")]
    assert told["c", "unseen"].count == 7
    assert told["n", "range"].count == 2
    assert told["n", "missing"].count == 3
    assert "1 below, 1 above" in told["n", "range"].sentence
    assert "none was" in told["n", "missing"].sentence
    assert told["m", "missing"].count == int(np.isnan(new.numbers["m"]).sum())


def test_a_share_that_falls_to_nothing_is_told(seen: Seen) -> None:
    new = sample(3, 2000)
    new.numbers["m"][np.isnan(new.numbers["m"])] = 0.0
    assert [(u.column, u.what, u.count) for u in watched(new, seen)] == [("m", "missing", 0)]


def test_a_model_without_a_summary_still_knows_its_levels() -> None:
    new = sample(3, 50)
    new.codes["c"][0] = -2
    new.numbers["n"][0] = 1e9
    assert [(u.column, u.what) for u in watched(new, None)] == [("c", "unseen")]
