"""What a request asks of a model, and the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.errors import TrueOddsError
from trueodds.functions.portable_scalar import sigmoid_of
from trueodds.model import Model
from trueodds.model.calls import called, costs_for, require_costs
from trueodds.model.model import LEAST, MOST, probability
from trueodds.model.monitor import differences
from trueodds.serve.problems import ProblemError
from trueodds.serve.rows import checked
from trueodds.table.frame import Frame

Float = NDArray[np.float64]
MOST_REASONS = 50
NO_COSTS = (None, None, None)
COSTS_NEEDED = "add cost_fp and cost_fn to the query, or fit with costs"


@dataclass(frozen=True)
class Asked:
    """Options of a request."""

    interval: bool = False
    explain: int = 0
    """Reasons of each row, at most; 0 for none."""
    decide: bool = False
    costs: tuple[float | None, float | None, float | None] = NO_COSTS
    """Costs of a wrong call and of a missed yes, and the benefit; None takes the model's."""

    @property
    def plain(self) -> bool:
        """Whether nothing but the forecast is asked for."""
        return not (self.interval or self.explain or self.decide)


@dataclass(frozen=True, eq=False)
class Answer:
    """Forecasts of rows; every array has shape (rows,)."""

    log_odds: Float
    probability: Float
    lower: Float | None = None
    upper: Float | None = None
    decision: tuple[str, ...] = ()
    reasons: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    values: Values | None = None
    """What the cells read as; None where nothing in them was unusual."""

    def rows(self) -> list[dict[str, Any]]:
        """One object for each row."""
        parts: dict[str, Sequence[Any]] = {
            "probability": self.probability.tolist(),
            "log_odds": self.log_odds.tolist(),
        }
        if self.lower is not None and self.upper is not None:
            parts |= {"lower": self.lower.tolist(), "upper": self.upper.tolist()}
        if self.decision:
            parts["decision"] = self.decision
        if self.reasons:
            parts["reasons"] = self.reasons
        names = [*parts]
        return [dict(zip(names, row, strict=True)) for row in zip(*parts.values(), strict=True)]


def options_of(query: Mapping[str, str]) -> Asked:
    """Options from the query of a URL; raises ProblemError if one is unknown or its value odd."""
    known = ("interval", "explain", "decide", "cost_fp", "cost_fn", "benefit")
    for name in query:
        if name not in known:
            raise ProblemError(400, f'there is no option "{name}": use {", ".join(known)}')
    costs = tuple(_number(query, name) for name in known[3:])
    explain = _number(query, "explain") or 0.0
    if explain != int(explain) or not 0 <= explain <= MOST_REASONS:
        raise ProblemError(400, f'"explain" is a whole number from 0 to {MOST_REASONS}')
    decide = _flag(query, "decide")
    if not decide and costs != NO_COSTS:
        raise ProblemError(400, "costs are for decisions: add decide=true")
    return Asked(_flag(query, "interval"), int(explain), decide, (costs[0], costs[1], costs[2]))


def quick_answer(model: Model, rows: Sequence[Mapping[str, Any]] | Frame) -> Answer | None:
    """The answer for one usual row; None if the row needs the reader of tables."""
    if isinstance(rows, Frame) or len(rows) != 1:
        return None
    z = model.usual_row_log_odds(rows[0])
    if z is None:
        return None
    return Answer(np.array([z]), np.array([min(max(sigmoid_of(z), LEAST), MOST)]))


def answer(model: Model, rows: Sequence[Mapping[str, Any]] | Frame, asked: Asked) -> Answer:
    """The answer for all rows.

    Raises
    ------
    ProblemError
        If the rows do not fit the model, or it has not what is asked for.
    """
    frame, values = checked(model, rows)
    log_odds = model.log_odds_of(values)
    lower = upper = None
    decision: tuple[str, ...] = ()
    reasons: tuple[tuple[str, ...], ...] = ()
    try:
        if asked.interval:
            lower, upper = model.bounds_of(log_odds)
        if asked.decide:
            require_costs(asked.costs, model.costs, COSTS_NEEDED)
            calls = called(log_odds, costs_for(asked.costs, model.costs, frame))
            decision = tuple("call" if call else "no call" for call in calls.tolist())
        if asked.explain:
            model.require_background()
            found = model.explain_rows(frame, values)
            reasons = tuple(found.reasons(row, asked.explain) for row in range(values.rows))
    except TrueOddsError as error:
        raise ProblemError(422, error) from None
    differ = differences(model.schema, model.profile, values, frame)
    notes = (*frame.notes, *values.notes, *differ)
    return Answer(log_odds, probability(log_odds), lower, upper, decision, reasons, notes, values)


def _flag(query: Mapping[str, str], name: str) -> bool:
    value = query.get(name, "false").lower()
    if value not in ("true", "false", "1", "0", ""):
        raise ProblemError(400, f'"{name}" is true or false')
    return value in ("true", "1", "")


def _number(query: Mapping[str, str], name: str) -> float | None:
    if name not in query:
        return None
    try:
        value = float(query[name])
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ProblemError(400, f'"{name}" is a number')
    return value
