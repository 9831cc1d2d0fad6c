"""Laws from which `bench/calibration_test.py` draws forecasts and labels.

Groups share a random shift of their log-odds; a perfect forecast of them is the probability
averaged over that shift.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.time_blocks import time_blocks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHARED = 0.7
"""Standard deviation of the shift that a group's log-odds share."""
_GRID = np.linspace(-16.0, 16.0, 4001)


def sigmoid(z: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def averaged(spread: float) -> Floats:
    """On the grid, the log-odds of the probability averaged over a shift N(0, spread²)."""
    points, weights = np.polynomial.hermite_e.hermegauss(61)
    p = sigmoid(_GRID[:, None] + spread * points) @ (weights / weights.sum())
    return np.asarray(np.log(p) - np.log1p(-p))


_AVERAGED = averaged(SHARED)
WRONG: dict[str, Callable[[Floats], Floats]] = {
    "perfect": lambda z: z,
    "slope 0.8": lambda z: 0.8 * z,
    "slope 1.25": lambda z: 1.25 * z,
    "shift 0.2": lambda z: z + 0.2,
    "wave": lambda z: z + 0.5 * np.sin(2.5 * z),
}
"""True log-odds of rows that are forecast z."""


@dataclass(frozen=True)
class Law:
    """How rows are drawn."""

    rows: int
    truth: str = "perfect"
    centre: float = -0.5
    """Middle of the log-odds: −0.5 makes 41 % yes, −3.4 makes 7 %."""
    spread: float = 1.5
    weighted: bool = False
    groups: int = 0
    equal: bool = True
    """Groups of one size, or of log-normal sizes."""
    alike: bool = False
    """Groups also share most of their forecast: 64 % of its variance is theirs."""
    in_time: bool = False
    """Rows in order of time, 5 at each, with a shift that lasts: autocorrelation 0.8 a time."""

    @property
    def name(self) -> str:
        """The law in words."""
        told = [f"{self.rows} rows", self.truth]
        if self.spread < 1.0:
            told.append("little signal")
        if self.centre < -2.0:
            told.append("7 % yes")
        if self.weighted:
            told.append("weighted")
        if self.groups:
            told.append(f"{self.groups} groups{'' if self.equal else ' of unequal size'}")
        if self.alike:
            told.append("alike")
        if self.in_time:
            told.append("in time")
        return ", ".join(told)


@dataclass(frozen=True)
class Drawn:
    """One sample."""

    y: NDArray[np.uint8]
    z: Floats
    weight: Floats | None
    clusters: Ints | None


def draw(law: Law, rng: np.random.Generator) -> Drawn:
    """Draw a sample's forecasts, then its labels."""
    n, clusters, shift = law.rows, None, 0.0
    if law.groups:
        shares = np.ones(law.groups) if law.equal else np.exp(rng.normal(size=law.groups))
        edges = np.round(np.cumsum(shares) / shares.sum() * n)
        clusters = np.searchsorted(edges, np.arange(n), side="right")
        shift = (SHARED * rng.normal(size=law.groups + 1))[clusters]
    if law.in_time:
        moment = np.arange(n) // 5
        lasting = np.empty(moment[-1] + 1)
        lasting[0] = rng.normal()
        for i, new in enumerate(rng.normal(size=len(lasting) - 1)):
            lasting[i + 1] = 0.8 * lasting[i] + 0.6 * new
        clusters, shift = time_blocks(moment.astype(float)), SHARED * lasting[moment]
    varied = rng.normal(size=n)
    if law.alike and clusters is not None:
        varied = 0.8 * rng.normal(size=law.groups + 1)[clusters] + 0.6 * varied
    z = law.centre + law.spread * varied
    true = WRONG[law.truth](z)
    if clusters is not None:  # `true` is what is seen without the shift
        true = np.interp(true, _AVERAGED, _GRID) + shift
    y = (rng.random(n) < sigmoid(true)).astype(np.uint8)
    return Drawn(y, z, np.exp(rng.normal(size=n)) if law.weighted else None, clusters)


def grouped(groups: int, **law: Any) -> Law:
    """Groups of 25 rows on average."""
    return Law(25 * groups, groups=groups, **law)
