"""The estimator keeps scikit-learn's contract."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from trueodds import LeakWarning, TableWarning, TrueOddsClassifier
from trueodds.errors import UsageError
from trueodds.training.recipe import Recipe

REPEATED = "rows repeated are not rows weighted when folds and early stopping see them"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("tiny_recipe")
def test_scikit_learns_own_checks() -> None:
    check_estimator(
        TrueOddsClassifier(effort="quick"),
        expected_failed_checks={"check_sample_weight_equivalence_on_dense_data": REPEATED},
    )


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="groups has shape"):
        TrueOddsClassifier("quick").fit(np.eye(6), [0, 1] * 3, groups=[1] * 7)


def messy(rows: int = 240) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    frame = pd.DataFrame({"x": x, "c": rng.choice(["a", "b", None], rows)})
    frame.loc[::9, "x"] = np.nan
    return frame, np.where(x + rng.normal(size=rows) > 0, "stays", "leaves")


@pytest.mark.usefixtures("tiny_recipe")
def test_text_and_missing_cells_and_text_labels() -> None:
    X, y = messy()
    model = TrueOddsClassifier(random_state=1).fit(X, y)
    assert model.classes_.tolist() == ["leaves", "stays"]
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    z = model.decision_function(X)
    np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), z, atol=1e-9)
    assert (model.predict(X) == np.where(z > 0, "stays", "leaves")).all()


@pytest.mark.usefixtures("tiny_recipe")
def test_the_same_rows_from_any_library_give_the_same_probabilities() -> None:
    values = np.random.default_rng(0).normal(size=(120, 3))
    y = (values[:, 0] > 0).astype(int)
    columns = dict(zip("abc", values.T, strict=True))
    tables = (values, pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns))
    found = [TrueOddsClassifier().fit(X, y).predict_proba(X) for X in tables]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@pytest.mark.usefixtures("tiny_recipe")
def test_clones_pipelines_and_cross_validation() -> None:
    X, y = messy()
    model = clone(TrueOddsClassifier(effort="quick", random_state=3))
    assert model.get_params() == {
        "effort": "quick",
        "random_state": 3,
        "n_jobs": None,
        "on": None,
        "heal": False,
        "positive": None,
        "drop": (),
        "memory": None,
        "time_limit": None,
        "background": True,
        "show_rows": 0,
        "verbose": False,
    }
    piped = make_pipeline(FunctionTransformer(), model)
    scores = cross_val_score(piped, X, y, scoring="neg_log_loss", cv=3)
    assert np.isfinite(scores).all()


def test_a_time_limit_leaves_out_networks_and_says_so(
    tiny_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = replace(tiny_recipe, many_members=4)
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: many)
    X, y = messy()
    with pytest.warns(TableWarning, match=r"the time limit of 0\.001 s left out \d+ of \d+ netwo"):
        model = TrueOddsClassifier(time_limit=0.001, n_jobs=1).fit(X, y)
    assert "the time limit" in repr(model)
    assert any("the time limit" in note for note in model.model_.notes)
    assert np.isfinite(model.evidence_.log_odds).all()
    with pytest.raises(UsageError, match="the time limit must be a positive number"):
        TrueOddsClassifier(time_limit=0).fit(X, y)


@pytest.mark.usefixtures("tiny_recipe")
def test_weights_and_groups_are_taken() -> None:
    X, y = messy()
    groups = np.arange(len(y)) // 3
    model = TrueOddsClassifier().fit(X, y, sample_weight=np.linspace(0, 1, len(y)), groups=groups)
    assert "by group" in model.model_.record.fold_rule
    assert model.evidence_.weight is not None


@pytest.mark.usefixtures("tiny_recipe")
def test_a_row_without_a_group_stands_alone() -> None:
    """None, NaN and pandas' NA alike, as an empty cell of a file does."""
    X, y = messy(60)
    groups = np.array([f"g{row // 6}" for row in range(60)], dtype=object)
    groups[:3] = [None, float("nan"), pd.NA]
    with pytest.warns(UserWarning, match="3 rows have none and each stand alone, such as row 0"):
        model = TrueOddsClassifier("quick").fit(X, y, groups=groups).model_
    assert "(13 groups)" in model.record.fold_rule
    assert model.scores.clusters == 13


def test_a_run_is_healed_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(
        Recipe(), folds=2, members=1, many_members=1, widths=(16,), epochs=2, least_steps=150,
        learning_rate=0.3, weight_decay=0.0, dropout=0.0,
    )  # fmt: skip
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: recipe)
    X, y = messy()
    plain, healed = (
        TrueOddsClassifier(heal=heal).fit(X, y).model_.record for heal in (False, True)
    )
    assert plain.treatments == ()
    assert healed.treatments[0].changes[0].name == "learning_rate"


@pytest.mark.usefixtures("tiny_recipe")
def test_each_leak_is_one_warning_and_is_kept() -> None:
    X, y = messy(400)
    a = np.random.default_rng(1).random(400) < 0.5
    X["pa\x1bid"] = np.where(y == "stays", 3.0, 1.0)
    X["p"], X["q"] = np.where(a, "u", "v"), np.where((y == "stays") ^ a, "u", "v")
    with pytest.warns(LeakWarning) as caught:
        model = TrueOddsClassifier().fit(X, y)
    messages = [str(w.message) for w in caught if w.category is LeakWarning]
    assert len(messages) == len(model.leaks_) == 2
    assert sorted(leak.named for leak in model.leaks_) == [("p", "q"), ("pa\x1bid",)]
    assert any('"p" and "q" together give the answer away' in text for text in messages)
    assert any(r'"pa\x1bid" alone gives the answer away' in text for text in messages)
    assert all(text.endswith(("fit without it", "fit without them")) for text in messages)
    assert issubclass(LeakWarning, UserWarning)


@pytest.mark.usefixtures("tiny_recipe")
def test_an_honest_table_raises_no_warning() -> None:
    X, y = messy(400)
    with warnings.catch_warnings():
        warnings.simplefilter("error", LeakWarning)
        assert TrueOddsClassifier().fit(X, y).leaks_ == ()


@pytest.mark.usefixtures("tiny_recipe")
@pytest.mark.parametrize("kind", ["dates", "text", "numbers"])
def test_times_order_the_rows_whatever_their_shape(kind: str) -> None:
    X, y = messy()
    days = np.random.default_rng(0).permutation(len(y))
    dates = np.datetime64("2024-01-01") + days
    time = {"dates": dates, "text": dates.astype(str), "numbers": days.astype(float)}[kind]
    model = TrueOddsClassifier().fit(X, y, time=time)
    assert "forward in time" in model.model_.record.fold_rule
    known = np.isfinite(model.evidence_.log_odds)
    assert days[known].min() > days[~known].max()


def test_a_wrong_number_of_times_is_refused() -> None:
    X, y = messy()
    with pytest.raises(ValueError, match="one time a row"):
        TrueOddsClassifier().fit(X, y, time=np.arange(3))


@pytest.mark.usefixtures("tiny_recipe")
def test_training_rows_are_kept_for_reasons_unless_refused() -> None:
    X, y = messy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        fitted = TrueOddsClassifier(effort="quick", show_rows=2).fit(X, y)
        kept = fitted.model_
        bare = TrueOddsClassifier(effort="quick", background=False).fit(X, y).model_
    assert bare.background is None
    assert kept.background.rows == 64
    assert len(fitted.evidence_.surprises) == 2
    found = kept.explain(X)
    assert np.allclose(found.base_values + found.values.sum(axis=1), kept.log_odds(X), atol=1e-9)
