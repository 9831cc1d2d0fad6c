"""Decisions on labelled rows: `Model.decide`, and with it ``trueodds decide``."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.values import Values
from trueodds.evaluation.decision_curves import CurvePoint, GainsPart, decision_curve, gains
from trueodds.evaluation.decisions import Decision, decide
from trueodds.functions.portable import sigmoid
from trueodds.model.calls import Given, costs_for
from trueodds.model.data import ModelData
from trueodds.model.evaluate import evaluated
from trueodds.model.labelled import labelled_rows
from trueodds.table.frame import Frame


@dataclass(frozen=True)
class Decisions:
    """A rule of decision, what it costs on labelled rows, and the forecast at other thresholds.

    Examples
    --------
    >>> found = model.decide(labelled, cost_fp=1, cost_fn=5)
    >>> len(found.curve)
    99
    """

    decision: Decision
    gains: tuple[GainsPart, ...]
    """Tenths of the rows, the highest probabilities first."""
    curve: tuple[CurvePoint, ...]
    """Net benefit at the thresholds 0.01 to 0.99."""
    source: str
    """What the table is called."""
    remarks: tuple[str, ...]
    """What a reader must know: rows that the model has seen, lacking weights."""
    notes: tuple[str, ...]
    """Remarks of reading the table."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "decision": self.decision.to_json(),
            "gains": [asdict(part) for part in self.gains],
            "curve": [asdict(point) for point in self.curve],
            "remarks": list(self.remarks),
        }


def decide_rows(
    model: ModelData,
    read: Callable[[Frame], Values],
    log_odds_of: Callable[[Values], NDArray[np.float64]],
    X: Any,
    y: ArrayLike | None,
    sample_weight: ArrayLike | str | bool,
    costs: Given,
    capacity: int | None,
    seed: int,
) -> Decisions:
    """Decide for labelled rows; `Model.decide` describes the parameters."""
    rows = labelled_rows(model, read, log_odds_of, X, y, sample_weight)
    decision = decide(
        rows.y,
        rows.log_odds,
        costs_for(costs, model.costs, rows.frame, rows.kept),
        rows.weight,
        clusters=rows.clusters,
        capacity=capacity,
        seed=seed,
    )
    p = sigmoid(rows.log_odds)
    return Decisions(
        decision=decision,
        gains=gains(rows.y, p, rows.weight),
        curve=decision_curve(rows.y, p, rows.weight),
        source=rows.source,
        remarks=evaluated(model, rows, X).remarks,
        notes=rows.notes,
    )
