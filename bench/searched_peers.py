"""LightGBM × 5 and XGBoost × 5 after a search of 30 trials, as a careful user tunes them.

A trial's score is the out-of-fold log-loss of five models, each stopped early on its own fold. The
five models of the best trial are kept, and their mean forecasts. The first trial has the settings
of the contender without a search; Optuna's TPE sampler (seed 0) chooses the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

import boosters

if TYPE_CHECKING:
    import optuna

TRIALS = 30
Settings = dict[str, Any]


def _lightgbm_settings(trial: optuna.Trial) -> Settings:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 128, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 2, 100, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "subsample_freq": 1,
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 30.0, log=True),
    }


def _xgboost_settings(trial: optuna.Trial) -> Settings:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "max_depth": trial.suggest_int("max_depth", 2, 10),
        "min_child_weight": trial.suggest_float("min_child_weight", 0.1, 30.0, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-2, 30.0, log=True),
    }


USUAL: dict[str, Settings] = {
    "lightgbm": {
        "learning_rate": 0.05,
        "num_leaves": 31,
        "min_child_samples": 20,
        "colsample_bytree": 1.0,
        "subsample": 1.0,
        "reg_lambda": 1e-3,
    },
    "xgboost": {
        "learning_rate": 0.05,
        "max_depth": 6,
        "min_child_weight": 1.0,
        "colsample_bytree": 1.0,
        "subsample": 1.0,
        "reg_lambda": 1.0,
    },
}
"""Settings of the first trial: the library's, and the rate of the contender without a search."""
BOOSTERS = {"lightgbm": boosters.lightgbm_fit, "xgboost": boosters.xgboost_fit}
SPACES: dict[str, Callable[[optuna.Trial], Settings]] = {
    "lightgbm": _lightgbm_settings,
    "xgboost": _xgboost_settings,
}


def searched(name: str, X: pd.DataFrame, y: boosters.Floats, threads: int) -> boosters.Mean:
    """Five models of the trial with the least out-of-fold log-loss; X as `Preparation` gives it."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds = boosters.folds(y)
    best: tuple[float, list[Any]] = (np.inf, [])

    def loss_of(trial: optuna.Trial) -> float:
        nonlocal best
        fit = BOOSTERS[name](threads, SPACES[name](trial))
        p, models = np.empty(len(y)), []
        for shown, held in folds:
            models.append(fit((X.iloc[shown], y[shown], X.iloc[held], y[held])))
            p[held] = models[-1].predict_proba(X.iloc[held])[:, 1]
        loss = float(log_loss(y, p, labels=[0, 1]))
        best = min(best, (loss, models), key=lambda each: each[0])
        return loss

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.enqueue_trial(USUAL[name])
    study.optimize(loss_of, n_trials=TRIALS)
    return boosters.Mean(best[1])
