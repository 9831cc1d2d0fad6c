"""The estimator within scikit-learn's searches, pipelines and joblib's backends."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import trueodds.main_job
from conftest import TINY
from trueodds import TrueOddsClassifier

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.usefixtures("tiny_recipe"),
]
ROOT = Path(__file__).parents[1]


def rows(count: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(2)
    x, town = rng.normal(size=count), rng.choice(["Ulm", "Bonn", "Köln"], count)
    y = np.where(2.0 * x + (town == "Ulm") + rng.normal(size=count) > 0.0, "yes", "no")
    return pd.DataFrame({"x": x, "noise": rng.normal(size=count), "town": town}), y


class Tiny(TrueOddsClassifier):
    """The estimator with the tiny recipe, also in processes that no test has prepared."""

    def fit(self, X, y):
        trueodds.main_job.recipe_for = lambda effort: TINY
        self.n_jobs = 1
        return super().fit(X, y)


def pipeline() -> Pipeline:
    scaled = ColumnTransformer([("scale", StandardScaler(), ["x"])], remainder="passthrough")
    return Pipeline(
        [
            ("scale", scaled.set_output(transform="pandas")),
            ("odds", TrueOddsClassifier("quick", n_jobs=1)),
        ]
    )


def test_a_grid_search_in_a_pipeline() -> None:
    X, y = rows()
    grid = {"odds__drop": [(), ("remainder__noise",)], "odds__random_state": [0, 1]}
    search = GridSearchCV(pipeline(), grid, scoring="neg_log_loss", cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict_proba(X).shape == (200, 2)
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_a_random_search() -> None:
    X, y = rows()
    given = {"random_state": range(100), "heal": [False]}
    search = RandomizedSearchCV(
        TrueOddsClassifier("quick", n_jobs=1), given, n_iter=2, cv=2, random_state=0
    ).fit(X, y)
    assert search.best_score_ > 0.5


def test_threads_of_joblib_give_the_same_bits() -> None:
    X, y = rows()
    one = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
    with joblib.parallel_config("threading", n_jobs=2):
        two = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
    np.testing.assert_array_equal(one, two)


LOKY = """
import sys
sys.path[:0] = ["tests", "tests/cli"]
import joblib, numpy as np
from sklearn.model_selection import cross_val_predict
from test_tuning import Tiny, rows
X, y = rows()
one = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
with joblib.parallel_config("loky", n_jobs=2):
    two = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
assert np.array_equal(one, two) and 0.0 < one.min() < one.max() < 1.0
"""


def test_processes_of_joblib_give_the_same_bits() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOKY],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
