"""A small table of numbers, missing cells and words, with its labels."""

import numpy as np
import polars as pl

ROWS = 60
rng = np.random.default_rng(3)
COLUMNS = {
    "a": rng.integers(0, 50, ROWS).tolist(),
    "b": [None if i % 7 == 0 else float(v) for i, v in enumerate(rng.normal(size=ROWS).round(3))],
    "c": rng.choice(["red", "green", "blue"], ROWS).tolist(),
}
TABLE = pl.DataFrame(COLUMNS)
Y = (TABLE["a"] + TABLE["b"].fill_null(0.0) * 9 > 25).cast(int).to_numpy()
RECORDS = TABLE.to_dicts()
