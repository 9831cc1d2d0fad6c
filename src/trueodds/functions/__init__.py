"""σ and related functions as NumPy ufuncs; float16 and float32 results are correctly rounded."""

from trueodds.functions.ufuncs import UFUNCS, set_threads

sigmoid = UFUNCS["sigmoid"]
sigmoid_grad = UFUNCS["sigmoid_grad"]
logit = UFUNCS["logit"]
log_sigmoid = UFUNCS["log_sigmoid"]
softplus = UFUNCS["softplus"]
log_loss_from_logits = UFUNCS["log_loss_from_logits"]
log_loss_grad_from_logits = UFUNCS["log_loss_grad_from_logits"]

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
