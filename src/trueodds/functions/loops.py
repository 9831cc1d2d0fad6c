"""The compiled loops: each applies one function to contiguous memory; ``driver`` calls them.

A loop takes the address of its operands' addresses, the number of values and a word of data. It
returns the exceptional flags of the function (`INVALID`, `DIVIDE`).

The loops are written out one by one, although they are alike. Numba's cache on disk finds compiled
functions by name: it confuses inner functions of a factory, or specialisations of one function.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from collections.abc import Callable
from functools import cached_property
from typing import Any

from numba import carray, float32, float64, types

from trueodds.functions import float16, kernels
from trueodds.functions.cache import c_function
from trueodds.functions.float32_walks import LOG_SIGMOID, SIGMOID, SOFTPLUS, walk
from trueodds.functions.low_level import address_of, wide_vectors, words16_at

INVALID = 1
DIVIDE = 2
ONES = 0x7FFF


class Loop:
    """A function that is compiled, or loaded from the cache on disk, when its address is read."""

    def __init__(self, function: Callable[..., Any], signature: Any) -> None:
        self.function = function
        self.signature = signature

    @cached_property
    def compiled(self) -> Any:
        """The C function; it exists as long as this object."""
        return c_function(self.signature, self.function)

    @property
    def address(self) -> int:
        """Address of its machine code."""
        address: int = self.compiled.address
        return address


def loop(operand: Any) -> Callable[[Callable[..., Any]], Loop]:
    """Decorator of a loop over contiguous operands of one type: (operands, n, data) → flags."""
    signature = types.intp(types.CPointer(types.CPointer(operand)), types.intp, types.intp)
    return lambda function: Loop(function, signature)


@loop(types.uint16)
def table16(operands, n, data):
    """A float16 function that raises no flags, from the table of its 65,536 results."""
    table = carray(words16_at(data), 65536)
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = table[x[i]]
    return 0


@loop(types.uint16)
def logit16(operands, n, data):
    """As ``table16``, with the flags of logit: INVALID for a new NaN, DIVIDE for an infinity."""
    table = carray(words16_at(data), 65536)
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    flags = 0
    for i in range(n):
        p = x[i]
        result = table[p]
        y[i] = result
        if (result & ONES) > 0x7C00 and (p & ONES) <= 0x7C00:
            flags |= INVALID
        if (result & ONES) == 0x7C00:
            flags |= DIVIDE
    return flags


@loop(types.float32)
def sigmoid32(operands, n, data):
    """σ of float32."""
    walk(SIGMOID, address_of(operands[0]), address_of(operands[1]), n)
    return 0


@loop(types.float64)
def sigmoid64(operands, n, data):
    """σ of float64."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = kernels.sigmoid64(x[i])
    return 0


@loop(types.float32)
def sigmoid_grad32(operands, n, data):
    """σ′ of float32."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = kernels.sigmoid_grad32(x[i])
    return 0


@loop(types.float64)
def sigmoid_grad64(operands, n, data):
    """σ′ of float64."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = kernels.sigmoid_grad64(x[i])
    return 0


@loop(types.float32)
def softplus32(operands, n, data):
    """log(1 + eˣ) of float32."""
    walk(SOFTPLUS, address_of(operands[0]), address_of(operands[1]), n)
    return 0


@loop(types.float64)
def softplus64(operands, n, data):
    """log(1 + eˣ) of float64."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = kernels.softplus64(x[i])
    return 0


@loop(types.float32)
def log_sigmoid32(operands, n, data):
    """Log σ of float32."""
    walk(LOG_SIGMOID, address_of(operands[0]), address_of(operands[1]), n)
    return 0


@loop(types.float64)
def log_sigmoid64(operands, n, data):
    """Log σ of float64."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    for i in range(n):
        y[i] = kernels.log_sigmoid64(x[i])
    return 0


@loop(types.float32)
def logit32(operands, n, data):
    """Log-odds of float32; the flags say if a probability was outside [0, 1], or 0 or 1."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    outside = False
    edge = False
    for i in range(n):
        p = x[i]
        y[i] = kernels.logit32(p)
        outside |= (p < float32(0.0)) | (p > float32(1.0))
        edge |= (p == float32(0.0)) | (p == float32(1.0))
    return INVALID * outside + DIVIDE * edge


@loop(types.float64)
def logit64(operands, n, data):
    """Log-odds of float64; the flags say if a probability was outside [0, 1], or 0 or 1."""
    wide_vectors()
    x = carray(operands[0], n)
    y = carray(operands[1], n)
    outside = False
    edge = False
    for i in range(n):
        p = x[i]
        y[i] = kernels.logit64(p)
        outside |= (p < 0.0) | (p > 1.0)
        edge |= (p == 0.0) | (p == 1.0)
    return INVALID * outside + DIVIDE * edge


@loop(types.uint16)
def log_loss_from_logits16(operands, n, data):
    """Log-loss of float16."""
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    loss = carray(operands[2], n)
    for i in range(n):
        value = kernels.log_loss_from_logits(float16.to_float64(z[i]), float16.to_float64(y[i]))
        loss[i] = float16.from_float64(value)
    return 0


@loop(types.float32)
def log_loss_from_logits32(operands, n, data):
    """Log-loss of float32."""
    wide_vectors()
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    loss = carray(operands[2], n)
    for i in range(n):
        loss[i] = float32(kernels.log_loss_from_logits(float64(z[i]), float64(y[i])))
    return 0


@loop(types.float64)
def log_loss_from_logits64(operands, n, data):
    """Log-loss of float64."""
    wide_vectors()
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    loss = carray(operands[2], n)
    for i in range(n):
        loss[i] = kernels.log_loss_from_logits(z[i], y[i])
    return 0


@loop(types.uint16)
def log_loss_grad_from_logits16(operands, n, data):
    """Slope of the log-loss of float16."""
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    slope = carray(operands[2], n)
    for i in range(n):
        value = kernels.log_loss_grad_from_logits(
            float16.to_float64(z[i]), float16.to_float64(y[i])
        )
        slope[i] = float16.from_float64(value)
    return 0


@loop(types.float32)
def log_loss_grad_from_logits32(operands, n, data):
    """Slope of the log-loss of float32."""
    wide_vectors()
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    slope = carray(operands[2], n)
    for i in range(n):
        slope[i] = float32(kernels.log_loss_grad_from_logits(float64(z[i]), float64(y[i])))
    return 0


@loop(types.float64)
def log_loss_grad_from_logits64(operands, n, data):
    """Slope of the log-loss of float64."""
    wide_vectors()
    z = carray(operands[0], n)
    y = carray(operands[1], n)
    slope = carray(operands[2], n)
    for i in range(n):
        slope[i] = kernels.log_loss_grad_from_logits(z[i], y[i])
    return 0
