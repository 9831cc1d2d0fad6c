"""The functions of `trueodds.functions` for PyTorch tensors: without a copy, with gradients.

Results on CPU tensors have the same bits as those of `trueodds.functions`; bfloat16 works too.
Tensors on other devices are refused.
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

__all__ = [
    "log_loss_from_logits",
    "log_loss_grad_from_logits",
    "log_sigmoid",
    "logit",
    "sigmoid",
    "sigmoid_grad",
    "softplus",
    "watch",
]

EXACT = (torch.float16, torch.float32, torch.float64)


def _apply(function: np.ufunc, *tensors: Tensor) -> Tensor:
    """Apply a ufunc to CPU tensors that broadcast; it reads and writes their memory.

    Raises
    ------
    UsageError
        If a tensor is on another device.
    """
    for tensor in tensors:
        if tensor.device.type != "cpu":
            raise UsageError(
                f"{function.__name__} takes tensors on the CPU, but one is on {tensor.device}: "
                "call .cpu() first"
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
    """Round float64 results correctly to bfloat16, through float32.

    Rounding to float32 and then to bfloat16 rounds twice. It is still correct if the last bit of
    every inexact float32 is made odd before (Boldo and Melquiond 2008).
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
    """A function of one tensor, with its derivative."""

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


class _Binary(torch.autograd.Function):
    """A function of two tensors that broadcast, with its two derivatives."""

    function: np.ufunc
    slopes: tuple[Callable[[Tensor, Tensor], Tensor | int], ...]
    """The derivatives by the first and by the second tensor."""

    @classmethod
    def forward(cls, ctx: Any, z: Tensor, y: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(z, y)
        return _apply(cls.function, z, y)

    @classmethod
    def backward(cls, ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The chain rule, summed over what was broadcast."""
        tensors = ctx.saved_tensors
        return tuple(
            (gradient * slope(*tensors)).sum_to_size(tensor.shape) if needed else None
            for slope, tensor, needed in zip(cls.slopes, tensors, ctx.needs_input_grad, strict=True)
        )


class _LogLoss(_Binary):
    function = functions.log_loss_from_logits
    slopes = (lambda z, y: log_loss_grad_from_logits(z, y), lambda z, y: -z)


class _LogLossGrad(_Binary):
    function = functions.log_loss_grad_from_logits
    slopes = (lambda z, y: sigmoid_grad(z), lambda z, y: -1)


def sigmoid(x: Tensor) -> Tensor:
    """σ of a CPU tensor ``x`` of any shape.

    A floating dtype (bfloat16 too) is kept; other dtypes give float64.

    Raises
    ------
    UsageError
        If the tensor is on another device; so do all functions of this module.

    Examples
    --------
    >>> sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """
    result: Tensor = _Sigmoid.apply(x)
    return result


def sigmoid_grad(x: Tensor) -> Tensor:
    """σ′ of a CPU tensor ``x`` of any shape; dtypes as for `sigmoid`.

    Examples
    --------
    >>> sigmoid_grad(torch.tensor([0.0]))
    tensor([0.2500])
    """
    result: Tensor = _SigmoidGrad.apply(x)
    return result


def logit(p: Tensor) -> Tensor:
    """Log-odds of a CPU tensor ``p`` of probabilities, any shape; dtypes as for `sigmoid`.

    Examples
    --------
    >>> logit(torch.tensor([0.5]))
    tensor([0.])
    """
    result: Tensor = _Logit.apply(p)
    return result


def log_sigmoid(x: Tensor) -> Tensor:
    """Log σ of a CPU tensor ``x`` of any shape; dtypes as for `sigmoid`.

    Examples
    --------
    >>> log_sigmoid(torch.tensor([0.0]))
    tensor([-0.6931])
    """
    result: Tensor = _LogSigmoid.apply(x)
    return result


def softplus(x: Tensor) -> Tensor:
    """log(1 + eˣ) of a CPU tensor ``x`` of any shape; dtypes as for `sigmoid`.

    Examples
    --------
    >>> softplus(torch.tensor([0.0]))
    tensor([0.6931])
    """
    result: Tensor = _Softplus.apply(x)
    return result


def log_loss_from_logits(z: Tensor, y: Tensor) -> Tensor:
    """Log-loss in nats of log-odds z for labels y in [0, 1]; CPU tensors that broadcast.

    The dtypes are promoted.

    Examples
    --------
    >>> log_loss_from_logits(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor([0.6931])
    """
    result: Tensor = _LogLoss.apply(z, y)
    return result


def log_loss_grad_from_logits(z: Tensor, y: Tensor) -> Tensor:
    """σ(z) − y, the derivative of `log_loss_from_logits` by z; CPU tensors that broadcast.

    The dtypes are promoted.

    Examples
    --------
    >>> log_loss_grad_from_logits(torch.tensor([0.0]), torch.tensor([1.0]))
    tensor([-0.5000])
    """
    result: Tensor = _LogLossGrad.apply(z, y)
    return result
