"""A table of three rows and their probabilities, for tests of what is written."""

import datetime

import numpy as np
import polars as pl

from trueodds.table import as_frame

TABLE = pl.DataFrame(
    {
        "id": ["a", "b", None],
        "n": [1, 2, 3],
        "x": [0.5, None, -2.25],
        "day": [datetime.date(2024, 1, 2), None, datetime.date(2023, 5, 6)],
        "yes": [True, False, None],
    }
)
ODDS = np.array([0.25, 0.5, 0.125])


def as_parts(*, fails: bool = False):
    for start in range(3):
        if fails and start == 2:
            raise RuntimeError("the scoring failed")
        yield as_frame(TABLE[start : start + 1]), ODDS[start : start + 1]
