"""Differences from training are counted, in any chunks; what chance explains is not reported."""

import numpy as np
import pytest

from trueodds.columns.profile import Profile, profile_rows
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
def profile() -> Profile:
    return profile_rows(sample(0, 2000), SCHEMA, np.zeros(2000))


def monitored(values: Values, profile: Profile | None, step: int = 10**9) -> tuple[OutOfRange, ...]:
    monitor = Monitor(SCHEMA, profile)
    for start in range(0, values.rows, step):
        monitor.update(values.between(start, min(start + step, values.rows)))
    return monitor.out_of_range()


@pytest.mark.parametrize("rows", [1, 30, 500, 50_000])
def test_rows_of_the_same_distribution_are_not_reported(profile: Profile, rows: int) -> None:
    for seed in range(1, 6):
        assert monitored(sample(seed, rows), profile) == ()


def test_all_three_are_counted_chunk_by_chunk(profile: Profile) -> None:
    new = sample(9, 400)
    new.numbers["n"][:] = np.clip(new.numbers["n"], -2.0, 2.0)
    new.numbers["n"][5] = 1e6
    new.numbers["n"][6] = -np.inf
    new.numbers["n"][:3] = np.nan
    new.numbers["m"][:200] = np.nan
    new.codes["c"][10:17] = -2
    found = monitored(new, profile, step=7)
    assert found == monitored(new, profile)
    found_of = {(u.column, u.what): u for u in found}
    assert sorted(found_of) == [("c", "unseen"), ("m", "missing"), ("n", "missing"), ("n", "range")]
    assert found_of["c", "unseen"].count == 7
    assert found_of["n", "range"].count == 2
    assert found_of["n", "missing"].count == 3
    assert "1 below, 1 above" in found_of["n", "range"].sentence
    assert "none was missing" in found_of["n", "missing"].sentence
    assert found_of["m", "missing"].count == int(np.isnan(new.numbers["m"]).sum())


def test_a_share_of_missing_cells_that_falls_to_zero_is_reported(profile: Profile) -> None:
    new = sample(3, 2000)
    new.numbers["m"][np.isnan(new.numbers["m"])] = 0.0
    found = list(monitored(new, profile))
    assert [(u.column, u.what, u.count) for u in found] == [("m", "missing", 0)]
    assert "(0.0%) are missing" in found[0].sentence
    assert "were missing in training" in found[0].sentence


def test_a_model_without_a_profile_still_finds_unseen_levels() -> None:
    new = sample(3, 50)
    new.codes["c"][0] = -2
    new.numbers["n"][0] = 1e9
    assert [(u.column, u.what) for u in monitored(new, None)] == [("c", "unseen")]
