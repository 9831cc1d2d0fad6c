"""σ and related functions as NumPy ufuncs; float16 and float32 results are correctly rounded.

A function is made when its name is first asked for. If that fails, the reason is raised there as a
`trueodds.errors.KernelError`.
"""

import numpy as np

from trueodds.functions.ufuncs import UFUNCS, set_threads

sigmoid: np.ufunc
sigmoid_grad: np.ufunc
logit: np.ufunc
log_sigmoid: np.ufunc
softplus: np.ufunc
log_loss_from_logits: np.ufunc
log_loss_grad_from_logits: np.ufunc

__all__ = [
    "log_loss_from_logits",
    "log_loss_grad_from_logits",
    "log_sigmoid",
    "logit",
    "set_threads",
    "sigmoid",
    "sigmoid_grad",
    "softplus",
]


def __getattr__(name: str) -> np.ufunc:
    """Make a function when its name is first asked for (PEP 562)."""
    if name not in UFUNCS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return UFUNCS[name]
