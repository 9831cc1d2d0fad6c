"""Effects of columns: a planted function comes back, and nothing of the columns beside it."""

import numpy as np
import polars as pl
import pytest

from trueodds import TrueOddsClassifier, load
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, UNSEEN, Values
from trueodds.errors import TableError, UsageError
from trueodds.evaluation.accumulated import Replicates
from trueodds.model import scorer, threads
from trueodds.model.column_effect import LEVELS
from trueodds.model.effect import Effects
from trueodds.model.effects import COLUMNS, GIVEN, effects_on, with_effects

ROWS = 1200
LEVEL_EFFECTS = np.array([-0.8, 0.5, -0.4, 0.9, 0.0])


def planted(rows: int = ROWS, correlation: float = 0.8, seed: int = 0) -> Values:
    """A number x, one that rises with it, a category whose levels go with x, a date, a yes/no."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    near = correlation * x + np.sqrt(1.0 - correlation**2) * rng.normal(size=rows)
    town = np.clip(np.rint(1.2 * x + 0.5 * rng.normal(size=rows)) + 2, 0, 4).astype(np.int32)
    return Values(
        rows,
        {"x": x, "near": near, "day": 86400.0 * rng.integers(19000, 20000, rows)},
        {"town": town, "told": rng.integers(0, 2, rows).astype(np.int32)},
    )


SCHEMA = Schema(
    columns=(
        Column("x", "number"),
        Column("near", "number"),
        Column("day", "date"),
        Column("town", "category", levels=("a", "b", "c", "d", "e")),
        Column("told", "yesno", levels=("no", "yes")),
        Column("story", "text", reason="free text", words=("one",)),
        Column("id", "ignored", reason="identifier"),
    ),
    rows=ROWS,
)


def measured(function, values: Values, columns=None, schema: Schema = SCHEMA, **more) -> Effects:
    """Effects of a function of the cells; its two members lie 10 % to either side of it."""

    def forecast(rows: Values) -> np.ndarray:
        z = function(rows)
        return np.stack([z, 1.1 * z, 0.9 * z])

    replicates = Replicates.of_folds(np.arange(2), 2)
    return effects_on(forecast, replicates, schema, values, 10, 0, columns, **more)


def additive(rows: Values) -> np.ndarray:
    town = rows.codes["town"]
    return (
        np.sin(2.0 * np.nan_to_num(rows.numbers["x"], nan=3.0))
        + np.where(town >= 0, LEVEL_EFFECTS[town], 1.5)
        + 0.7 * rows.codes["told"]
        + rows.numbers["day"] / 8.64e7
    )


def test_an_additive_function_comes_back_exactly() -> None:
    values = planted()
    found = measured(additive, values, ["x", "near", "day", "town", "told"])
    x, near, day, town, told = found.columns
    at = np.array([p.at for p in x.points])
    truth = np.sin(2.0 * at)
    inside = np.clip(values.numbers["x"], at[0], at[-1])
    truth -= np.interp(inside, at, truth).mean()
    np.testing.assert_allclose([p.effect for p in x.points], truth, atol=1e-12)
    assert {p.effect for p in near.points} == {0.0}
    effects = [p.effect for p in day.points]
    at = np.array([p.at for p in day.points])
    np.testing.assert_allclose(np.diff(effects), np.diff(at) / 8.64e7, atol=1e-9)
    assert day.points[0].cell.startswith("202")
    counts = np.bincount(values.codes["town"])
    truth = LEVEL_EFFECTS - np.average(LEVEL_EFFECTS, weights=counts)
    for point in town.points:
        code = "abcde".index(point.cell)
        assert point.effect == pytest.approx(truth[code])
        assert point.rows == counts[code]
    assert [p.cell for p in told.points] == ["no", "yes"]
    assert told.points[1].effect - told.points[0].effect == pytest.approx(0.7)
    assert (x.missing, x.other, town.missing, town.other) == (None, None, None, None)


def test_the_band_is_that_of_the_members() -> None:
    (x,) = measured(additive, planted(), ["x"]).columns
    for point in x.points:
        apart = 0.1 * abs(point.effect)  # of each of two folds; √(2 − 1) and t of 1 degree
        assert point.high - point.effect == pytest.approx(12.706 * apart, rel=1e-4)
        assert point.effect - point.low == pytest.approx(point.high - point.effect)


def test_levels_stand_in_the_order_of_their_similarity() -> None:
    """The town goes with x: a change of one level asks for no town far from x."""
    (town,) = measured(additive, planted(), ["town"]).columns
    names = [p.cell for p in town.points]
    assert names in (["a", "b", "c", "d", "e"], ["e", "d", "c", "b", "a"])


def test_a_column_beside_the_one_that_acts_shows_no_effect() -> None:
    """No row is far from the diagonal: what the forecast is there must not matter."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-3.0, 3.0, ROWS)
    values = planted()
    values = Values(
        ROWS, {**values.numbers, "x": x, "near": x + rng.uniform(-0.3, 0.3, ROWS)}, values.codes
    )

    def folded(rows: Values) -> np.ndarray:
        far = np.abs(rows.numbers["x"] - rows.numbers["near"]) > 1.0
        return np.where(far, 50.0, rows.numbers["x"])

    x_effect, near_effect = measured(folded, values, ["x", "near"]).columns
    assert max(abs(p.effect) for p in near_effect.points) < 1e-9
    at = np.array([p.at for p in x_effect.points])
    np.testing.assert_allclose(
        np.diff([p.effect for p in x_effect.points]) / np.diff(at), 1.0, atol=1e-9
    )
    # A mean over all rows, as partial dependence takes, is far from that.
    spread = [
        folded(Values(ROWS, {**values.numbers, "near": np.full(ROWS, p.at)}, values.codes)).mean()
        for p in near_effect.points
    ]
    assert np.ptp(spread) > 1.0


