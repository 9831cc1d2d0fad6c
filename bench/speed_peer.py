"""What a user of boosted trees runs to score a CSV; started by speed_parts.py in its own process.

    python bench/speed_peer.py fit lightgbm TABLE.csv TARGET YES MODEL
    python bench/speed_peer.py score MODEL NEW.csv OUT.csv

The table goes through pandas, in parts, and through the preparation that every peer gets.
"""

import pickle
import sys
from pathlib import Path

import pandas as pd

import boosters
from peer_preparation import Preparation

PART = 100_000
THREADS = 1
"""Of training, which is not measured here."""


def fit(name: str, table: str, target: str, yes: str, model: str) -> None:
    """Train on a CSV and keep the model."""
    X = pd.read_csv(table)
    y = (X.pop(target) == yes).to_numpy(dtype="float64")
    preparation = Preparation(X, [])
    booster = {"lightgbm": boosters.lightgbm_fit, "catboost": boosters.catboost_fit}[name](THREADS)
    fitted = booster(boosters.stopping_split(preparation.apply(X), y))
    Path(model).write_bytes(pickle.dumps((preparation, fitted)))


def score(model: str, new: str, out: str) -> None:
    """Write the rows of a CSV with their probabilities."""
    preparation, fitted = pickle.loads(Path(model).read_bytes())
    for number, X in enumerate(pd.read_csv(new, chunksize=PART)):
        forecast = fitted.predict_proba(preparation.apply(X))[:, 1]
        how = {"mode": "a", "header": False} if number else {}
        X.assign(probability=forecast).to_csv(out, index=False, **how)


if __name__ == "__main__":
    {"fit": fit, "score": score}[sys.argv[1]](*sys.argv[2:])
