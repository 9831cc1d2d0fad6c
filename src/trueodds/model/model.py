"""The trained whole: everything from a row of cells to its probability, and how it came to be."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.calibrator import Calibrator
from trueodds.calibration.scores import Scores
from trueodds.functions.portable import sigmoid
from trueodds.health.state import LayerState
from trueodds.model.network import Member, member_log_odds
from trueodds.network.layout import Layout
from trueodds.table.convert import as_frame
from trueodds.table.encode import Encoder
from trueodds.table.frame import Frame
from trueodds.table.rates import RateTable, encode_rates
from trueodds.table.schema import Schema
from trueodds.table.values import Values, to_values
from trueodds.training.record import TrainingRecord


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model; immutable. ``save`` and `trueodds.load` are each other's inverse."""

    schema: Schema
    target_name: str
    target_yes: str
    target_no: str
    target_rule: str
    encoder: Encoder
    rates: tuple[tuple[RateTable, ...], ...]
    """For every fold the tables that feed its members."""
    layout: Layout
    members: tuple[Member, ...]
    calibrator: Calibrator
    scores: Scores
    """Of the calibrated out-of-fold forecast of the training rows."""
    record: TrainingRecord
    layers: tuple[tuple[LayerState, ...], ...]
    """Each member's hidden layers after training."""
    health: tuple[str, ...]
    """Findings about the layers; empty when all is well."""
    notes: tuple[str, ...]
    versions: dict[str, str]
    source: str
    source_sha256: str

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
        return self.log_odds_of(self.read(X))

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Probability of "yes", shape (rows,), never 0 or 1; see `log_odds` for ``X``."""
        return probability(self.log_odds(X))

    def read(self, X: Any) -> Values:
        """Read the model's columns from a table; ``notes`` names cells that count as missing."""
        return to_values(X if isinstance(X, Frame) else as_frame(_rows(X)), self.schema)

    def log_odds_of(self, values: Values) -> NDArray[np.float64]:
        """Calibrated log-odds of rows that `read` has read, shape (rows,)."""
        shared = self.encoder.encode(values)
        total = np.zeros(values.rows)
        inputs: dict[int, NDArray[np.float32]] = {}
        for member in self.members:
            if member.fold not in inputs:
                own = encode_rates(values, self.rates[member.fold])
                inputs[member.fold] = np.concatenate([shared, own], axis=1)
            total += member_log_odds(self.layout, member, inputs[member.fold])
        return self.calibrator.apply(total / len(self.members))

    def save(self, path: str | Path) -> None:
        """Write the model to one file, whole or not at all."""
        from trueodds.model.file import save

        save(self, Path(path))


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """σ of log-odds, kept in [2⁻¹⁰²², 1 − 2⁻⁵³].

    σ rounds to 1 beyond 36.7 nats and to a subnormal below −708; nobody can be that sure, and one
    wrong certainty would make any log-loss infinite.
    """
    return np.clip(sigmoid(log_odds), np.finfo(np.float64).tiny, 1.0 - 2.0**-53)


def _rows(X: Any) -> Any:
    """One row given as a dict of cells becomes a list of one row."""
    if not isinstance(X, dict):
        return X
    columns = any(hasattr(v, "__len__") and not isinstance(v, str | bytes) for v in X.values())
    return X if columns else [X]
