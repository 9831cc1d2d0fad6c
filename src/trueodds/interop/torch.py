"""The functions for PyTorch tensors: no copy, with gradients, bfloat16 too.

Results on CPU tensors are those of :mod:`trueodds.functions`, bit for bit. Other devices are
refused rather than computed in another way.
"""

# torch.autograd.Function.apply has no types of its own; without torch installed nothing has.
# mypy: disable-error-code="no-untyped-call", allow-subclassing-any

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trueodds import functions
from trueodds.errors import UsageError
from trueodds.interop.torch_health import watch as watch

EXACT = (torch.float16, torch.float32, torch.float64)


def _apply(function: np.ufunc, *tensors: Tensor) -> Tensor:
    """A ufunc of CPU tensors of one floating dtype, reading and writing their own memory."""
    for tensor in tensors:
        if tensor.device.type != "cpu":
            raise UsageError(
                f"{function.__name__} takes tensors in main memory, found one on "
                f"{tensor.device}: call .cpu() first"
            )
    shape = torch.broadcast_shapes(*(tensor.shape for tensor in tensors))
    dtype = tensors[0].dtype
    for tensor in tensors[1:]:
        dtype = torch.promote_types(dtype, tensor.dtype)
    if dtype == torch.bfloat16:
        return _round_to_bfloat16(function, *tensors)
    if dtype not in EXACT:
        dtype = torch.float64
    result = torch.empty(shape, dtype=dtype)
    with np.errstate(all="ignore"):
        function(*(tensor.detach().to(dtype).numpy() for tensor in tensors), out=result.numpy())
    return result


def _round_to_bfloat16(function: np.ufunc, *tensors: Tensor) -> Tensor:
    """Rounded once: float64 results to 24 bits by force of an odd last bit, then to bfloat16.

    Rounding to float32 first and then to bfloat16 would round twice; a float32 whose last bit is
    made odd whenever it is not exact can be rounded again without harm (Boldo and Melquiond 2008).
    """
    with np.errstate(all="ignore"):
        wide = function(*(tensor.detach().to(torch.float64).numpy() for tensor in tensors))
        wide = np.asarray(wide)
        narrow = wide.astype(np.float32)
        nearer_zero = np.where(
            np.abs(narrow.astype(np.float64)) > np.abs(wide), np.nextafter(narrow, 0), narrow
        ).astype(np.float32)
        inexact = nearer_zero.astype(np.float64) != wide
        bits = nearer_zero.view(np.uint32) | (inexact & ~np.isnan(wide)).astype(np.uint32)
    return (
        torch.from_numpy(np.atleast_1d(bits.view(np.float32)))
        .to(torch.bfloat16)
        .reshape(wide.shape)
    )


class _Unary(torch.autograd.Function):
    """A function of one tensor with the slope given by another."""

    function: np.ufunc
    slope: Callable[[Tensor, Tensor], Tensor]

    @classmethod
    def forward(cls, ctx: Any, x: Tensor) -> Tensor:
        """The value."""
        result = _apply(cls.function, x)
        ctx.save_for_backward(x, result)
        return result

    @classmethod
    def backward(cls, ctx: Any, gradient: Tensor) -> Tensor:
        """The chain rule."""
        x, result = ctx.saved_tensors
        return gradient * cls.slope(x, result)


class _Sigmoid(_Unary):
    function = functions.sigmoid
    slope = staticmethod(lambda x, y: sigmoid_grad(x))


class _SigmoidGrad(_Unary):
    function = functions.sigmoid_grad
    # σ″ = σ′ (1 − 2σ) = −σ′ tanh(x / 2)
    slope = staticmethod(lambda x, y: -y * torch.tanh(x / 2))


class _Logit(_Unary):
    function = functions.logit
    slope = staticmethod(lambda p, z: 1 / (p * (1 - p)))


class _LogSigmoid(_Unary):
    function = functions.log_sigmoid
    slope = staticmethod(lambda x, y: sigmoid(-x))


class _Softplus(_Unary):
    function = functions.softplus
    slope = staticmethod(lambda x, y: sigmoid(x))


class _LogLoss(torch.autograd.Function):
    """The loss of log-odds; its slope by z is the function, by y it is −z."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, y: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(z, y)
        return _apply(functions.log_loss_from_logits, z, y)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """The chain rule, summed over what was broadcast."""
        z, y = ctx.saved_tensors
        by_z = by_y = None
        if ctx.needs_input_grad[0]:
            by_z = (gradient * log_loss_grad_from_logits(z, y)).sum_to_size(z.shape)
        if ctx.needs_input_grad[1]:
            by_y = (gradient * -z).sum_to_size(y.shape)
        return by_z, by_y


class _LogLossGrad(torch.autograd.Function):
    """σ(z) − y."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, y: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(z, y)
        return _apply(functions.log_loss_grad_from_logits, z, y)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """The chain rule, summed over what was broadcast."""
        z, y = ctx.saved_tensors
        by_z = by_y = None
        if ctx.needs_input_grad[0]:
            by_z = (gradient * sigmoid_grad(z)).sum_to_size(z.shape)
        if ctx.needs_input_grad[1]:
            by_y = (-gradient).sum_to_size(y.shape)
        return by_z, by_y


def sigmoid(x: Tensor) -> Tensor:
    """σ of a CPU tensor, any shape; float dtypes and bfloat16 are kept, others give float64."""
    result: Tensor = _Sigmoid.apply(x)
    return result


def sigmoid_grad(x: Tensor) -> Tensor:
    """σ′ of a CPU tensor; dtypes as for :func:`sigmoid`."""
    result: Tensor = _SigmoidGrad.apply(x)
    return result


def logit(p: Tensor) -> Tensor:
    """Log-odds of a CPU tensor of probabilities; dtypes as for :func:`sigmoid`."""
    result: Tensor = _Logit.apply(p)
    return result


def log_sigmoid(x: Tensor) -> Tensor:
    """Log σ of a CPU tensor; dtypes as for :func:`sigmoid`."""
    result: Tensor = _LogSigmoid.apply(x)
    return result


def softplus(x: Tensor) -> Tensor:
    """log(1 + eˣ) of a CPU tensor; dtypes as for :func:`sigmoid`."""
    result: Tensor = _Softplus.apply(x)
    return result


def log_loss_from_logits(z: Tensor, y: Tensor) -> Tensor:
    """Loss of log-odds z for labels y, CPU tensors that broadcast; dtypes are promoted."""
    result: Tensor = _LogLoss.apply(z, y)
    return result


def log_loss_grad_from_logits(z: Tensor, y: Tensor) -> Tensor:
    """σ(z) − y of CPU tensors that broadcast; dtypes are promoted."""
    result: Tensor = _LogLossGrad.apply(z, y)
    return result