def test_missing_cells_rare_and_unseen_levels_are_points_of_their_own() -> None:
    values = planted()
    x, town = values.numbers["x"].copy(), values.codes["town"].copy()
    x[:30], town[40:60], town[60:65], town[65:67] = np.nan, MISSING, UNSEEN, 0
    town[(town == 0) & (np.arange(ROWS) > 70)] = 1
    town[75:78] = 0
    values = Values(ROWS, {**values.numbers, "x": x}, {**values.codes, "town": town})
    found_x, found_town = measured(additive, values, ["x", "town"]).columns
    assert found_x.missing is not None
    assert (found_x.missing.cell, found_x.missing.rows) == ("missing", 30)
    of_3 = np.sin(6.0) - np.sin(2.0 * found_x.points[3].at) + found_x.points[3].effect
    # A known cell between two places stands for its line.
    assert found_x.missing.effect == pytest.approx(of_3, abs=0.03)
    assert found_town.missing is not None
    assert found_town.other is not None
    assert found_town.missing.rows == 20
    rare = int((town == 0).sum())
    assert rare < 10
    assert found_town.other.rows == 5 + rare
    assert "a" not in {p.cell for p in found_town.points}
    of_b = next(p.effect for p in found_town.points if p.cell == "b")
    assert found_town.missing.effect - of_b == pytest.approx(1.5 - LEVEL_EFFECTS[1])


def test_columns_without_two_places_have_no_points() -> None:
    values = Values(30, {"x": np.full(30, 2.0)}, {"town": np.zeros(30, np.int32)})
    schema = Schema(columns=(SCHEMA.columns[0], SCHEMA.columns[3]), rows=30)
    found = measured(lambda rows: np.zeros(rows.rows), values, ["x", "town"], schema)
    assert [(c.points, c.size) for c in found.columns] == [((), 0.0), ((), 0.0)]
    assert "no two places" in repr(found)


def test_many_levels_are_cut_to_those_of_the_most_rows() -> None:
    codes = np.repeat(np.arange(30, dtype=np.int32), 40)
    schema = Schema(
        columns=(Column("c", "category", levels=tuple(map(str, range(30)))),), rows=1200
    )
    values = Values(len(codes), {}, {"c": codes})
    (found,) = measured(lambda rows: 1.0 * rows.codes["c"], values, ["c"], schema).columns
    assert len(found.points) == LEVELS
    assert found.other is not None
    assert found.other.rows == 400


def test_more_rows_than_are_used_give_one_answer_for_one_seed() -> None:
    values = planted(GIVEN + 500)
    one, two = (measured(additive, values, ["x", "town"], most=200) for _ in range(2))
    assert one == two
    assert (one.rows, one.of) == (200, GIVEN + 500)
    assert sum(p.rows for p in one.columns[0].points) == GIVEN
    alone = measured(additive, values, ["town"], most=200)
    assert alone.columns[0] == one.columns[1]


