"""Errors of float64 results: points of every kind, compared with MPFR."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import UsageError
from trueodds.functions import exact_values
from trueodds.functions.proof import EXAMPLES, FUNCTIONS, ProofResult, machine
from trueodds.functions.ufuncs import UFUNCS

Array = NDArray[np.float64]
BOUND: Final = 0.51
"""Largest error of a float64 result, in ULP."""
CHUNK: Final = 1 << 14
"""Points between two calls of ``progress``."""
SEARCHED: Final = 200
"""Number of worst points whose neighbours are tried too."""
NEIGHBOURS: Final = 50
"""Floats that are tried on each side of such a point."""


def arguments(rng: np.random.Generator, n: int) -> dict[str, Array]:
    """Strata of arguments for every function except logit, with about n points together."""
    m = n // 6
    step = np.log(2.0) / 128
    grid = rng.integers(-137_000, 137_000, m) * step
    return {
        "normal": rng.normal(size=m) * 3.0,
        "middle": rng.uniform(-40.0, 40.0, m),
        "wide": rng.uniform(-746.0, 746.0, m),
        "subnormal results": rng.uniform(-746.0, -700.0, m),
        "small and large": np.exp(rng.uniform(-80.0, 6.6, m)) * rng.choice([-1.0, 1.0], m),
        "edges of the table": grid * (1.0 + rng.integers(-4, 5, m) * 2.0**-52),
    }


def probabilities(rng: np.random.Generator, n: int) -> dict[str, Array]:
    """Strata of probabilities for logit, with about n points together, all in (0, 1)."""
    m = n // 6
    near = 0.5 + rng.choice([-1.0, 1.0], m) * np.exp(rng.uniform(-36.0, -0.7, m))
    grid = rng.integers(1, 4096, m) / 4096.0
    strata = {
        "uniform": rng.uniform(0.0, 1.0, m),
        "near one half": near,
        "small": np.exp(rng.uniform(-744.0, -0.7, m)),
        "near one": 1.0 - np.exp(rng.uniform(-36.0, -0.7, m)),
        "subnormal": rng.integers(1, 1 << 52, m).view(np.float64),
        "edges of the table": grid * (1.0 + rng.integers(-4, 5, m) * 2.0**-52),
    }
    return {name: x[(x > 0.0) & (x < 1.0)] for name, x in strata.items()}


def errors(g: Any, function: str, x: Array) -> Array:
    """Errors of a ufunc's results in ULP, shape of x; ``g`` is `exact_values.mpfr`'s module."""
    with np.errstate(all="ignore"):
        found = UFUNCS[function](x)
    result = np.empty(x.size)
    for i, (argument, value) in enumerate(zip(x.tolist(), found.tolist(), strict=True)):
        exact = exact_values.exact(g, function, argument)
        unit = max(g.get_exp(exact) - 53, -1074) if exact != 0 else -1074
        result[i] = abs(float(g.mul_2exp(g.mpfr(value) - exact, -unit)))
    return result


def measure(
    function: str,
    samples: int = 10_000_000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> ProofResult:
    """Compare float64 results with MPFR on stratified points and around the worst of them.

    ``wrong`` counts results with an error of more than `BOUND` ULP. Each stratum has a sixth of the
    samples; then the floats next to the `SEARCHED` worst points are tried.

    Parameters
    ----------
    function
        One of `trueodds.functions.proof.FUNCTIONS`.
    samples
        Number of points.
    seed
        Of the points.
    progress
        Called with (points tried, ``samples``).

    Raises
    ------
    UsageError
        For an unknown function.
    TrueOddsError
        If gmpy2 is not installed.
    """
    if function not in FUNCTIONS:
        raise UsageError(f"cannot measure {function!r}: known are {', '.join(FUNCTIONS)}")
    g = exact_values.mpfr()
    g.set_context(g.context(precision=160, emin=-5000, emax=5000))
    rng = np.random.default_rng(seed)
    began = time.perf_counter()
    strata = probabilities(rng, samples) if function == "logit" else arguments(rng, samples)
    tried, worst_x, worst = 0, np.zeros(0), np.zeros(0)
    off: list[tuple[float, float]] = []

    def walk(points: Iterator[Array]) -> None:
        nonlocal tried, worst_x, worst
        for x in points:
            error = errors(g, function, x)
            tried += x.size
            off.extend(zip(x[error > BOUND].tolist(), error[error > BOUND].tolist(), strict=True))
            worst_x, worst = np.append(worst_x, x), np.append(worst, error)
            keep = np.argsort(worst)[-SEARCHED:]
            worst_x, worst = worst_x[keep], worst[keep]
            if progress:
                progress(tried, samples)

    for x in strata.values():
        walk(x[i : i + CHUNK] for i in range(0, x.size, CHUNK))
    bits = worst_x.view(np.int64)[:, None] + np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
    walk(iter([bits.ravel().view(np.float64)]))
    return ProofResult(
        function,
        "float64",
        0,
        tried,
        len(off),
        float(worst[-1]),
        float(worst_x[-1]),
        [f"{function}({x!r}) is {error:.4f} ULP off" for x, error in off[:EXAMPLES]],
        [],
        time.perf_counter() - began,
        machine(),
    )
