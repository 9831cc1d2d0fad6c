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
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

import peer_networks
from peer_preparation import Preparation

Floats = NDArray[np.float64]
Forecast = Callable[[pd.DataFrame], Floats]
Contender = Callable[[pd.DataFrame, Floats, list[str], int], Forecast]

STOPPING_SHARE, PATIENCE, TREES = 0.15, 50, 2000
Split = tuple[pd.DataFrame, Floats, pd.DataFrame, Floats]


def _stopping_split(X: pd.DataFrame, y: Floats) -> Split:
    shown, held, y_shown, y_held = train_test_split(
        X, y, test_size=STOPPING_SHARE, stratify=y, random_state=0
    )
    return shown, y_shown, held, y_held


def _on_prepared(
    X: pd.DataFrame, categories: list[str], fit: Callable[[pd.DataFrame], Any]
) -> Forecast:
    """Fit on the prepared frame; the forecast prepares its rows the same way."""
    preparation = Preparation(X, categories)
    model = fit(preparation.apply(X))
    return lambda rows: np.asarray(model.predict_proba(preparation.apply(rows)))[:, 1]


class _Mean:
    """Average of the probabilities of several models."""

    def __init__(self, models: list[Any]) -> None:
        self.models = models

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        return np.asarray(np.mean([model.predict_proba(X) for model in self.models], axis=0))


def _folded(fit: Callable[[Split], Any], X: pd.DataFrame, y: Floats) -> _Mean:
    """Five models, each stopped early on its own fold."""
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    return _Mean(
        [fit((X.iloc[a], y[a], X.iloc[b], y[b])) for a, b in splitter.split(np.zeros(len(y)), y)]
    )


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


def _lightgbm(threads: int) -> Callable[[Split], Any]:
    import lightgbm

    def fit(split: Split) -> Any:
        shown, y_shown, held, y_held = split
        return lightgbm.LGBMClassifier(
            n_estimators=TREES,
            learning_rate=0.05,
            n_jobs=threads,
            random_state=0,
            verbosity=-1,
        ).fit(
            shown,
            y_shown,
            eval_X=held,
            eval_y=y_held,
            eval_metric="logloss",
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )

    return fit


def _xgboost(threads: int) -> Callable[[Split], Any]:
    import xgboost

    def fit(split: Split) -> Any:
        shown, y_shown, held, y_held = split
        return xgboost.XGBClassifier(
            n_estimators=TREES,
            learning_rate=0.05,
            enable_categorical=True,
            early_stopping_rounds=PATIENCE,
            eval_metric="logloss",
            n_jobs=threads,
            random_state=0,
        ).fit(shown, y_shown, eval_set=[(held, y_held)], verbose=False)

    return fit


class _CatBoost:
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
        return np.asarray(self.model.predict_proba(self._texts(X)))


def _catboost(threads: int) -> Callable[[Split], Any]:
    return lambda split: _CatBoost(split, threads)


def _boosted(booster: Callable[[int], Callable[[Split], Any]], folded: bool) -> Contender:
    """Early stopping on a 15 % split, or the mean of five models stopped on their folds."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        fit = booster(threads)
        if folded:
            return _on_prepared(X, categories, lambda frame: _folded(fit, frame, y))
        return _on_prepared(X, categories, lambda frame: fit(_stopping_split(frame, y)))

    return contender


def _pytabkit(name: str) -> Contender:
    """One of pytabkit's networks, stopped by its own rule."""

    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        return _on_prepared(X, categories, lambda frame: peer_networks.fit(name, frame, y, threads))

    return contender


def _trueodds(effort: str) -> Contender:
    def contender(X: pd.DataFrame, y: Floats, categories: list[str], threads: int) -> Forecast:
        from trueodds import TrueOddsClassifier

        model = TrueOddsClassifier(effort=effort, n_jobs=threads).fit(X, y)
        return lambda rows: np.asarray(model.predict_proba(rows))[:, 1]

    return contender


LIBRARIES = {
    **{name: name for name in ("lightgbm", "xgboost", "catboost")},
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
    "xgboost": _boosted(_xgboost, folded=False),
    "lightgbm": _boosted(_lightgbm, folded=False),
    "catboost": _boosted(_catboost, folded=False),
    "trueodds_quick": _trueodds("quick"),
    "trueodds": _trueodds("standard"),
    "trueodds_best": _trueodds("best"),
    "xgboost_cv5": _boosted(_xgboost, folded=True),
    "lightgbm_cv5": _boosted(_lightgbm, folded=True),
    "catboost_cv5": _boosted(_catboost, folded=True),
}
DEFAULT = (
    *("logreg", "hgb_temperature", "xgboost", "xgboost_cv5", "lightgbm", "lightgbm_cv5"),
    *("catboost", "catboost_cv5", "realmlp", "tabm"),
    *("trueodds_quick", "trueodds", "trueodds_best"),
)
"""Those whose figures bench/results/main_job.txt has."""


def module_of(contender: str) -> str:
    """Name the library a contender needs, to be imported before its clock starts."""
    family = contender.removesuffix("_cv5")
    if family.startswith("trueodds"):
        return "trueodds.classifier"
    return LIBRARIES.get(family, "sklearn.ensemble")
