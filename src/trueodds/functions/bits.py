"""Building blocks of kernels: bits of floats, multiply-add, select, and the jit decorator."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from trueodds.functions.cache import jit

kernel = jit(error_model="numpy", forceinline=True)
"""Decorator of kernels. Division by zero gives an infinity, as in IEEE 754: a check for it would
prevent vectorisation."""


@intrinsic
def float_bits(typingctx: Any, value: Any) -> Any:
    """Bits of a float32 or float64 as the signed integer of the same width."""
    if value == types.float64:
        result, llvm = types.int64, ir.IntType(64)
    elif value == types.float32:
        result, llvm = types.int32, ir.IntType(32)
    else:
        raise TypingError(f"float_bits takes float32 or float64, found {value}")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], llvm)

    return result(value), codegen


@intrinsic
def bits_float(typingctx: Any, value: Any) -> Any:
    """The float whose bits are a given int32 or int64."""
    if value == types.int64:
        result, llvm = types.float64, ir.DoubleType()
    elif value == types.int32:
        result, llvm = types.float32, ir.FloatType()
    else:
        raise TypingError(f"bits_float takes int32 or int64, found {value}")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], llvm)

    return result(value), codegen


@intrinsic
def fma(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    """Compute x y + z with one rounding."""
    if not (x == y == z and x in (types.float32, types.float64)):
        raise TypingError(f"fma takes three floats of one width, found {x}, {y}, {z}")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return x(x, x, x), codegen


@intrinsic
def select(typingctx: Any, condition: Any, yes: Any, no: Any) -> Any:
    """``yes`` where the condition holds, else ``no``, without a branch, so that it vectorises."""
    if yes != no or condition != types.boolean:
        raise TypingError(
            f"select takes a boolean and two values of one type, found {condition}, {yes}, {no}"
        )

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return yes(condition, yes, no), codegen


@intrinsic
def lowest_bit(typingctx: Any, word: Any) -> Any:
    """Position of the lowest bit that is set in a uint64 other than zero."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen
