"""The family as scalar Numba kernels: called inside a loop they inline, and LLVM vectorises them.

Each takes and returns one width of float. There is no branch and no call in any of them: NaN,
infinities and zeros follow from arithmetic and selects. A caller must itself be compiled with
``error_model="numpy"`` if it divides.
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
