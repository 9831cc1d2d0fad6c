"""`Model.evaluate` says in Python what the command line says."""

import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trueodds import Model, TrueOddsClassifier
from trueodds.columns.roles import RoleColumns
from trueodds.errors import TableError, TrueOddsError, UsageError
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.scores import score
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes


def rows(seed: int, count: int = 300) -> tuple[pl.DataFrame, list[str]]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=count)
    X = pl.DataFrame({"x": x, "c": rng.choice(["a", "b"], count), "w": rng.integers(0, 4, count)})
    return X, np.where(x + rng.normal(size=count) > 0, "stays", "leaves").tolist()


@pytest.fixture
def fitted(tiny_recipe: object) -> Model:
    X, y = rows(0)
    model: Model = TrueOddsClassifier().fit(X, y, sample_weight=X["w"].to_numpy()).model_
    return model


@pytest.fixture
def plain(tiny_recipe: object) -> Model:
    X, y = rows(0)
    model: Model = TrueOddsClassifier().fit(X, y).model_
    return model


def test_new_rows_are_scored_without_a_word(plain: Model) -> None:
    X, y = rows(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = plain.evaluate(X, y)
    codes = np.array([label == "stays" for label in y], dtype=np.uint8)
    assert found.scores == score(codes, plain.log_odds(X))
    assert found.judged == found.scores
    assert (found.seen, found.warning, found.weighting) == (0.0, "", "")
    assert found.training == plain.scores


def test_training_rows_are_known_again_in_any_order(plain: Model) -> None:
    X, y = rows(0)
    order = np.random.default_rng(9).permutation(len(y))
    with pytest.warns(UserWarning, match="All 300 rows of DataFrame were in the training table"):
        found = plain.evaluate(X[order], [y[i] for i in order])
    assert found.all_seen
    assert found.judged == plain.scores
    assert not found.training_table


def test_old_rows_among_new_ones_are_set_apart(plain: Model) -> None:
    (old, old_y), (new, new_y) = rows(0), rows(1, 150)
    X, y = pl.concat([old[:150], new]), old_y[:150] + new_y
    with pytest.warns(UserWarning, match="About 150 of 300 rows"):
        found = plain.evaluate(X, y)
    assert not found.all_seen
    assert found.judged == found.unseen
    assert found.unseen == plain.evaluate(new, new_y).scores
    assert "The 150 rows that equal no training row" in found.warning


def test_rounding_tells_of_no_more_seen_rows_than_there_are(plain: Model) -> None:
    X, y = rows(0)
    with pytest.warns(UserWarning, match="All 299 rows"):
        found = plain.evaluate(X[:299], y[:299])
    assert "About 299 of 299 rows" in replace(found, exact=False).warning


def test_a_few_unseen_rows_are_not_scored_on_their_own(plain: Model) -> None:
    (old, old_y), (new, new_y) = rows(0), rows(1, 19)
    with pytest.warns(UserWarning, match="Evaluate on other rows"):
        found = plain.evaluate(pl.concat([old[:50], new]), old_y[:50] + new_y)
    assert found.unseen is None
    assert found.judged is None


def test_a_large_table_is_compared_by_a_sample(tiny_recipe: object) -> None:
    (old, old_y), (new, new_y) = rows(0, 6_000), rows(1, 6_000)
    model = TrueOddsClassifier().fit(old, old_y).model_
    with pytest.warns(UserWarning, match="Evaluate on other rows"):
        found = model.evaluate(pl.concat([old[:3000], new[:3000]]), old_y[:3000] + new_y[:3000])
    assert not found.exact
    assert found.seen == pytest.approx(0.5, abs=0.06)
    assert model.evaluate(new, new_y).seen == 0.0


def test_a_model_of_before_says_nothing_of_seen_rows(plain: Model) -> None:
    X, y = rows(0)
    found = replace(plain, sketch=None).evaluate(X, y)
    assert (found.seen, found.warning) == (None, "")


def test_weights_of_training_are_asked_for(fitted: Model) -> None:
    X, y = rows(1)
    assert fitted.roles == RoleColumns(weight="")
    with pytest.warns(UserWarning, match="unweighted, but training was weighted"):
        found = fitted.evaluate(X, y)
    assert found.weight is None
    assert found.scores == fitted.evaluate(X, y, sample_weight=False).scores


def test_weights_by_name_as_array_and_by_the_model_are_the_same(fitted: Model) -> None:
    X, y = rows(1)
    by_name = fitted.evaluate(X, y, sample_weight="w")
    named = from_bytes(to_bytes(replace(fitted, roles=RoleColumns(weight="weight"))))
    given = named.evaluate(X, y, sample_weight=X["w"].to_numpy())
    own = named.evaluate(X.with_columns(weight=pl.col("w")), y)
    kept = X["w"].to_numpy() > 0
    codes = np.array([label == "stays" for label in y], dtype=np.uint8)
    weight = X["w"].to_numpy()[kept] / 3.0
    wanted = score(codes[kept], fitted.log_odds(X)[kept], weight)
    for found in (by_name, given, own):
        assert found.scores == wanted
        assert f"{(~kept).sum():,} rows of weight 0 are left out" in found.weighting
    assert own.weighting.startswith('the column "weight", as in training')
    assert (by_name.weight, given.weight, own.weight) == ("w", "", "weight")


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (np.zeros(300), "all weights are zero"),
        (np.full(300, np.nan), "finite numbers"),
        (np.full(300, -1.0), "finite numbers"),
        (np.ones(3), "300 rows but the weights have shape"),
        ("none", 'has no column "none"'),
        ("c", 'the weight "c" is'),
    ],
)
def test_weights_that_cannot_be(plain: Model, weight: object, text: str) -> None:
    X, y = rows(1)
    with pytest.raises(TableError, match=text):
        plain.evaluate(X, y, sample_weight=weight)


