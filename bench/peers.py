"""The contenders of the main job: trueodds and its peers, stopped early, with sane defaults.

A contender is a function (X, y, categories, threads) → forecast, where X is a pandas frame as read,
``categories`` the columns the manifest calls categorical, and forecast(X) gives probabilities of
"yes". All preparation is inside, so that its time counts. Libraries are imported by the contender,
and before its clock starts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

import autogluon_peer
import peer_networks
import searched_peers
from boosters import (
    STOPPING_SHARE,
    TREES,
    Floats,
    Split,
    catboost_fit,
    five_folds,
    lightgbm_fit,
    stopping_split,
    xgboost_fit,
)
from peer_preparation import Preparation

Forecast = Callable[[pd.DataFrame], Floats]
Contender = Callable[[pd.DataFrame, Floats, list[str], int], Forecast]


def _on_prepared(
    X: pd.DataFrame, categories: list[str], fit: Callable[[pd.DataFrame], Any]
) -> Forecast:
    """Fit on the prepared frame; the forecast prepares its rows the same way."""
    preparation = Preparation(X, categories)
    model = fit(preparation.apply(X))
    return lambda rows: np.asarray(model.predict_proba(preparation.apply(rows)))[:, 1]


def base_rate(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
    """Forecast the share of "yes" for every row."""
    share = float(y.mean())
    return lambda rows: np.full(len(rows), share)


def _inputs(X: pd.DataFrame) -> Any:
    """Quantile-to-normal numbers with median and missing marks, one-hot categories."""
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

    quantiles = QuantileTransformer(
        n_quantiles=min(1000, len(X)), output_distribution="normal", random_state=0
    )
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), quantiles)
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=5, sparse_output=False)
    return ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("categories", one_hot, make_column_selector(dtype_include="category")),
        ]
    )


def logistic_regression(
    X: pd.DataFrame, y: Floats, categories: list[str], threads: int
) -> Forecast:
    """scikit-learn's LogisticRegression, C = 1."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    def fit(frame: pd.DataFrame) -> Any:
        return make_pipeline(_inputs(frame), LogisticRegression(max_iter=2000)).fit(frame, y)

    return _on_prepared(X, categories, fit)


def logistic_regression_cv(
    X: pd.DataFrame, y: Floats, categories: list[str], threads: int
) -> Forecast:
    """scikit-learn's LogisticRegressionCV: ten strengths of decay by log-loss over five folds."""
    from sklearn.linear_model import LogisticRegressionCV
    from sklearn.pipeline import make_pipeline

    def fit(frame: pd.DataFrame) -> Any:
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        model = LogisticRegressionCV(cv=folds, scoring="neg_log_loss", max_iter=2000)
        return make_pipeline(_inputs(frame), model).fit(frame, y)

    return _on_prepared(X, categories, fit)


def sklearn_mlp(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
    """scikit-learn's MLPClassifier, 2 × 128, its own early stopping on 15 %."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    def fit(frame: pd.DataFrame) -> Any:
        net = MLPClassifier(
            (128, 128),
            early_stopping=True,
            validation_fraction=STOPPING_SHARE,
            random_state=0,
        )
        return make_pipeline(_inputs(frame), net).fit(frame, y)

    return _on_prepared(X, categories, fit)


def _hist_gradient_boosting(calibration: str = "") -> Contender:
    """scikit-learn's HistGradientBoostingClassifier, alone or calibrated over five folds."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.ensemble import HistGradientBoostingClassifier

        trees = HistGradientBoostingClassifier(
            max_iter=TREES,
            early_stopping=True,
            validation_fraction=STOPPING_SHARE,
            n_iter_no_change=20,
            categorical_features="from_dtype",
            random_state=0,
        )
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        model = CalibratedClassifierCV(trees, method=calibration, cv=folds)
        return _on_prepared(
            X, categories, lambda frame: (model if calibration else trees).fit(frame, y)
        )

    return contender


def _boosted(booster: Callable[[int], Callable[[Split], Any]], folded: bool) -> Contender:
    """Early stopping on a 15 % split, or the mean of five models stopped on their folds."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        fit = booster(threads)
        if folded:
            return _on_prepared(X, categories, lambda frame: five_folds(fit, frame, y))
        return _on_prepared(X, categories, lambda frame: fit(stopping_split(frame, y)))

    return contender


def _searched(name: str) -> Contender:
    """Five models of the best of 30 trials, each stopped on its own fold."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        return _on_prepared(
            X, categories, lambda frame: searched_peers.searched(name, frame, y, threads)
        )

    return contender


