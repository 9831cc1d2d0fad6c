"""What a user of boosted trees runs with a CSV; started by speed_parts.py in its own process.

    python bench/speed_peer.py fit lightgbm TABLE.csv TARGET YES MODEL
    python bench/speed_peer.py fit5 lightgbm TABLE.csv TARGET YES MODEL THREADS
    python bench/speed_peer.py score MODEL NEW.csv OUT.csv

The table goes through pandas, where it is scored in parts, and through the preparation that every
peer gets. ``fit5`` keeps five models, each stopped on its own fold.
"""

import pickle
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import boosters
from peer_preparation import Preparation

PART = 100_000
THREADS = "1"
"""Of one model's training, which is not measured."""
BOOSTERS = {"lightgbm": boosters.lightgbm_fit, "catboost": boosters.catboost_fit}


def fit(name: str, table: str, target: str, yes: str, model: str) -> None:
    """Train one model on a CSV, stopped on a part of the rows, and keep it."""
    _train(name, table, target, yes, model, THREADS, folded=False)


def fit5(name: str, table: str, target: str, yes: str, model: str, threads: str) -> None:
    """Train five models on a CSV, each stopped on its own fold, and keep them."""
    _train(name, table, target, yes, model, threads, folded=True)


def _train(
    name: str, table: str, target: str, yes: str, model: str, threads: str, *, folded: bool
) -> None:
    X = pd.read_csv(table)
    y = (X.pop(target) == yes).to_numpy(dtype="float64")
    preparation = Preparation(X, [])
    booster, frame = BOOSTERS[name](int(threads)), preparation.apply(X)
    fitted: Any = (
        boosters.five_folds(booster, frame, y)
        if folded
        else booster(boosters.stopping_split(frame, y))
    )
    Path(model).write_bytes(pickle.dumps((preparation, fitted)))


def score(model: str, new: str, out: str) -> None:
    """Write the rows of a CSV with their probabilities."""
    preparation, fitted = pickle.loads(Path(model).read_bytes())
    for number, X in enumerate(pd.read_csv(new, chunksize=PART)):
        forecast = fitted.predict_proba(preparation.apply(X))[:, 1]
        how = {"mode": "a", "header": False} if number else {}
        X.assign(probability=forecast).to_csv(out, index=False, **how)


if __name__ == "__main__":
    {"fit": fit, "fit5": fit5, "score": score}[sys.argv[1]](*sys.argv[2:])