@pytest.mark.parametrize(
    ("roles", "text"),
    [
        (RoleColumns(group="g"), 'training had groups by the column "g", which DataFrame lacks'),
        (RoleColumns(group=""), "training had groups: intervals count single rows"),
        (RoleColumns(time="t"), "training was by time: intervals count single rows"),
        (RoleColumns(), ""),
    ],
)
def test_intervals_that_count_rows_where_training_did_not_are_reported(
    plain: Model, roles: RoleColumns, text: str
) -> None:
    X, y = rows(60)
    notes = replace(plain, roles=roles).evaluate(X, y).notes
    assert len(notes) == bool(text)
    assert all(text in note for note in notes)


def test_groups_of_training_are_read(plain: Model) -> None:
    X, y = rows(1)
    X = X.with_columns(g=pl.Series(["one", "two", None] * 100))
    grouped = replace(plain, roles=RoleColumns(group="g"))
    assert any('group column "g": 100 rows have none' in n for n in grouped.evaluate(X, y).notes)
    assert not plain.evaluate(X, y).notes


def test_labels_of_another_length_are_refused(plain: Model) -> None:
    X, _ = rows(1)
    with pytest.raises(TrueOddsError, match="300 rows but y has 2"):
        plain.evaluate(X, ["stays", "leaves"])


def test_groups_are_scored_as_their_rows_alone(plain: Model) -> None:
    X, y = rows(1)
    X = X.with_columns(town=pl.Series(np.where(np.arange(len(y)) % 3 == 0, "north", "south")))
    found = plain.evaluate(X, y, by=["c", "town"]).slices
    assert found is not None
    assert [one.name for one in found.slices] == ["c = a", "c = b", "town = south", "town = north"]
    part = (X["town"] == "north").to_numpy()
    codes = np.array([label == "stays" for label in y], dtype=np.uint8)
    alone = score(codes[part], plain.log_odds(X)[part])
    assert found.slices[3].log_loss == alone.log_loss
    assert found.slices[3].cost is None
    assert plain.evaluate(X, y).slices is None
    assert plain.evaluate(X, y, by="c").slices.rows == 300  # type: ignore[union-attr]


def test_groups_have_costs_where_the_model_or_the_call_has(plain: Model) -> None:
    X, y = rows(1)
    given = plain.evaluate(X, y, by="c", cost_fn=3.0, cost_fp=np.ones(300)).slices
    kept = replace(plain, costs=Costs(1.0, 3.0)).evaluate(X, y, by="c").slices
    assert given is not None
    assert kept is not None
    assert given.slices[0].cost == kept.slices[0].cost is not None
    with pytest.raises(UsageError, match="costs without a column to slice by"):
        plain.evaluate(X, y, cost_fn=3.0)


def test_groups_leave_out_rows_that_the_model_has_seen(plain: Model) -> None:
    (old, old_y), (new, new_y) = rows(0), rows(1, 150)
    X, y = pl.concat([old[:150], new]), old_y[:150] + new_y
    with pytest.warns(UserWarning, match="About 150 of 300 rows"):
        found = plain.evaluate(X, y, by="c").slices
    assert found is not None
    assert found.slices == plain.evaluate(new, new_y, by="c").slices.slices  # type: ignore[union-attr]


def test_how_columns_are_cut_is_warned_of(plain: Model) -> None:
    X, y = rows(1)
    with pytest.warns(UserWarning, match='column "x" is cut at the quartiles of these rows'):
        found = plain.evaluate(X, y, by="x")
    assert found.slices is not None
    assert found.slices.sentences[0] in repr(found)
