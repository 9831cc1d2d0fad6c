"""The estimator and its model as scikit-learn's users meet them: attributes, ``repr``, tools."""

import io
import pickle
import re
from contextlib import redirect_stderr
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

from cases.people import ROWS, X, Y
from trueodds import Model, TrueOddsClassifier, TrueOddsError


class TestEstimatorAtHome:
    def test_repr_summary_and_html(self, of_people: TrueOddsClassifier) -> None:
        model = of_people.model_
        loss = f"{model.scores.log_loss.value:.4f}"
        assert len(repr(model)) < 600
        for text in (repr(model), model.summary(), model._repr_html_()):
            assert loss in text
        assert '"y"' in repr(model)
        for name in X.columns:
            assert name in model.summary()
        html = of_people._repr_mimebundle_()["text/html"]
        assert loss in html
        assert "sk-" in html
        assert loss not in TrueOddsClassifier()._repr_html_()

    @pytest.mark.usefixtures("tiny_recipe")
    def test_names_of_strangers_are_escaped(self) -> None:
        model = TrueOddsClassifier().fit(X.assign(**{"<b>\x1b[2J": 1}), Y).model_
        assert "<b>" not in model._repr_html_()
        for text in (repr(model), model.summary(), model._repr_html_()):
            assert "\x1b" not in text

    def test_attributes_of_a_fitted_estimator(self, of_people: TrueOddsClassifier) -> None:
        assert of_people.n_features_in_ == 3
        assert of_people.feature_names_in_.tolist() == ["x", "day", "town"]
        rises = of_people.feature_importances_
        assert rises.shape == (3,)
        assert rises.argmax() == 0
        importance = {found.name: found.mean for found in of_people.evidence_.importance}
        assert rises.tolist() == [importance[name] for name in X.columns]
        assert of_people.model_.target_name == "y"
        assert (of_people.model_.target_no, of_people.model_.target_yes) == ("no", "yes")
        again = pickle.loads(pickle.dumps(of_people))
        assert (again.predict_proba(X) == of_people.predict_proba(X)).all()
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
        for verbose, words in ((True, r"trained (\d+) of \1 networks"), (False, "")):
            with redirect_stderr(io.StringIO()) as said:
                TrueOddsClassifier(verbose=verbose, n_jobs=1).fit(X, Y)
            assert re.search(words, said.getvalue())
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
    def fit_one(self, request: pytest.FixtureRequest, of_people: TrueOddsClassifier) -> Any:
        return of_people if request.param == "estimator" else of_people.model_

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

    def test_a_model_is_not_fitted_again(self, of_people: TrueOddsClassifier) -> None:
        with pytest.raises(TrueOddsError, match="fit a TrueOddsClassifier"):
            of_people.model_.fit(X, Y)

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