def _pytabkit(name: str) -> Contender:
    """One of pytabkit's networks, stopped by its own rule."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        return _on_prepared(X, categories, lambda frame: peer_networks.fit(name, frame, y, threads))

    return contender


def autogluon(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
    """AutoGluon's preset for the best quality, of trees alone, within a time; raw columns."""
    return autogluon_peer.fit(X, y, threads)


def _trueodds(effort: str) -> Contender:
    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        from trueodds import TrueOddsClassifier

        model = TrueOddsClassifier(effort=effort, n_jobs=threads).fit(X, y)
        return lambda rows: np.asarray(model.predict_proba(rows))[:, 1]

    return contender


LIBRARIES = {
    **{name: name for name in ("lightgbm", "xgboost", "catboost")},
    "autogluon": "autogluon.tabular",
    **dict.fromkeys(("realmlp_s", "realmlp", "tabm"), "pytabkit"),
}
CONTENDERS: dict[str, Contender] = {
    "base_rate": base_rate,
    "logreg": logistic_regression,
    "logreg_cv": logistic_regression_cv,
    "sk_mlp": sklearn_mlp,
    "hgb": _hist_gradient_boosting(),
    "hgb_isotonic": _hist_gradient_boosting("isotonic"),
    "hgb_temperature": _hist_gradient_boosting("temperature"),
    "realmlp_s": _pytabkit("realmlp_s"),
    "realmlp": _pytabkit("realmlp"),
    "tabm": _pytabkit("tabm"),
    "xgboost": _boosted(xgboost_fit, folded=False),
    "lightgbm": _boosted(lightgbm_fit, folded=False),
    "catboost": _boosted(catboost_fit, folded=False),
    "trueodds_quick": _trueodds("quick"),
    "trueodds": _trueodds("standard"),
    "trueodds_best": _trueodds("best"),
    "autogluon": autogluon,
    "lightgbm_searched": _searched("lightgbm"),
    "xgboost_searched": _searched("xgboost"),
    "xgboost_cv5": _boosted(xgboost_fit, folded=True),
    "lightgbm_cv5": _boosted(lightgbm_fit, folded=True),
    "catboost_cv5": _boosted(catboost_fit, folded=True),
}
DEFAULT = (
    *("logreg", "hgb_temperature", "xgboost", "xgboost_cv5", "lightgbm", "lightgbm_cv5"),
    *("catboost", "catboost_cv5", "lightgbm_searched", "xgboost_searched", "autogluon"),
    *("realmlp", "tabm"),
    *("trueodds_quick", "trueodds", "trueodds_best"),
)
"""Those whose figures bench/results/main_job.txt has."""


def module_of(contender: str) -> str:
    """Name the library a contender needs, to be imported before its clock starts."""
    family = contender.removesuffix("_cv5").removesuffix("_searched")
    if family.startswith("trueodds"):
        return "trueodds.classifier"
    return LIBRARIES.get(family, "sklearn.ensemble")


PACKAGES = {
    "trueodds": ("trueodds", "numpy", "numba"),
    "pytabkit": ("pytabkit", "torch"),
    "sklearn": ("scikit-learn",),
    "autogluon": ("autogluon.tabular", "lightgbm", "catboost", "xgboost-cpu"),
}
"""Packages whose versions are told, where it is not the library alone."""


def packages_of(contender: str) -> tuple[str, ...]:
    """Packages that a contender's figures depend on."""
    library = module_of(contender).partition(".")[0]
    return PACKAGES.get(library, (library,))
