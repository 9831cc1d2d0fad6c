"""Python says what the command line says: as warnings, as attributes and in ``repr``."""

import io
import pickle
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import get_scorer, log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from typer.testing import CliRunner

import trueodds
from trueodds import LeakWarning, Model, TableWarning, TrueOddsClassifier, TrueOddsError
from trueodds.cli.app import app

ROWS = 300


def people(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows).round(3)
    frame = pd.DataFrame(
        {
            "x": x,
            "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D"),
            "town": rng.choice(["Rome", "Oslo", "Bonn"], rows),
        }
    )
    frame["y"] = np.where(x + rng.normal(size=rows) + (frame["town"] == "Oslo") > 0.5, "yes", "no")
    return frame


TRAIN = people()
X, Y = TRAIN.drop(columns="y"), TRAIN["y"]


@pytest.fixture(scope="module")
def fitted() -> TrueOddsClassifier:
    return TrueOddsClassifier(effort="quick", n_jobs=1).fit(X, Y)


def told(call: Callable[[], Any]) -> list[str]:
    """Sentences of the `TableWarning` that a call gives, all at this file's lines."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(issubclass(w.category, TableWarning) for w in caught)
    assert all(Path(w.filename) == Path(__file__) for w in caught)
    return [str(w.message) for w in caught]


class TestFit:
    @pytest.mark.usefixtures("tiny_recipe")
    def test_what_the_command_notes_is_warned_kept_and_in_repr(self, tmp_path: Path) -> None:
        """The notes of the command line and those of Python have the same words."""
        table = TRAIN.assign(
            constant=1,
            empty=None,
            who=[f"k{i}" for i in range(ROWS)],
            said=[f"this is remark {i} of mine" for i in range(ROWS)],
            number=[*["7"] * 149, "seven", *["8"] * 150],
        )
        path = tmp_path / "t.csv"
        table.to_csv(path, index=False)
        fit = ["fit", str(path), "--target", "y", "--out", str(tmp_path / "m.odds"), "--no-report"]
        done = CliRunner().invoke(app, fit)
        assert done.exit_code == 0, done.output
        model = TrueOddsClassifier()
        found = told(lambda: model.fit(table.drop(columns="y"), table["y"]))
        aside = {
            "constant": 'constant: every cell is "1"',
            "empty": "empty: every cell is missing",
            "who": "identifier: 300 different texts in 300 rows",
            "said": "free text: 300 different texts in 300 rows, whose words tell nothing",
        }
        for name, reason in aside.items():
            assert f'column "{name}" is not used: {reason}' in found
            assert f"{name} ({reason})" in done.output
        (odd,) = [note for note in found if '"seven"' in note]
        assert odd.startswith('column "number": 1 cell is no number and counts as missing')
        assert odd.split(" (")[0] in done.output
        assert len(found) == 5
        assert list(model.notes_) == found
        for note in found:
            assert note in repr(model)
            assert note in repr(model.model_)
        assert 'is "yes"' in model.model_.summary()

    @pytest.mark.usefixtures("tiny_recipe")
    def test_many_columns_set_aside_are_a_few_warnings(self) -> None:
        wide = X.assign(**{f"k{i}": 1 for i in range(100)})
        found = told(lambda: TrueOddsClassifier().fit(wide, Y))
        assert len(found) == 8
        assert found[-1] == "93 more columns are not used: see summary()"

    @pytest.mark.usefixtures("tiny_recipe")
    def test_leaks_are_warnings_of_both_classes(self) -> None:
        leaky = X.assign(paid=(Y == "yes") * 2.5)
        model = TrueOddsClassifier()
        with pytest.warns(LeakWarning, match='"paid" alone gives the answer away'):
            model.fit(leaky, Y)
        assert issubclass(LeakWarning, TableWarning)
        assert issubclass(TableWarning, UserWarning)
        assert '"paid" alone gives the answer away' in repr(model)

    @pytest.mark.usefixtures("tiny_recipe")
    def test_a_warning_can_be_an_error(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error", trueodds.TableWarning)
            with pytest.raises(TableWarning, match="constant"):
                TrueOddsClassifier().fit(X.assign(k=1), Y)

    def test_a_plain_table_is_silent(self) -> None:
        model = TrueOddsClassifier(effort="quick", n_jobs=1)
        assert told(lambda: model.fit(X, Y)) == []
        assert model.notes_ == ()
        assert repr(model) == "TrueOddsClassifier(effort='quick', n_jobs=1)"
        assert told(lambda: model.predict_proba(X)) == []

    @pytest.mark.usefixtures("tiny_recipe")
    @pytest.mark.parametrize(
        ("no", "yes", "guess"),
        [
            ("no", "yes", None),
            (0, 1, None),
            (False, True, None),
            (-1.0, 1.0, None),
            ("healthy", "sick", None),
            ("bad", "good", "bad"),  # a word for yes: what one wants the odds of
            ("1", "2", "1"),  # surveys
            (1, 2, "1"),
        ],
    )
    def test_another_yes_than_the_command_lines_is_said(
        self, no: Any, yes: Any, guess: str | None
    ) -> None:
        y = np.array([yes if label == "yes" else no for label in Y])
        model = TrueOddsClassifier()
        found = told(lambda: model.fit(X, y))
        assert len(found) == (guess is not None)
        if guess is not None:
            assert f'the command line takes "{guess}"' in found[0]
            assert f'positive="{guess}"' in found[0]
        assert (model.classes_ == [no, yes]).all()
        assert (model.predict_proba(X)[:, 1] == model.model_.predict(X)).all()


class TestForecast:
    CHANGES: tuple[tuple[str, Callable[[pd.DataFrame], Any], str], ...] = (
        ("text for a number", lambda t: t["x"].astype(object).where(t.index > 2, "abc"), "x"),
        ("text for dates", lambda t: t["day"].astype(object).where(t.index > 2, "soon"), "day"),
        ("unseen levels", lambda t: t["town"].where(t.index > 2, "Paris"), "town"),
        ("far beyond", lambda t: t["x"].where(t.index > 2, 1e6), "x"),
        ("infinite", lambda t: t["x"].where(t.index > 2, np.inf), "x"),
        ("missing", lambda t: t["x"].where(t.index > 2), "x"),
        ("missing dates", lambda t: t["day"].where(t.index > 2), "day"),
        ("missing levels", lambda t: t["town"].where(t.index > 2), "town"),
    )

    @pytest.mark.parametrize(("what", "change", "column"), CHANGES)
    def test_each_is_one_warning_with_column_count_and_example(
        self,
        fitted: TrueOddsClassifier,
        what: str,
        change: Callable[[pd.DataFrame], Any],
        column: str,
    ) -> None:
        new = X.assign(**{column: change(X)})
        model = fitted.model_
        for call in (fitted.predict, fitted.predict_proba, fitted.decision_function):
            (sentence,) = told(lambda call=call: call(new))
            assert f'column "{column}": 3 ' in sentence
            assert "missing" in what or "such as" in sentence
        for call in (model.predict, model.log_odds, model.predict_proba):
            assert told(lambda call=call: call(new)) == [sentence]
        assert model.notes_on(new) == (sentence,)
        # A single row goes another way, to the same forecast.
        row = new.iloc[0].to_dict()
        (alone,) = told(lambda: model.predict(row))
        assert f'column "{column}": 1 ' in alone
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert model.predict(row)[0] == model.predict(new)[0]
        assert told(lambda: model.predict(new.iloc[5].to_dict())) == []

    def test_the_command_line_says_the_same(
        self, fitted: TrueOddsClassifier, tmp_path: Path
    ) -> None:
        new = X.assign(town=X["town"].where(X.index > 2, "Paris"))
        new.to_csv(tmp_path / "new.csv", index=False)
        fitted.model_.save(tmp_path / "m.odds")
        out = tmp_path / "out.csv"
        done = CliRunner().invoke(
            app,
            ["predict", str(tmp_path / "m.odds"), str(tmp_path / "new.csv"), "--out", str(out)],
        )
        (sentence,) = told(lambda: fitted.predict(new))
        before, _ = sentence.split(" (DataFrame")
        assert f"Differs from training: {before} (new.csv, line 2)" in done.output

    def test_many_columns_that_differ_are_a_few_warnings(self) -> None:
        rng = np.random.default_rng(0)
        values = pd.DataFrame(rng.normal(size=(80, 20)), columns=[f"c{i}" for i in range(20)])
        model = TrueOddsClassifier(effort="quick", n_jobs=1).fit(values, values["c0"] > 0)
        found = told(lambda: model.predict(values * 1000))
        assert len(found) == 8
        assert found[-1] == "13 more columns differ from training: see notes_on"

    def test_evaluation_warns_of_what_it_notes_and_is_short(
        self, fitted: TrueOddsClassifier
    ) -> None:
        new = people(200, seed=9)
        found = fitted.model_.evaluate(new)
        assert told(lambda: fitted.model_.evaluate(new)) == []
        text = repr(found)
        assert text.startswith("Evaluation on DataFrame\nScores of 200 rows")
        assert len(text) < 700
        odd = new.assign(x=new["x"].astype(object).where(new.index > 0, "abc"))
        (sentence,) = told(lambda: fitted.model_.evaluate(odd))
        assert '"abc"' in sentence
        assert sentence in repr(fitted.model_.evaluate(odd))
        assert "were in the training table" in repr(fitted.model_.evaluate(TRAIN))


class TestEstimatorAtHome:
    def test_repr_summary_and_html(self, fitted: TrueOddsClassifier) -> None:
        model = fitted.model_
        loss = f"{model.scores.log_loss.value:.4f}"
        assert len(repr(model)) < 600
        for text in (repr(model), model.summary(), model._repr_html_()):
            assert loss in text
        assert '"y"' in repr(model)
        for name in X.columns:
            assert name in model.summary()
        html = fitted._repr_mimebundle_()["text/html"]
        assert loss in html
        assert "sk-" in html
        assert loss not in TrueOddsClassifier()._repr_html_()

    @pytest.mark.usefixtures("tiny_recipe")
    def test_names_of_strangers_are_escaped(self) -> None:
        model = TrueOddsClassifier().fit(X.assign(**{"<b>\x1b[2J": 1}), Y).model_
        assert "<b>" not in model._repr_html_()
        for text in (repr(model), model.summary(), model._repr_html_()):
            assert "\x1b" not in text

    def test_attributes_of_a_fitted_estimator(self, fitted: TrueOddsClassifier) -> None:
        assert fitted.n_features_in_ == 3
        assert fitted.feature_names_in_.tolist() == ["x", "day", "town"]
        rises = fitted.feature_importances_
        assert rises.shape == (3,)
        assert rises.argmax() == 0
        importance = {found.name: found.mean for found in fitted.evidence_.importance}
        assert rises.tolist() == [importance[name] for name in X.columns]
        assert fitted.model_.target_name == "y"
        assert (fitted.model_.target_no, fitted.model_.target_yes) == ("no", "yes")
        again = pickle.loads(pickle.dumps(fitted))
        assert (again.predict_proba(X) == fitted.predict_proba(X)).all()
        assert not hasattr(TrueOddsClassifier(), "feature_importances_")

    @pytest.mark.usefixtures("tiny_recipe")
    def test_positive_drop_and_memory(self) -> None:
        plain = TrueOddsClassifier().fit(X[["x", "town"]], Y)
        dropped = TrueOddsClassifier(drop=["day"]).fit(X, Y)
        assert (dropped.predict_proba(X) == plain.predict_proba(X)).all()
        assert dropped.feature_importances_[1] == 0.0
        assert 'column "day" is not used: dropped by you' in dropped.notes_
        assert (TrueOddsClassifier(drop="day").fit(X, Y).predict(X) == plain.predict(X)).all()
        with pytest.raises(TrueOddsError, match='drop: DataFrame has no column "dya"'):
            TrueOddsClassifier(drop=["dya"]).fit(X, Y)
        for memory in ("1kB", 1000):
            small = TrueOddsClassifier(memory=memory, drop="day").fit(X, Y)
            assert (small.predict_proba(X) == plain.predict_proba(X)).all()
        with pytest.raises(TrueOddsError, match="memory: much is not a size"):
            TrueOddsClassifier(memory="much").fit(X, Y)
        other = TrueOddsClassifier(positive="no").fit(X, Y)
        assert other.model_.target_yes == "no"
        assert other.classes_.tolist() == ["no", "yes"]
        assert (other.predict_proba(X)[:, 0] == other.model_.predict(X)).all()
        assert (other.decision_function(X) == -other.model_.log_odds(X)).all()
        assert (other.model_.predict_proba(X) == other.predict_proba(X)).all()
        with pytest.raises(TrueOddsError, match='has no label "maybe"'):
            TrueOddsClassifier(positive="maybe").fit(X, Y)

    @pytest.mark.usefixtures("tiny_recipe")
    @pytest.mark.parametrize(
        ("y", "name"),
        [
            (Y.rename("bought"), "bought"),
            (Y.to_frame("bought"), "bought"),
            (pl.Series("bought", Y), "bought"),
            (pl.Series("bought", Y).to_frame(), "bought"),
            (Y.rename(None), "y"),
            (Y.rename(7), "y"),
            (Y.to_numpy(), "y"),
            (Y.tolist(), "y"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:A column-vector y")
    def test_the_targets_name_is_kept(self, y: Any, name: str) -> None:
        model = TrueOddsClassifier().fit(X, y).model_
        assert model.target_name == name
        assert f'Model of "{name}"' in repr(model)

    @pytest.mark.usefixtures("tiny_recipe")
    def test_a_generator_is_a_seed(self) -> None:
        first, second = (
            TrueOddsClassifier(random_state=np.random.default_rng(5)).fit(X, Y).predict_proba(X)
            for _ in range(2)
        )
        assert (first == second).all()
        other = TrueOddsClassifier(random_state=np.random.default_rng(6)).fit(X, Y)
        assert (other.predict_proba(X) != first).any()

    @pytest.mark.usefixtures("tiny_recipe")
    def test_verbose_tells_progress_on_standard_error(self) -> None:
        for verbose, words in ((True, "trained 1 of 1 networks"), (False, "")):
            with redirect_stderr(io.StringIO()) as said:
                TrueOddsClassifier(verbose=verbose, n_jobs=1).fit(X, Y)
            assert words in said.getvalue()
            assert bool(said.getvalue()) == verbose

    def test_class_weight_is_refused_with_the_reason_and_the_remedy(self) -> None:
        model = TrueOddsClassifier()
        for call in (
            lambda: TrueOddsClassifier(class_weight="balanced"),  # type: ignore[call-arg]
            lambda: model.set_params(class_weight={0: 1, 1: 5}),
            lambda: make_pipeline(model).set_params(trueoddsclassifier__class_weight="balanced"),
        ):
            with pytest.raises(TrueOddsError, match=r"shifts the log-odds.*threshold"):
                call()
        assert "class_weight" not in model.get_params()
        assert clone(TrueOddsClassifier("best", drop=("a",))).get_params()["drop"] == ("a",)

    @pytest.mark.usefixtures("tiny_recipe")
    @pytest.mark.parametrize("gone", [None, np.nan, pd.NA])
    def test_a_missing_label_is_one_sentence(self, gone: Any) -> None:
        y = Y.astype(object).where(Y.index > 2, gone)
        with pytest.raises(ValueError, match=r"Input y contains NaN: 3 of 300 labels .* row 0"):
            TrueOddsClassifier().fit(X, y)


class TestInspection:
    """scikit-learn's tools, on text columns, with the estimator and with its model."""

    @pytest.fixture(params=["estimator", "model"])
    def fit_one(self, request: pytest.FixtureRequest, fitted: TrueOddsClassifier) -> Any:
        return fitted if request.param == "estimator" else fitted.model_

    def test_scorers_and_displays(self, fit_one: Any) -> None:
        assert is_classifier(fit_one)
        p = fit_one.predict_proba(X)
        assert p.shape == (ROWS, 2)
        assert get_scorer("neg_log_loss")(fit_one, X, Y) == -log_loss(Y, p)
        assert 0.5 < get_scorer("roc_auc")(fit_one, X, Y) < 1.0

    def test_permutation_importance_and_partial_dependence(self, fit_one: Any) -> None:
        found = permutation_importance(
            fit_one, X, Y, scoring="neg_log_loss", n_repeats=2, random_state=0
        )
        assert found.importances_mean[0] > found.importances_mean[1]
        curve = partial_dependence(fit_one, X, ["x"], grid_resolution=5, kind="average")
        assert (np.diff(curve["average"][0]) > 0.0).all()
        towns = partial_dependence(fit_one, X, ["town"], categorical_features=["town"])
        assert towns["grid_values"][0].tolist() == ["Bonn", "Oslo", "Rome"]

    def test_a_frozen_one_is_calibrated_and_searched(self, fit_one: Any) -> None:
        again = CalibratedClassifierCV(FrozenEstimator(fit_one)).fit(X, Y)
        assert again.predict_proba(X).shape == (ROWS, 2)

    @pytest.mark.usefixtures("tiny_recipe")
    def test_a_grid_search_scores_by_log_loss(self) -> None:
        search = GridSearchCV(
            TrueOddsClassifier(), {"random_state": [0, 1]}, scoring="neg_log_loss", cv=2
        ).fit(X, Y)
        assert isinstance(search.best_estimator_.model_, Model)

    def test_a_model_is_not_fitted_again(self, fitted: TrueOddsClassifier) -> None:
        with pytest.raises(TrueOddsError, match="fit a TrueOddsClassifier"):
            fitted.model_.fit(X, Y)

    @pytest.mark.usefixtures("tiny_recipe")
    @pytest.mark.parametrize(
        ("labels", "classes"),
        [
            ([0, 1], [0, 1]),
            ([-1.0, 1.0], [-1, 1]),
            ([False, True], [False, True]),
            (["a", "b"], ["a", "b"]),
        ],
    )
    def test_labels_have_their_type(self, labels: list[Any], classes: list[Any]) -> None:
        y = np.array(labels)[(Y == "yes").to_numpy().astype(int)]
        model = TrueOddsClassifier(positive=labels[1]).fit(X, y).model_
        assert model.classes_.tolist() == classes
        assert type(model.classes_.tolist()[0]) is type(classes[0])
