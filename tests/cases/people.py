"""A table of people, and the warnings that a call gives."""

import warnings
from pathlib import Path
from types import FunctionType

import numpy as np
import pandas as pd

from trueodds import TableWarning

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


def told(call: FunctionType) -> list[str]:
    """Sentences of the `TableWarning` that a lambda gives, all at lines of the lambda's file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(issubclass(w.category, TableWarning) for w in caught)
    assert all(Path(w.filename) == Path(call.__code__.co_filename) for w in caught)
    return [str(w.message) for w in caught]
