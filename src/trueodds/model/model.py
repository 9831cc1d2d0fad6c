"""The trained whole: everything from a row of cells to its probability, and how it came to be."""

import warnings
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.values import Values, to_values
from trueodds.functions.portable import sigmoid
from trueodds.functions.portable_scalar import sigmoid_of
from trueodds.model.data import ModelData
from trueodds.model.file import read_bytes, read_file, save, to_bytes
from trueodds.model.fixed import OUTPUT_BITS
from trueodds.model.row import RowReader
from trueodds.model.row_scorer import RowScorer
from trueodds.model.scorer import Scorer
from trueodds.table.convert import as_frame
from trueodds.table.frame import Frame

if TYPE_CHECKING:
    from trueodds.model.evaluate import Evaluation

LEAST = float(np.finfo(np.float64).tiny)
MOST = 1.0 - 2.0**-53
"""Probabilities stay within these: σ rounds to 1 beyond 36.7 nats and to a subnormal below −708;
nobody can be that sure, and one wrong certainty would make any log-loss infinite."""


class Model(ModelData):
    """A trained model; immutable, safe to share among threads.

    ``save`` and `trueodds.load` are each other's inverse. Its forecast of a row has the same bits
    alone or in any batch, with any number of threads, on any machine (docs/format.md).
    """

    def log_odds(self, X: Any) -> NDArray[np.float64]:
        """Calibrated log-odds of "yes", nats, shape (rows,).

        Parameters
        ----------
        X
            A `Frame`, a polars, pandas or Arrow table, a NumPy matrix, one row as a dict, or a
            list of dicts; columns are found by name, in any order, others are not looked at.

        Raises
        ------
        TableError
            If a needed column is missing.
        """
        if isinstance(X, Mapping) and (row := self._row_log_odds(X)) is not None:
            return np.array([row])
        return self.log_odds_of(self.read(X))

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Probability of "yes", shape (rows,), never 0 or 1; see `log_odds` for ``X``."""
        if isinstance(X, Mapping) and (row := self._row_log_odds(X)) is not None:
            return np.array([min(max(sigmoid_of(row), LEAST), MOST)])
        return probability(self.log_odds(X))

    def read(self, X: Any) -> Values:
        """Read the model's columns from a table; ``notes`` names cells that count as missing."""
        return to_values(X if isinstance(X, Frame) else as_frame(_rows(X)), self.schema)

    def log_odds_of(self, values: Values) -> NDArray[np.float64]:
        """Calibrated log-odds of rows that `read` has read, shape (rows,)."""
        return np.asarray(self._calibrated(self._scorer.outputs(values).sum(axis=0)))

    def evaluate(
        self,
        X: Any,
        y: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | str | bool = True,
    ) -> "Evaluation":
        """Score the forecasts of labelled rows, as ``trueodds evaluate`` does.

        Warns (UserWarning) when the model has seen the rows in training, whose scores are too good,
        or when it was trained with weights and none are found.

        Parameters
        ----------
        X
            A table as for `log_odds`, or the path of a table file.
        y
            Labels, one a row; None for those of the column ``target_name`` of ``X``. Rows whose
            label is missing are left out.
        sample_weight
            Weights ≥ 0, one a row; the name of their column in ``X``; True for the column that
            weighed training, where ``X`` has it; False for none.

        Raises
        ------
        TableError, TargetError
            If a column is missing, no row has a label and a weight above 0, or a label or a weight
            cannot be read.
        """
        # Evaluating needs modules that forecasting does not: it starts faster without.
        from trueodds.model.evaluate import evaluate

        found = evaluate(self, self.read, self.log_odds_of, X, y, sample_weight)
        for remark in found.remarks:
            warnings.warn(remark, stacklevel=2)
        return found

    def save(self, path: str | Path) -> None:
        """Write the model to one file, whole or not at all."""
        save(self, Path(path))

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self.networks, self.encoder, self.target_encodings)

    @cached_property
    def _reader(self) -> RowReader:
        tables = (table for tables in self.target_encodings for table in tables)
        crosses = {table.source: table.cross for table in tables if table.cross is not None}
        return RowReader(self.schema, self.encoder.derived, crosses)

    @cached_property
    def _row_scorer(self) -> RowScorer:
        return RowScorer(self.networks, self.encoder, self.target_encodings, self._reader.sources)

    def _row_log_odds(self, row: Mapping[str, Any]) -> float | None:
        """Log-odds of one row of plain cells, or None for what only a table's reader can tell."""
        values = self._reader.values(row)
        return None if values is None else float(self._calibrated(self._row_scorer.total(values)))

    def _calibrated(self, total: Any) -> Any:
        """From the exact sum of the members' outputs; the one place where log-odds are rounded."""
        mean = total / (len(self.networks.members) * 2.0**OUTPUT_BITS)
        return self.calibrator.apply(mean)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as the bytes of its file: no code, and checked again when it comes back."""
        return from_bytes, (to_bytes(self),)


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, no model, or of another format.
    """
    return _forecasting(read_file(Path(path)))


def from_bytes(data: bytes, name: str = "the model") -> Model:
    """Read a model from the content of its file, see `trueodds.model.file.read_bytes`."""
    return _forecasting(read_bytes(data, name))


def _forecasting(data: ModelData) -> Model:
    return Model(**{field.name: getattr(data, field.name) for field in fields(data)})


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """σ of log-odds, kept in [2⁻¹⁰²², 1 − 2⁻⁵³]."""
    return np.clip(sigmoid(log_odds), LEAST, MOST)


def _rows(X: Any) -> Any:
    """One row given as a dict of cells becomes a list of one row."""
    if not isinstance(X, Mapping):
        return X
    columns = any(hasattr(v, "__len__") and not isinstance(v, str | bytes) for v in X.values())
    return X if columns else [X]
