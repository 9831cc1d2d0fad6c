"""Pairs of columns: a planted interaction comes first, and a sum of columns has none."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trueodds import TrueOddsClassifier
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, Values
from trueodds.evaluation.accumulated import Replicates
from trueodds.model.effect import Effects
from trueodds.model.effects import TOGETHER, effects_on
from trueodds.model.pair_words import pair_row, pairs_told

ROWS = 1500
SCHEMA = Schema(
    columns=(
        Column("x", "number"),
        Column("near", "number"),
        Column("town", "category", levels=tuple("abcdefg")),
        Column("told", "yesno", levels=("no", "yes")),
    ),
    rows=ROWS,
)
SIDE = np.array([-1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0])


def planted() -> Values:
    rng = np.random.default_rng(3)
    x = rng.normal(size=ROWS)
    near = 0.8 * x + 0.6 * rng.normal(size=ROWS)
    town = rng.choice(7, ROWS, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.095, 0.005]).astype(np.int32)
    told = rng.integers(0, 2, ROWS).astype(np.int32)
    x[:100], town[80:180] = np.nan, MISSING
    return Values(ROWS, {"x": x, "near": near}, {"town": town, "told": told})


def additive(rows: Values) -> np.ndarray:
    x = np.nan_to_num(rows.numbers["x"], nan=2.0)
    return np.sin(x) + rows.numbers["near"] ** 2 + SIDE[rows.codes["town"]] + rows.codes["told"]


def together(rows: Values) -> np.ndarray:
    return additive(rows) + SIDE[rows.codes["town"]] * rows.codes["told"]


def measured(function, noise=None, columns=None, members: int = 2) -> Effects:
    """Effects of a function; the members of two folds lie to either side of it by ``noise``."""

    def forecast(rows: Values) -> np.ndarray:
        z = function(rows)
        apart = 0.0 if noise is None else noise(rows)
        return np.stack([z, z + apart, z - apart][: 1 + members])

    replicates = Replicates.of_folds(np.arange(members), 2)
    return effects_on(forecast, replicates, SCHEMA, planted(), 10, 0, columns)


def test_a_planted_pair_comes_first_with_its_size() -> None:
    found = measured(together)
    first, *others = found.pairs
    assert {first.first, first.second} == {"town", "told"}
    assert first.beyond_chance
    assert len(found.pairs) == 6
    assert max(pair.size for pair in others) < 1e-9
    # ± 1 by town and none or one by told: half of it is left beyond both columns.
    assert first.size == pytest.approx(0.5, abs=0.03)
    place = first.strongest
    assert place is not None
    assert abs(place.effect) == pytest.approx(0.5, abs=0.1)
    assert {p.first for p in first.points} | {p.second for p in first.points} == {
        *"abcde",
        "no",
        "yes",
    }
    assert repr(found).count(" together: 0.") == 1


def test_a_sum_of_columns_has_no_pair_and_nothing_is_claimed() -> None:
    found = measured(additive, noise=lambda rows: 0.2 * rows.numbers["near"] * rows.codes["told"])
    assert not any(pair.beyond_chance for pair in found.pairs)
    assert max(pair.size for pair in found.pairs) < 1e-9
    assert max(pair.chance for pair in found.pairs) > 0.1
    assert "none acts together" in pairs_told(found.pairs)
    assert pair_row(found.pairs[0])[3:] == ("", "")


def test_a_pair_within_the_spread_of_the_folds_is_not_claimed() -> None:
    """The folds' networks differ by as much as the pair acts."""
    pair = measured(together, noise=lambda rows: SIDE[rows.codes["town"]] * rows.codes["told"])
    assert pair.pairs[0].size == pytest.approx(0.5, abs=0.03)
    assert not pair.pairs[0].beyond_chance


def test_numbers_that_go_together_are_moved_near_their_own_cells() -> None:
    """No row is far from the diagonal: what the forecast is there must not matter."""

    def far(rows: Values) -> np.ndarray:
        apart = np.abs(rows.numbers["x"] - rows.numbers["near"])
        return np.where(apart > 4.0, 50.0, rows.numbers["near"])

    assert measured(far, columns=["x", "near"]).pairs[0].size < 0.01


def test_one_network_cannot_be_compared_with_chance() -> None:
    (pair,) = measured(together, columns=["town", "told"], members=1).pairs
    assert pair.size > 0.4
    assert np.isnan(pair.chance)
    assert not pair.beyond_chance
    assert "one network" in pairs_told([pair])
    assert pair_row(pair)[2] == "unknown"


def test_pairs_are_of_the_named_columns_and_of_those_with_places() -> None:
    assert measured(together, columns=["told"]).pairs == ()
    found = measured(together, columns=["told", "near", "x"])
    names = {frozenset((pair.first, pair.second)) for pair in found.pairs}
    assert names == {frozenset(p) for p in (("told", "near"), ("told", "x"), ("near", "x"))}
    assert found == measured(together, columns=["told", "near", "x"])
    assert TOGETHER == 5


def test_words_and_plain_values() -> None:
    found = measured(together)
    assert pairs_told(()) == ""
    assert pairs_told(found.pairs).startswith("of 6 pairs of columns, 1 acts together")
    names, size, chance, place, odds = pair_row(found.pairs[0])
    assert (size, chance) == (f"{found.pairs[0].size:.3f}", "0.000")
    assert " and " in names
    assert " and " in place
    assert odds.startswith("× ")
    text = json.loads(json.dumps(found.to_json()["pairs"]))
    assert text[0]["beyond_chance"] is True
    assert len(text[0]["points"]) == 10
    assert replace(found, pairs=()).to_json()["pairs"] == ()


@pytest.mark.slow
def test_a_trained_model_names_the_planted_pair() -> None:
    rng = np.random.default_rng(1)
    x, other = rng.normal(size=(2, 1500))
    town, told = rng.integers(0, 4, 1500), rng.integers(0, 2, 1500)
    z = 0.8 * x - 0.5 * told + np.where(town < 2, -1.0, 1.0) * (2.0 * told - 1.0)
    table = pl.DataFrame({"x": x, "other": other, "town": town, "told": told}).with_columns(
        pl.col("town").map_elements("town {}".format, pl.String),
        pl.col("told").replace_strict({0: "no", 1: "yes"}),
    )
    answer = (rng.random(1500) < 1.0 / (1.0 + np.exp(-z))).astype(int)
    found = TrueOddsClassifier("quick", n_jobs=1).fit(table, answer).evidence_.effects
    assert found is not None
    first, *others = found.pairs
    assert {first.first, first.second} == {"town", "told"}
    assert first.beyond_chance
    assert first.size > 3.0 * max(pair.size for pair in others)
