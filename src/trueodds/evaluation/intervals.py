"""95 % intervals from the influence of every row, group or block of time on a score.

A score is a smooth function of sums over rows. Each row has an influence value, and their sum is 0.
The values of rows that depend on each other are added up first, so that an interval counts
independent parts. The spread of these sums gives the score's standard error (the infinitesimal
jackknife, Efron 1982; for AUC DeLong et al. 1988). Student's t replaces the normal distribution, as
there may be few parts. The interval is symmetric for the logarithm of a loss and for the log-odds
of AUC: their errors are less skewed than those of the scores themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.functions.portable import sigmoid

LEVEL = 0.95
"""Level of all intervals."""
NEARLY_ONE = 1.0 - 1e-12
"""From here on an AUC counts as 1."""
STEEP = 2.0
"""Half width of the logarithm from which a loss's interval grows in proportion to the error."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval; the ends are NaN if it has none.

    Examples
    --------
    >>> auc = model.evaluate(labelled).scores.auc
    >>> auc.low <= auc.value <= auc.high
    True
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Value and interval with four decimals; "not defined" if there is none."""
        if not np.isfinite(self.value):
            return "not defined"
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            return f"{self.value:.4f} (95 % interval not defined)"
        return f"{self.value:.4f} (95 % interval {self.low:.4f} to {self.high:.4f})"


def effective_number(sample_weight: NDArray[np.float64]) -> float:
    """(Σw)² / Σw², the effective number of rows (Kish 1965); 0 if all weights are 0.

    ``sample_weight`` has shape (n,), ≥ 0.
    """
    squares = float(np.square(sample_weight).sum())
    return float(sample_weight.sum()) ** 2 / squares if squares > 0.0 else 0.0


def standard_error(influence: NDArray[np.float64], number: float) -> float:
    """√(number/(number − 1) · Σ influence²) of independent parts; NaN for fewer than 2.

    Parameters
    ----------
    influence
        Shape (parts,), of each part on the score; sum 0.
    number
        Effective number of parts.
    """
    if number < 2.0 - 1e-9:
        return float("nan")
    return float(np.sqrt(number / (number - 1.0) * np.square(influence).sum()))


def loss_interval(
    value: float, influence: NDArray[np.float64], number: float, most: float = np.inf
) -> Interval:
    """Interval of a mean loss ≥ 0, symmetric for its logarithm: value · exp(± t · error / value).

    If t · error is more than `STEEP` times the value, the tangent continues the exponential, so
    that the upper end of a loss near 0 does not overflow.

    Parameters
    ----------
    value
        The loss.
    influence
        Shape (parts,), of independent parts.
    number
        Effective number of parts; t has ``number`` − 1 degrees of freedom.
    most
        The largest possible loss, a bound of the upper end.
    """
    error = standard_error(influence, number)
    if not value > 0.0:
        return Interval(value, value + error, value + error)
    half = student_t(number) * error / value
    width = np.exp(np.minimum(half, STEEP)) * (1.0 + np.maximum(half - STEEP, 0.0))
    return Interval(value, float(value / width), float(np.minimum(value * width, most)))


def mean_interval(value: float, influence: NDArray[np.float64], number: float) -> Interval:
    """Interval of a mean that may have any sign: value ± t · error; as in `loss_interval`."""
    half = student_t(number) * standard_error(influence, number)
    return Interval(value, value - half, value + half)


def fraction_interval(value: float, influence: NDArray[np.float64], number: float) -> Interval:
    """Interval of a fraction or an AUC, symmetric for its log-odds; as in `loss_interval`.

    A fraction of 1 has no spread. Its lower end is the probability for which ``number`` successes
    of as many have 2.5 % (Clopper & Pearson 1934); for an AUC ``number`` is that of the rarer
    class, which is ranked above all others. A fraction of 0 is the mirror of this.
    """
    error = standard_error(influence, number)
    if not np.isfinite(error) or not np.isfinite(value):
        return Interval(value, float("nan"), float("nan"))
    certain = float(((1.0 - LEVEL) / 2.0) ** (1.0 / number))
    if value >= NEARLY_ONE:
        return Interval(value, certain, 1.0)
    if value <= 1.0 - NEARLY_ONE:
        return Interval(value, 0.0, 1.0 - certain)
    middle = np.log(value) - np.log1p(-value)
    half = student_t(number) * error / (value * (1.0 - value))
    low, high = sigmoid(np.array([middle - half, middle + half]))
    return Interval(value, min(float(low), value), max(float(high), value))


def student_t(number: float) -> float:
    """97.5 % quantile of Student's t with ``number`` − 1 degrees of freedom; NaN below 2 parts."""
    if number < 2.0 - 1e-9:
        return float("nan")
    from scipy.special import stdtrit  # slow to load, and reading a model does not need it

    return float(stdtrit(max(number - 1.0, 1.0), (1.0 + LEVEL) / 2.0))
