"""Scores of groups of rows, and which groups differ beyond chance (corrected by Holm 1979)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.differences import Difference, Forecasts, Measure, differences
from trueodds.evaluation.holm import holm
from trueodds.evaluation.intervals import Interval, fraction_interval, mean_interval
from trueodds.evaluation.scores import score
from trueodds.evaluation.worst_slice import WorstSlice, worst_slice
from trueodds.functions.portable import sigmoid

ALPHA = 0.05
"""Differences are told up to this p-value, corrected for the number of comparisons."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """The groups of one column."""

    column: str
    names: tuple[str, ...]
    """What each group is called."""
    codes: NDArray[np.int64]
    """Shape (n,), position in ``names`` of each row."""


@dataclass(frozen=True)
class Slice:
    """Scores of one group of rows. Shares and probabilities are from 0 to 1."""

    column: str
    group: str
    rows: int
    positives: int
    observed: Interval
    """Share of yes."""
    forecast: float
    """Mean probability."""
    calibration: Interval
    """Observed less expected share; above 0 where the forecast is too low."""
    log_loss: Interval
    brier: Interval
    auc: Interval
    """NaN where the group has one label only."""
    cost: Interval | None
    """Mean cost a row of decisions by the costs; None without costs."""

    @property
    def name(self) -> str:
        """Such as ``race = Other``."""
        return f"{self.column} = {self.group}"


@dataclass(frozen=True)
class SliceDifference:
    """A difference of one group from the other rows."""

    slice: Slice
    difference: Difference
    p_value: float
    """Corrected for all comparisons (Holm 1979)."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "column": self.slice.column,
            "group": self.slice.group,
            **asdict(self.difference),
            "corrected_p_value": self.p_value,
        }


