"""Boosted trees that stop early on rows held back: one model, or the mean of five.

Frames are as `peer_preparation.Preparation` gives them. A library is imported by its own function,
before a clock starts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

Floats = NDArray[np.float64]
STOPPING_SHARE, PATIENCE, TREES = 0.15, 50, 2000
Split = tuple[pd.DataFrame, Floats, pd.DataFrame, Floats]


def stopping_split(X: pd.DataFrame, y: Floats) -> Split:
    """Rows to train on, and 15 % to stop early on."""
    shown, held, y_shown, y_held = train_test_split(
        X, y, test_size=STOPPING_SHARE, stratify=y, random_state=0
    )
    return shown, y_shown, held, y_held


class Mean:
    """Average of the probabilities of several models."""

    def __init__(self, models: list[Any]) -> None:
        self.models = models

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probabilities of both labels, shape (rows, 2)."""
        return np.asarray(np.mean([model.predict_proba(X) for model in self.models], axis=0))


def folds(y: Floats) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(rows to train on, rows to stop early on) of five stratified folds, seed 0."""
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(y)), y))


def five_folds(fit: Callable[[Split], Any], X: pd.DataFrame, y: Floats) -> Mean:
    """Five models, each stopped early on its own fold."""
    return Mean([fit((X.iloc[a], y[a], X.iloc[b], y[b])) for a, b in folds(y)])


def lightgbm_fit(threads: int, settings: dict[str, Any] | None = None) -> Callable[[Split], Any]:
    """LightGBM with these settings; None stands for a learning rate of 0.05 alone."""
    import lightgbm

    def fit(split: Split) -> Any:
        shown, y_shown, held, y_held = split
        return lightgbm.LGBMClassifier(
            n_estimators=TREES,
            n_jobs=threads,
            random_state=0,
            verbosity=-1,
            **(settings or {"learning_rate": 0.05}),
        ).fit(
            shown,
            y_shown,
            eval_X=held,
            eval_y=y_held,
            eval_metric="logloss",
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )

    return fit


def xgboost_fit(threads: int, settings: dict[str, Any] | None = None) -> Callable[[Split], Any]:
    """XGBoost with these settings; None stands for a learning rate of 0.05 alone."""
    import xgboost

    def fit(split: Split) -> Any:
        shown, y_shown, held, y_held = split
        return xgboost.XGBClassifier(
            n_estimators=TREES,
            enable_categorical=True,
            early_stopping_rounds=PATIENCE,
            eval_metric="logloss",
            n_jobs=threads,
            random_state=0,
            **(settings or {"learning_rate": 0.05}),
        ).fit(shown, y_shown, eval_set=[(held, y_held)], verbose=False)

    return fit


class CatBoost:
    """CatBoost with its categories as text, as it wants them."""

    def __init__(self, split: Split, threads: int) -> None:
        import catboost

        shown, y_shown, held, y_held = split
        text = list(shown.select_dtypes("category").columns)
        self.text = text
        self.model = catboost.CatBoostClassifier(
            iterations=TREES,
            early_stopping_rounds=PATIENCE,
            eval_metric="Logloss",
            cat_features=text,
            thread_count=threads,
            random_seed=0,
            allow_writing_files=False,
            verbose=False,
        ).fit(self._texts(shown), y_shown, eval_set=(self._texts(held), y_held))

    def _texts(self, X: pd.DataFrame) -> pd.DataFrame:
        return X.assign(**{c: X[c].astype(object).fillna("missing") for c in self.text})

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probabilities of both labels, shape (rows, 2)."""
        return np.asarray(self.model.predict_proba(self._texts(X)))


def catboost_fit(threads: int) -> Callable[[Split], Any]:
    """CatBoost with its own settings."""
    return lambda split: CatBoost(split, threads)
