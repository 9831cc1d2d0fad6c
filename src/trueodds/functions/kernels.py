"""All functions as scalar Numba kernels: they are inlined in a loop, and LLVM vectorises it.

Each kernel takes and returns floats of one width. No kernel has a branch or a call: NaN, infinities
and zeros follow from arithmetic and selects. A caller that divides must be compiled with
``error_model="numpy"``.
"""

from trueodds.functions.kernels32 import (
    exp_negative32,
    log1p_unit,
    log_sigmoid32,
    logit32,
    sigmoid32,
    sigmoid_grad32,
    softplus32,
)
from trueodds.functions.kernels64 import (
    log_sigmoid64,
    logit64,
    sigmoid64,
    sigmoid_grad64,
    softplus64,
)
from trueodds.functions.losses import (
    exp_negative64,
    log_loss_from_logits,
    log_loss_grad_from_logits,
)

__all__ = [
    "exp_negative32",
    "exp_negative64",
    "log1p_unit",
    "log_loss_from_logits",
    "log_loss_grad_from_logits",
    "log_sigmoid32",
    "log_sigmoid64",
    "logit32",
    "logit64",
    "sigmoid32",
    "sigmoid64",
    "sigmoid_grad32",
    "sigmoid_grad64",
    "softplus32",
    "softplus64",
]