def test_without_names_the_columns_that_act_most_are_taken() -> None:
    count = COLUMNS + 4
    rng = np.random.default_rng(3)
    numbers = {f"n{i}": rng.normal(size=300) for i in range(count)}
    schema = Schema(columns=tuple(Column(name, "number") for name in numbers), rows=300)

    def forecast(rows: Values) -> np.ndarray:
        return np.sum([2.0**i * rows.numbers[f"n{i}"] for i in range(count)], axis=0)

    found = measured(forecast, Values(300, numbers, {}), None, schema)
    assert [c.column for c in found.columns] == [f"n{i}" for i in range(count - 1, 3, -1)]
    sizes = [c.size for c in found.columns]
    assert sizes == sorted(sizes, reverse=True)
    assert with_effects(SCHEMA, ["story", "x", "town"]) == ["x", "town"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("story", "single words"), ("id", "does not use"), ("nothing", "no column")],
)
def test_columns_without_effects_are_refused_with_the_reason(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        measured(additive, planted(), [name])


def as_table(values: Values) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "x": values.numbers["x"],
            "near": values.numbers["near"],
            "town": np.array(list("abcde"))[values.codes["town"]],
            "told": np.where(values.codes["told"] == 1, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def fitted():
    """A quick model of rows whose log-odds are additive, and depend on x, but not on near."""
    values = planted(3000, seed=1)
    z = additive(Values(3000, {**values.numbers, "day": np.zeros(3000)}, values.codes)) - 0.4
    answer = np.random.default_rng(2).random(3000) < 1.0 / (1.0 + np.exp(-z))
    table = as_table(values)
    return TrueOddsClassifier("quick", n_jobs=1).fit(table, answer.astype(int)), table


def test_a_trained_model_s_band_holds_the_planted_function(fitted) -> None:
    model, table = fitted
    held, near = [], []
    for found in model.model_.effects(table).columns:
        cells = table[found.column].to_list()
        if found.kind == "number":
            at = np.array([p.at for p in found.points])
            truth = np.sin(2.0 * at) if found.column == "x" else np.zeros(len(at))
            truth -= np.interp(np.array(cells), at, truth).mean()
        else:
            effects = {**dict(zip("abcde", LEVEL_EFFECTS, strict=True)), "no": 0.0, "yes": 0.7}
            truth = np.array([effects[p.cell] for p in found.points])
            truth -= np.mean([effects[c] for c in cells])
        inside = [p.low <= t <= p.high for p, t in zip(found.points, truth, strict=True)]
        held += inside
        if found.column == "near":
            near = inside
    assert np.mean(held) >= 0.8
    assert np.mean(near) >= 0.8


def test_it_does_not_depend_on_batch_threads_or_the_way_through_a_file(
    fitted, tmp_path, monkeypatch
) -> None:
    model, table = fitted
    expected = model.model_.effects(table)
    model.model_.save(tmp_path / "m.odds")
    monkeypatch.setattr(scorer, "ROWS", 64)
    monkeypatch.setattr(scorer, "BLOCK", 1 << 12)
    monkeypatch.setattr(threads, "LEAST_ROWS", 16)
    monkeypatch.setattr(threads, "cores", lambda: 3)
    assert load(tmp_path / "m.odds").effects(table) == expected


def test_fit_measures_the_most_important_columns(fitted) -> None:
    model, table = fitted
    found = model.evidence_.effects
    assert found is not None
    assert [c.column for c in found.columns] == [c.name for c in model.evidence_.importance]
    assert 100 <= found.rows <= 1000
    assert found.of == len(table)
    assert len(found.pairs) == 6
    assert not any(pair.beyond_chance for pair in found.pairs)  # the planted function is a sum


def test_folds_by_time_and_a_missing_column(fitted) -> None:
    model, table = fitted
    with pytest.raises(TableError, match="town"):
        model.model_.effects(table.drop("town"))
    answer = np.arange(len(table)) % 2
    by_time = TrueOddsClassifier("quick", n_jobs=1).fit(
        table[:400], answer[:400], time=np.arange(400.0)
    )
    found = by_time.model_.effects(table[:400], ["x"]).columns[0]
    assert all(p.low < p.effect < p.high for p in found.points)
