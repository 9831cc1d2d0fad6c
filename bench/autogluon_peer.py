"""AutoGluon (Erickson et al., arXiv 2003.06505): its preset for the best quality, within a time.

Its networks need PyTorch, and those of a hub need the hub; here it stacks boosted trees and
forests. It has an environment of its own, because it wants an older pandas:

    python3 -m venv autogluon
    autogluon/bin/pip install 'autogluon.tabular[lightgbm,catboost,xgboost]' psutil threadpoolctl
    python bench/main_job.py --contenders autogluon --python autogluon/bin/python
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SECONDS = 30.0
"""What it may take for a fit, of wall time: more than twice the median of trueodds' standard."""
TREES = ("GBM", "CAT", "XGB", "RF", "XT")


def fit(
    X: pd.DataFrame, y: NDArray[np.float64], threads: int
) -> Callable[[pd.DataFrame], NDArray[np.float64]]:
    """Fit on a raw frame; the forecast gives probabilities of "yes"."""
    from autogluon.tabular import TabularPredictor

    # The models are loaded from their folder when they forecast, so it stays until Python ends.
    folder = tempfile.mkdtemp(prefix="trueodds-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    predictor = TabularPredictor(
        label="target",
        problem_type="binary",
        eval_metric="log_loss",
        path=folder,
        verbosity=0,
    ).fit(
        X.assign(target=y.astype(int)),
        presets="best_quality",
        time_limit=SECONDS,
        included_model_types=[*TREES],
        dynamic_stacking=False,
        num_cpus=threads,
        num_gpus=0,
    )
    predictor.persist()
    return lambda rows: np.asarray(predictor.predict_proba(rows)[1], dtype=np.float64)
