"""Memory by address, calls by address, floating-point flags and threads, for compiled loops."""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

INT32 = types.int32
INTP = types.intp


def _pointer(element: Any) -> Any:
    """An intrinsic that turns an address into a typed pointer."""

    @intrinsic
    def pointer(typingctx: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return types.CPointer(element)(INTP), codegen

    return pointer


floats64_at = _pointer(types.float64)
floats32_at = _pointer(types.float32)
signed8_at = _pointer(types.int8)
signed16_at = _pointer(types.int16)
words8_at = _pointer(types.uint8)
words16_at = _pointer(types.uint16)
words32_at = _pointer(types.int32)
words64_at = _pointer(types.int64)


@intrinsic
def call_loop(typingctx: Any, code: Any, operands: Any, n: Any, data: Any) -> Any:
    """Call the loop at address ``code``; returns its flags."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        function = ir.FunctionType(word, [word] * 3)
        return builder.call(builder.inttoptr(values[0], function.as_pointer()), values[1:])

    return INTP(INTP, INTP, INTP, INTP), codegen


@intrinsic
def address_of(typingctx: Any, pointer: Any) -> Any:
    """The address in a pointer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ptrtoint(args[0], ir.IntType(64))

    return INTP(pointer), codegen


@intrinsic
def wide_vectors(typingctx: Any) -> Any:
    """Let the calling function use 512-bit vectors; on some machines LLVM prefers 256 bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), codegen


def stack_words(count: int) -> Any:
    """An intrinsic that returns the address of ``count`` words on the calling function's stack."""

    @intrinsic
    def words(typingctx: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            with builder.goto_entry_block():
                place = builder.alloca(ir.ArrayType(ir.IntType(64), count))
            return builder.ptrtoint(place, ir.IntType(64))

        return INTP(), codegen

    return words


@intrinsic
def take(typingctx: Any, address: Any, count: Any) -> Any:
    """Add to the word at an address, atomically; returns its value before."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", place, args[1], "monotonic")

    return INTP(INTP, INTP), codegen


raised_flags = types.ExternalFunction("fetestexcept", INT32(INT32))
clear_flags = types.ExternalFunction("feclearexcept", INT32(INT32))
raise_flags = types.ExternalFunction("feraiseexcept", INT32(INT32))
start_thread = types.ExternalFunction("pthread_create", INT32(INTP, INTP, INTP, INTP))
join_thread = types.ExternalFunction("pthread_join", INT32(INTP, INTP))
