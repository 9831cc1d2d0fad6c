"""SHAP on tables with text: rows in which some cells are those of background rows.

SHAP's own masker of tables subtracts cells from each other, which text does not allow.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Background"]


class Background:
    """Background rows for ``shap.Explainer`` and its kinds, with cells of any type.

    >>> import shap  # doctest: +SKIP
    >>> explainer = shap.Explainer(model.decision_function, Background(X[:50]))  # doctest: +SKIP
    >>> explainer(X[:5])  # doctest: +SKIP

    Parameters
    ----------
    X
        A pandas frame of shape (rows, columns). Each forecast is averaged over its rows.
    """

    def __init__(self, X: Any) -> None:
        self.data = X.reset_index(drop=True)
        self.shape: tuple[int, int] = X.shape
        self.feature_names = [str(name) for name in X.columns]

    def __call__(self, mask: NDArray[np.bool_], x: NDArray[Any]) -> tuple[Any]:
        """The background rows, with the cells of ``x`` where ``mask`` is true; both (columns,)."""
        masked = self.data.copy()
        for at in np.flatnonzero(mask):
            masked.isetitem(at, [x[at]] * len(masked))
        return (masked,)
