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
    grid = {"odds__drop": [(), ("remainder__noise",)]}
    search = GridSearchCV(pipeline(), grid, scoring="neg_log_loss", cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict_proba(X).shape == (200, 2)
    drawn = RandomizedSearchCV(pipeline(), grid, n_iter=1, cv=2, random_state=0).fit(X, y)
    assert drawn.best_score_ > 0.5
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))


def test_threads_of_joblib_give_the_same_bits() -> None:
    X, y = rows()
    one = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
    with joblib.parallel_config("threading", n_jobs=2):
        two = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
    np.testing.assert_array_equal(one, two)


PROCESSES = """
import sys
import joblib, numpy as np
from sklearn.model_selection import cross_val_predict
from test_tuning import Tiny, rows
backend = sys.argv[1]
if backend == "ray":
    import ray
    from ray.util.joblib import register_ray
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
X, y = rows()
one = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
with joblib.parallel_config(backend, n_jobs=2):
    two = cross_val_predict(Tiny(), X, y, cv=2, method="predict_proba")
assert np.array_equal(one, two) and 0.0 < one.min() < one.max() < 1.0
"""


def same_bits_with(backend: str) -> None:
    """Folds that processes of a backend of joblib fit have the bits of those fitted here."""
    places = [str(ROOT / "tests"), str(ROOT / "tests" / "cli"), *sys.path]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROCESSES, backend],
        env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_processes_of_joblib_give_the_same_bits() -> None:
    same_bits_with("loky")


def test_joblib_on_ray_gives_the_same_bits() -> None:
    pytest.importorskip("ray")
    same_bits_with("ray")
