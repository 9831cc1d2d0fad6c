"""Exact results of every function, computed without the kernels: by float64 libm, then by MPFR.

NumPy's float64 ``exp``, ``log`` and ``log1p`` give a value with a relative error below 2⁻⁴⁵ (their
own error is a few 2⁻⁵³). If both ends of that interval round to the same float32 or float16, that
float is the correctly rounded result. MPFR with 200 bits decides the rare other inputs.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TrueOddsError

Array = NDArray[np.float64]
MARGIN: Final = 2.0**-45
"""Bound of the relative error of the float64 value, some fifty times the error of libm."""
PRECISION: Final = 200
"""Bits of MPFR numbers."""


def sigmoid(x: Array) -> Array:
    """σ by float64 libm; x and the result have any shape, as in the functions below."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, e) / (1.0 + e)


def sigmoid_grad(x: Array) -> Array:
    """σ′ by float64 libm."""
    e = np.exp(-np.abs(x))
    return e / ((1.0 + e) * (1.0 + e))


def softplus(x: Array) -> Array:
    """log(1 + eˣ) by float64 libm."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def log_sigmoid(x: Array) -> Array:
    """Log σ(x) by float64 libm."""
    return -softplus(-x)


def logit(p: Array) -> Array:
    """log(p / (1 − p)) by float64 libm, for narrow floats p: 1 − p and 2p − 1 are then exact."""
    middle = (p > 0.25) & (p < 0.75)
    inner = np.where(middle, p, 0.5)
    outer = np.where(middle, 0.125, p)
    return np.where(
        middle,
        np.log1p((2.0 * inner - 1.0) / (1.0 - inner)),
        np.log(outer) - np.log1p(-outer),
    )


FLOAT64: Final[dict[str, Callable[[Array], Array]]] = {
    "sigmoid": sigmoid,
    "sigmoid_grad": sigmoid_grad,
    "log_sigmoid": log_sigmoid,
    "softplus": softplus,
    "logit": logit,
}


def mpfr() -> Any:
    """The module ``gmpy2``, with a context for every float64.

    Raises
    ------
    TrueOddsError
        If gmpy2 is not installed.
    """
    try:
        import gmpy2
    except ImportError:
        raise TrueOddsError(
            "the proof needs MPFR to decide the closest cases, and the package gmpy2 is not "
            "installed: install gmpy2 and run it again"
        ) from None
    gmpy2.set_context(gmpy2.context(precision=PRECISION, emin=-5000, emax=5000))
    return gmpy2


def exact(g: Any, function: str, x: float) -> Any:
    """The value of a function at a finite ``x`` as an MPFR number; ``g`` is `mpfr`'s module."""
    v = g.mpfr(x)
    if function == "logit":
        if 0.25 < x < 0.75:
            return g.log1p((2 * v - 1) / (1 - v)) if x != 0.5 else g.mpfr(0)
        return g.log(v) - g.log1p(-v)
    e = g.exp(-abs(v))
    if function == "sigmoid":
        return (1 if x >= 0.0 else e) / (1 + e)
    if function == "sigmoid_grad":
        return e / (1 + e) ** 2
    if function == "softplus":
        return (v if x > 0.0 else 0) + g.log1p(e)
    if function == "log_sigmoid":
        return (v if x < 0.0 else 0) - g.log1p(e)
    raise TrueOddsError(f"no reference for {function}: known are {', '.join(FLOAT64)}")


def round_exact(g: Any, value: Any, dtype: np.dtype[Any]) -> Any:
    """Round an MPFR number once, ties to even, to a NumPy float type, also to a subnormal."""
    if value == 0:
        return dtype.type(0.0)
    info = np.finfo(dtype)
    quantum = max(g.get_exp(value) - 1 - info.nmant, info.minexp - info.nmant)
    whole = g.rint(g.mul_2exp(value, -quantum) if quantum < 0 else g.div_2exp(value, quantum))
    return dtype.type(np.ldexp(float(whole), quantum))


def expected(function: str, x: NDArray[Any]) -> tuple[NDArray[Any], Array, NDArray[np.intp]]:
    """Correctly rounded results for an array of float32 or float16, shape (n,).

    Returns
    -------
    tuple
        The results in the dtype of ``x`` (a NaN keeps its sign and payload and becomes quiet),
        the float64 values, and the positions that MPFR decided.
    """
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64)
        value = FLOAT64[function](wide)
        result = (value * (1.0 - MARGIN)).astype(x.dtype)
        other = (value * (1.0 + MARGIN)).astype(x.dtype)
        close = np.flatnonzero((result != other) & ~np.isnan(value))
        if close.size:
            g = mpfr()
            for i in close:
                result[i] = round_exact(g, exact(g, function, float(wide[i])), x.dtype)
        # x + x is the quiet NaN of the same sign and payload.
        return np.where(np.isnan(x), x + x, result), value, close
