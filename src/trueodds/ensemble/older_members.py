"""Forecasts by members that are one fold older than those that are scored."""

import numpy as np
from numpy.typing import NDArray

from trueodds.ensemble.ensemble import Ensemble
from trueodds.ensemble.on_rows import on_rows
from trueodds.ensemble.used_members import members_of, slopes_of
from trueodds.training.data import TrainingData

Float = NDArray[np.float64]

ROWS = 4096
"""Rows forecast at a time."""


def older_forecasts(ensemble: Ensemble, data: TrainingData) -> tuple[Float, Float]:
    """Forecast rows twice by the model's weights: by their own fold, and by the fold before.

    For folds forward in time, the members of the fold before saw fewer rows, and none of its latest
    rows. The difference of the two shows what age costs. Both forecasts use labels of the rows for
    the weights alike, so that their difference does not favour one.

    Parameters
    ----------
    ensemble, data
        Members and their training data; their folds are forward in time.

    Returns
    -------
    fresh, older
        Log-odds, nats, both of shape (rows,); NaN for rows that are not scored or have no older
        members.
    """
    folds, stack = data.folds, ensemble.stack
    scored = np.isfinite(ensemble.log_odds)
    fresh, older = np.full((2, len(scored)), np.nan)
    for fold in range(1, folds.held):
        rows = np.flatnonzero(scored & (folds.of_row[0] == fold))
        if len(rows) and (members := members_of(ensemble, fold - 1)):
            slopes = slopes_of(ensemble, members)
            shift = stack.shift - stack.slopes.sum() * data.base_log_odds(fold - 1)
            for start in range(0, len(rows), ROWS):
                some = rows[start : start + ROWS]
                X = data.inputs(fold - 1, some).astype(np.float64)
                older[some] = shift + sum(
                    slope * on_rows(member, X).log_odds(None, np.zeros(0, np.int64))
                    for slope, member in zip(slopes, members, strict=True)
                )
            fresh[rows] = stack.apply(ensemble.held_out.log_odds[rows])
    return fresh, older
