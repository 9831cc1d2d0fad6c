"""What all peers get: columns of a raw frame as numbers and categories."""

from typing import Any

import numpy as np
import pandas as pd

MOST_LEVELS = 250
"""scikit-learn's trees take 255 categories; rarer ones share a bucket, for every contender alike.
"""


class Preparation:
    """Columns of a raw frame as numbers and pandas categories, by rules learned in training.

    Text that is all numbers becomes numbers, ISO dates become days, text with a level for more
    than half of the rows is set aside as an identifier, and other text is categorical.
    """

    def __init__(self, X: pd.DataFrame, categories: list[str]) -> None:
        self.levels: dict[str, pd.Index] = {}
        self.dates: list[str] = []
        self.numbers: list[str] = []
        for column in X.columns:
            values = X[column]
            if column in categories:
                self.levels[column] = self._levels(values)
            elif self._is_number(values):
                self.numbers.append(column)
            elif self._is_date(values):
                self.dates.append(column)
            elif values.nunique() <= 0.5 * len(values):
                self.levels[column] = self._levels(values)

    def _is_number(self, values: pd.Series) -> bool:
        if pd.api.types.is_numeric_dtype(values):
            return True
        numbers = pd.to_numeric(self._blank(values[values.notna()]), errors="coerce")
        return len(numbers) > 0 and bool(numbers.notna().mean() > 0.95)

    def _is_date(self, values: pd.Series) -> bool:
        moments = pd.to_datetime(values.dropna(), errors="coerce", format="ISO8601")
        return len(moments) > 0 and bool(moments.notna().mean() > 0.95)

    @staticmethod
    def _blank(values: pd.Series) -> pd.Series:
        return values.astype(str).str.strip()

    def _levels(self, values: pd.Series) -> pd.Index:
        return self._blank(values[values.notna()]).value_counts().index[:MOST_LEVELS]

    def apply(self, X: pd.DataFrame) -> pd.DataFrame:
        """Prepare a frame; unseen and rare levels become "other", missing cells stay missing."""
        out: dict[str, Any] = {}
        for column in self.numbers:
            values = X[column]
            if not pd.api.types.is_numeric_dtype(values):
                values = pd.to_numeric(self._blank(values), errors="coerce")
            out[column] = values.astype(np.float64)
        for column in self.dates:
            moments = pd.to_datetime(X[column], errors="coerce", format="ISO8601", utc=True)
            out[column] = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
        for column, levels in self.levels.items():
            known = self._blank(X[column]).where(X[column].notna())
            known = known.where(known.isna() | known.isin(levels), "other")
            out[column] = pd.Categorical(known, categories=levels.union(["other"]))
        frame = pd.DataFrame(out, index=X.index)
        # XGBoost refuses some signs in names.
        return frame.set_axis([f"c{i}" for i in range(frame.shape[1])], axis=1)
