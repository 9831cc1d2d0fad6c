"""Tabular networks of pytabkit (Holzmüller et al., arXiv 2407.04491; TabM: arXiv 2410.24210).

Each is fitted on a frame that `peers.Preparation` made, as its authors' defaults have it, but for
what is said here: networks need no missing numbers, so they become medians with a mark beside.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SHORT_TABM = {"n_epochs": 40, "n_blocks": 2, "d_block": 128}
"""TabM in full takes hours on one core; this is the size measured in ../shared/evidence."""


class _Filled:
    """A pytabkit classifier on frames whose numbers have been filled."""

    def __init__(self, frame: pd.DataFrame, y: NDArray[np.float64], model: Any) -> None:
        numbers = frame.select_dtypes("number")
        self.medians = numbers.median().fillna(0.0)
        self.gaps = [c for c in numbers.columns if numbers[c].isna().any()]
        self.text = list(frame.select_dtypes("category").columns)
        self.model = model
        model.fit(self.filled(frame), y.astype(np.int64), cat_col_names=self.text)

    def filled(self, frame: pd.DataFrame) -> pd.DataFrame:
        """No missing cell is left: medians and marks for numbers, a level of its own for text."""
        marks = {f"{c}_missing": frame[c].isna().astype(np.float64) for c in self.gaps}
        text = {c: frame[c].astype(object).fillna("missing").astype(str) for c in self.text}
        return frame.fillna(self.medians).assign(**marks, **text)

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Probabilities of both labels, shape (rows, 2)."""
        return np.asarray(self.model.predict_proba(self.filled(X)), dtype=np.float64)


def fit(name: str, frame: pd.DataFrame, y: NDArray[np.float64], threads: int) -> _Filled:
    """Fit ``realmlp_s``, ``realmlp`` or ``tabm``."""
    import pytabkit
    import torch

    torch.set_num_threads(threads)
    common = {"device": "cpu", "random_state": 0, "n_threads": threads, "verbosity": 0}
    if name == "tabm":
        model = pytabkit.TabM_D_Classifier(**common, **SHORT_TABM)
    elif name == "realmlp":
        model = pytabkit.RealMLP_TD_Classifier(**common)
    else:
        model = pytabkit.RealMLP_TD_S_Classifier(**common)
    return _Filled(frame, y, model)