@dataclass(frozen=True)
class Slices:
    """Scores of all groups, and differences from the other rows."""

    slices: tuple[Slice, ...]
    differences: tuple[SliceDifference, ...]
    """All that were tested."""
    worst: WorstSlice | None
    """The worst combination of groups of two columns, found on one half of the rows and judged on
    the other; None where none was searched or none has enough rows."""
    rows: int
    """Rows of all groups of a column together."""
    notes: tuple[str, ...] = ()
    """How columns were cut into groups."""

    @property
    def comparisons(self) -> int:
        """How many p-values are corrected together."""
        return len(self.differences) + (self.worst is not None)

    @property
    def found(self) -> tuple[SliceDifference, ...]:
        """The differences beyond chance."""
        return tuple(one for one in self.differences if one.p_value <= ALPHA)

    @property
    def told(self) -> tuple[tuple[Measure, str], ...]:
        """The measure and one plain sentence for each difference beyond chance."""
        told = [(one.difference.measure, _difference_text(one), one.p_value) for one in self.found]
        if self.worst is not None and self.worst.p_value <= ALPHA:
            text = (
                f"{self.worst.name}: {too_text(self.worst.calibration)} on the half of the rows "
                f"that did not find it, {_other_rows(self.worst.difference)}"
            )
            told.append((self.worst.difference.measure, text, self.worst.p_value))
        corrected = self._corrected
        return tuple((measure, f"{text}, {_p_text(p)} {corrected}") for measure, text, p in told)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One plain sentence for each difference beyond chance, or one that says there is none."""
        if not self.comparisons:
            return ("No group can be compared: two groups of at least 20 rows are needed.",)
        none = f"No group differs from the other rows beyond chance, {self._corrected}."
        return tuple(text for _, text in self.told) or (none,)

    @property
    def _corrected(self) -> str:
        plural = "s" if self.comparisons > 1 else ""
        return f"after correction for {self.comparisons:,} comparison{plural}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "rows": self.rows,
            "groups": [asdict(one) for one in self.slices],
            "correction": "Holm",
            "comparisons": self.comparisons,
            "differences": [one.to_json() for one in self.differences],
            "worst_combination": None if self.worst is None else asdict(self.worst),
            "sentences": list(self.sentences),
            "notes": list(self.notes),
        }


def slice_scores(
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    groupings: Sequence[Grouping],
    sample_weight: NDArray[np.float64] | None = None,
    *,
    clusters: NDArray[np.int64] | None = None,
    costs: Costs | None = None,
    notes: tuple[str, ...] = (),
    seed: int = 0,
) -> Slices:
    """Score every group of every column, and test its differences from the other rows.

    Parameters
    ----------
    y
        Shape (n,), 1 for "yes"; n ≥ 1.
    log_odds
        Shape (n,), calibrated log-odds in nats, finite.
    groupings
        Columns cut into groups of rows.
    sample_weight
        Shape (n,), > 0; None for equal weights.
    clusters
        Shape (n,): rows of one number are not independent; None where every row is.
    costs
        Numbers, or arrays of shape (n,); None gives no costs.
    notes
        How the columns were cut.
    seed
        Of the halves that find and judge the worst combination.
    """
    rows = Forecasts.of(y, log_odds, sample_weight, clusters)
    slices, tested = [], []
    for grouping in groupings:
        present = np.unique(grouping.codes)
        tests = []
        for code in present:
            inside = grouping.codes == code
            one = _slice(rows, inside, grouping.column, grouping.names[code], clusters, costs)
            slices.append(one)
            tests.append([(one, found) for found in differences(rows, inside)])
        tested += _worse(*tests) if len(present) == 2 else list(chain.from_iterable(tests))
    worst = worst_slice(rows, [(g.column, g.names, g.codes) for g in groupings], seed)
    if worst is not None and not worst.complete:
        notes += (f"only the first {worst.searched:,} combinations of two groups were searched",)
    p_values = [found.p_value for _, found in tested]
    p_values += [] if worst is None else [worst.p_value]
    corrected = holm(np.array(p_values, dtype=np.float64)).tolist()
    return Slices(
        slices=tuple(slices),
        differences=tuple(
            SliceDifference(one, found, p)
            for (one, found), p in zip(tested, corrected, strict=False)
        ),
        worst=None if worst is None else worst.corrected(corrected[-1]),
        rows=len(y),
        notes=notes,
    )


def _slice(
    rows: Forecasts,
    inside: NDArray[np.bool_],
    column: str,
    group: str,
    clusters: NDArray[np.int64] | None,
    costs: Costs | None,
) -> Slice:
    y, z, weight = rows.y[inside], rows.log_odds[inside], rows.weight[inside]
    units = None if clusters is None else rows.units[inside]
    scores = score(y, z, weight, clusters=units, draws=1)
    share, number = weight / weight.sum(), rows.number(inside)

    def pull(values: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
        influence = np.zeros(len(rows.y))
        influence[inside] = share * (values - mean)
        return rows.per_unit(influence)

    def mean(values: NDArray[np.float64]) -> Interval:
        value = float((share * values).sum())
        return mean_interval(value, pull(values, value), number)

    p, label = sigmoid(z), y.astype(np.float64)
    rate = scores.base_rate
    cost = None
    if costs is not None:
        own = costs.of_rows(inside)
        cost = mean(own.of_calls(p >= own.threshold, y))
    return Slice(
        column=column,
        group=group,
        rows=scores.rows,
        positives=scores.positives,
        observed=fraction_interval(rate, pull(label, rate), number),
        forecast=float((share * p).sum()),
        calibration=mean(label - p),
        log_loss=scores.log_loss,
        brier=scores.brier,
        auc=scores.auc,
        cost=cost,
    )


Tested = list[tuple[Slice, Difference]]


def _worse(first: Tested, second: Tested) -> Tested:
    """Of two groups that are each other's other rows, each test once: for the worse group."""
    kept = []
    for one, other in zip(first, second, strict=True):
        ours = one[1]
        worse = {
            "calibration": abs(ours.inside) >= abs(ours.outside),
            "log_loss": ours.inside >= ours.outside,
            "auc": ours.inside <= ours.outside,
        }[ours.measure]
        kept.append(one if worse else other)
    return kept


def _difference_text(one: SliceDifference) -> str:
    found, group = one.difference, one.slice
    if found.measure == "calibration":
        return f"{group.name}: {too_text(group.calibration)}, {_other_rows(found)}"
    name, own = ("AUC", group.auc) if found.measure == "auc" else ("log-loss", group.log_loss)
    side = "higher" if found.inside > found.outside else "lower"
    return (
        f"{group.name}: the {name} is {side} than in the other rows, {own.value:.4f} "
        f"({own.low:.4f} to {own.high:.4f}) against {found.outside:.4f}"
    )


def too_text(calibration: Interval) -> str:
    """By how many points the forecast is too low or too high, with its interval."""
    side, sign = ("low", 100.0) if calibration.value >= 0.0 else ("high", -100.0)
    low, high = sorted((sign * calibration.low, sign * calibration.high))
    return (
        f"the forecast is {sign * calibration.value:.1f} points too {side} "
        f"({_signed(low)} to {_signed(high)})"
    )


def _other_rows(found: Difference) -> str:
    side = "low" if found.outside >= 0.0 else "high"
    return f"in the other rows {abs(100.0 * found.outside):.1f} points too {side}"


def _signed(points: float) -> str:
    text = f"{points:.1f}"
    return "0.0" if float(text) == 0.0 else text.replace("-", "−")


def _p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
