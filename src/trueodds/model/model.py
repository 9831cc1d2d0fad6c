"""The trained model: it turns rows of cells into probabilities."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values, to_values
from trueodds.errors import TableWarning, warn
from trueodds.functions.portable import sigmoid
from trueodds.functions.portable_scalar import sigmoid_of
from trueodds.model import summary
from trueodds.model.align import aligned, as_rows
from trueodds.model.as_classifier import AsClassifier
from trueodds.model.check import Check
from trueodds.model.data import ModelData
from trueodds.model.file import read_bytes, read_file, save, to_bytes
from trueodds.model.fixed import OUTPUT_BITS
from trueodds.model.monitor import differences
from trueodds.model.per_row import PerRow
from trueodds.model.row import RowReader
from trueodds.model.row_scorer import RowScorer
from trueodds.model.scorer import Scorer
from trueodds.model.short_lists import short_list
from trueodds.model.usual_cells import UsualCells
from trueodds.model.with_effects import WithEffects
from trueodds.model.with_labels import WithLabels
from trueodds.table.convert import as_frame
from trueodds.table.frame import Frame

LEAST = float(np.finfo(np.float64).tiny)
MOST = 1.0 - 2.0**-53
"""Probabilities stay within `LEAST` and `MOST`. σ rounds to 1 above 36.7 nats and to a subnormal
number below −708 nats; a probability of 0 or 1 that is wrong makes the log-loss infinite."""


class Model(PerRow, WithEffects, WithLabels, AsClassifier, ModelData):
    """A trained model; it is immutable, and threads may share it.

    ``save`` writes it and `trueodds.load` reads it. The forecast of a row has the same bits alone
    or in any batch, with any number of threads, on any machine (docs/format.md).

    Forecasts warn, with one `trueodds.TableWarning` for each column and kind, of cells that cannot
    be read and of what training rows did not show; `notes_on` gives the same sentences.

    scikit-learn's tools take it for a fitted classifier (``classes_``, ``predict_proba``,
    ``decision_function``), except for those that need labels: `predict` gives probabilities.

    Examples
    --------
    >>> model = trueodds.load("german_credit.odds")
    >>> model.predict(labelled).shape
    (200,)
    >>> bounds = model.interval(labelled)
    >>> model.explain(labelled[:2]).values.shape == (2, model.n_features_in_)
    True
    """

    def __repr__(self) -> str:
        """Target, scores and notes in a few lines."""
        return summary.short_text(self)

    def _repr_html_(self) -> str:
        return summary.html(self)

    def summary(self) -> str:
        """Target, scores, columns, notes and health as text of several lines."""
        return summary.summary(self)

    def checks(self) -> tuple[Check, ...]:
        """Numbered checks that fired, failures first; docs/checks has a page for each code."""
        from trueodds.model.checks import checks_of  # scoring needs none of what it imports

        return checks_of(self)

    def log_odds(self, X: Any) -> NDArray[np.float64]:
        """Calibrated log-odds of "yes" in nats, float64 of shape (rows,).

        Parameters
        ----------
        X
            A table as `trueodds.table.as_frame` takes it (polars, pandas, Arrow, …), a NumPy
            matrix, one row as a dict, or a list of dicts. Columns are found by name, in any order;
            other columns are ignored. The columns of a matrix are those of training, in order.

        Raises
        ------
        TableError
            If a needed column is missing.
        """
        if isinstance(X, Mapping) and (row := self.usual_row_log_odds(X)) is not None:
            return np.array([row])
        return self._rows_log_odds(X)

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Probability of "yes", float64 of shape (rows,), never 0 or 1.

        Parameters
        ----------
        X
            As for `log_odds`.

        Raises
        ------
        TableError
            If a needed column is missing.
        """
        if isinstance(X, Mapping) and (row := self.usual_row_log_odds(X)) is not None:
            return np.array([min(max(sigmoid_of(row), LEAST), MOST)])
        return probability(self._rows_log_odds(X))

    def read(self, X: Any) -> Values:
        """Read the model's columns from a table; ``X`` is as for `log_odds`.

        The ``notes`` of the result name cells that could not be read and count as missing.

        Raises
        ------
        TableError
            If a needed column is missing.
        """
        return self.read_frame(X)[1]

    def notes_on(self, X: Any) -> tuple[str, ...]:
        """What a forecast of the rows of ``X`` warns of, one sentence a column and kind."""
        frame, values = self.read_frame(X)
        return (*frame.notes, *values.notes, *differences(self.schema, self.profile, values, frame))

    def log_odds_of(self, values: Values) -> NDArray[np.float64]:
        """Calibrated log-odds, nats, float64 of shape (rows,); ``values`` are what `read` gives."""
        return np.asarray(self._calibrated(self._scorer.outputs(values).sum(axis=0)))

    def usual_row_log_odds(self, row: Mapping[str, Any]) -> float | None:
        """Calibrated log-odds of one row of plain cells, in nats, quickly.

        None if only the reader of tables can read it, or if the row needs a warning.
        """
        values = self._reader.values(row)
        if values is None or not self._usual.include(values):
            return None
        return float(self._calibrated(self._row_scorer.total(values)))

    def expect_many_rows(self) -> None:
        """Let the next two single rows load and compile what scores many rows quickly.

        Without this call that happens within the forecast of a later row, which then takes a
        second or more.
        """
        self._scorer.compiled.expect_many()

    def save(self, path: str | Path) -> None:
        """Write the model to the file ``path``; it appears complete or not at all.

        Raises
        ------
        TrueOddsError
            If the file cannot be written.
        """
        save(self, Path(path))

    def read_frame(self, X: Any) -> tuple[Frame, Values]:
        """The model's columns of the table ``X``, under their names, and what they read as."""
        frame = X if isinstance(X, Frame) else as_frame(as_rows(X))
        found = aligned(frame, self.schema, self.source)
        values = to_values(found.frame, self.schema)
        return found.frame, replace(values, remarks=found.remarks, absent=found.absent)

    def _rows_log_odds(self, X: Any) -> NDArray[np.float64]:
        """Log-odds of a table, or quicker of a short list of usual rows; with the same warnings."""
        rows = short_list(X)
        if rows is None:
            return self._table_log_odds(X)
        read = [values for row in rows if (values := self._reader.values(row)) is not None]
        if len(read) < len(rows) or not self._usual.include_all(read):
            return self._table_log_odds(X)
        return np.asarray(self._calibrated(np.array([self._row_scorer.total(v) for v in read])))

    def _table_log_odds(self, X: Any) -> NDArray[np.float64]:
        """Log-odds, with the warnings of `log_odds`."""
        frame, values = self.read_frame(X)
        differ = differences(self.schema, self.profile, values, frame)
        for sentence in (*frame.notes, *values.notes, *differ):
            warn(TableWarning(sentence))
        return self.log_odds_of(values)

    @cached_property
    def _usual(self) -> UsualCells:
        return UsualCells.of(self.schema, self.profile)

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self.networks, self.encoder, self.target_encodings)

    @cached_property
    def _reader(self) -> RowReader:
        tables = (table for tables in self.target_encodings for table in tables)
        found = {table.source: table for table in tables}
        texts = {name: t.text for name, t in found.items() if t.text is not None}
        return RowReader(self.schema, self.encoder.derived, texts)

    @cached_property
    def _row_scorer(self) -> RowScorer:
        return RowScorer(
            self.networks,
            self.encoder,
            self.target_encodings,
            self._reader.sources,
            self._scorer.compiled,
        )

    def _calibrated(self, total: Any) -> Any:
        """Calibrated log-odds from the exact sum of the members' outputs.

        Log-odds are rounded only here.
        """
        mean = total / (len(self.networks.members) * 2.0**OUTPUT_BITS)
        return self.calibrator.apply(mean)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the model as the bytes of its file: no code, and checked again when it is read."""
        return from_bytes, (to_bytes(self),)


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Parameters
    ----------
    path
        The file, such as ``"loans.odds"``.

    Raises
    ------
    ModelFileError
        If the file is missing, is damaged, is not a model, or has another format.

    Examples
    --------
    >>> trueodds.load("german_credit.odds").classes_.tolist()
    [1, 2]
    """
    return _forecasting(read_file(Path(path)))


def from_bytes(data: bytes, name: str = "the model") -> Model:
    """Read a model from the bytes of its file; see `trueodds.model.file.read_bytes`."""
    return _forecasting(read_bytes(data, name))


def _forecasting(data: ModelData) -> Model:
    return Model(**{field.name: getattr(data, field.name) for field in fields(data)})


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """σ of log-odds, any shape, within [2⁻¹⁰²², 1 − 2⁻⁵³]."""
    return np.clip(sigmoid(log_odds), LEAST, MOST)
