"""The two stages of a kernel as one loop over memory, in which both stages run together.

A value passes through some twenty operations. Each waits for the one before, for 70 to 80 cycles
together. The processor reads only some 130 operations of 512 bits ahead, three or four such chains.
So the loop interleaves them: it works on two vectors at once, and on the second stage of one pair
together with the first stage of the next. LLVM then mixes their instructions.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from trueodds.functions import coefficients as c
from trueodds.functions.avx512_kernels import Stage, sigmoid_first, sigmoid_second, softplus_stages
from trueodds.functions.avx512_vectors import FLOATS, LONG, MASK, Vectors

WIDTH = 2
"""Vectors of one step; the number of vectors of a loop is a multiple of it."""


class Memory:
    """Loads and stores of ``WIDTH`` vectors or masks at a time."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def places(self, base: Any, i: Any, kind: Any, size: int) -> list[Any]:
        """Addresses of the vectors or masks from number i on."""
        b = self.builder
        start = b.add(base, b.mul(i, ir.Constant(LONG, size)))
        steps = [b.add(start, ir.Constant(LONG, size * j)) for j in range(WIDTH)]
        return [b.inttoptr(step, kind.as_pointer()) for step in steps]

    def load(self, base: Any, i: Any) -> list[Any]:
        """The vectors from number i on."""
        found = [self.builder.load(place) for place in self.places(base, i, FLOATS, 64)]
        for value in found:
            value.align = 4
        return found

    def store(self, base: Any, i: Any, values: list[Any]) -> None:
        """Store vectors from number i on."""
        for place, value in zip(self.places(base, i, FLOATS, 64), values, strict=True):
            self.builder.store(value, place).align = 4

    def store_masks(self, base: Any, i: Any, masks: list[Any]) -> None:
        """Store masks, one bit a lane, from number i on."""
        for place, mask in zip(self.places(base, i, MASK, 2), masks, strict=True):
            self.builder.store(self.builder.bitcast(mask, MASK), place).align = 2

    def load_masks(self, base: Any, i: Any) -> list[Any]:
        """The masks from number i on."""
        found = [self.builder.load(place) for place in self.places(base, i, MASK, 2)]
        for value in found:
            value.align = 2
        return found


def write_loop(builder: Any, count: Any, state: Any, body: Any) -> None:
    """Call ``body`` (number of the first vector, state) → state for every ``WIDTH`` vectors.

    ``state`` is a list of lists of LLVM values that one step passes to the next.
    """
    before = builder.block
    loop = builder.append_basic_block("sixteen")
    after = builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    i = builder.phi(LONG)
    i.add_incoming(ir.Constant(LONG, 0), before)
    held = [[builder.phi(value.type) for value in row] for row in state]
    for row, values in zip(held, state, strict=True):
        for phi, value in zip(row, values, strict=True):
            phi.add_incoming(value, before)
    following = body(i, held)
    step = builder.add(i, ir.Constant(LONG, WIDTH))
    i.add_incoming(step, loop)
    for row, values in zip(held, following, strict=True):
        for phi, value in zip(row, values, strict=True):
            phi.add_incoming(value, loop)
    builder.cbranch(builder.icmp_signed("<", step, count), loop, after)
    builder.position_at_end(after)


def sixteens(first: Stage, second: Stage) -> Any:
    """An intrinsic (source, target, sure, count) of a function's two stages.

    It writes ``count`` vectors of 16 results to ``target`` and one mask a vector to ``sure``. A
    result whose bit is 0 is uncertain and must not be used. ``count`` is a positive multiple of
    `WIDTH`.
    """

    @intrinsic
    def walk(typingctx: Any, source: Any, target: Any, sure: Any, count: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            v, memory = Vectors(builder, WIDTH), Memory(builder)
            source, target, sure, count = args
            last = builder.sub(count, ir.Constant(LONG, WIDTH))

            def body(i: Any, state: Any) -> Any:
                ahead = builder.add(i, ir.Constant(LONG, WIDTH))
                ahead = builder.select(builder.icmp_signed("<", ahead, last), ahead, last)
                given = memory.load(source, ahead)
                following = first(v, given)
                result, fine = second(v, state)
                memory.store(target, i, result)
                memory.store_masks(sure, i, fine)
                return following

            given = memory.load(source, ir.Constant(LONG, 0))
            write_loop(builder, count, first(v, given), body)
            return context.get_dummy_value()

        return types.void(types.intp, types.intp, types.intp, types.intp), codegen

    return walk


def vanished(*, mirrored: bool) -> Any:
    """An intrinsic (source, target, sure, count) that completes results that are zero.

    Where x, or −x for log σ, is below −VANISHED, ``target`` becomes 0, or −0 for log σ, and its bit
    in ``sure`` becomes 1.
    """

    @intrinsic
    def walk(typingctx: Any, source: Any, target: Any, sure: Any, count: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            v, memory = Vectors(builder, WIDTH), Memory(builder)
            source, target, sure, count = args
            edge = v.splat(c.VANISHED if mirrored else -c.VANISHED)
            zero = v.splat(-0.0 if mirrored else 0.0)
            how = ">" if mirrored else "<"

            def body(i: Any, state: Any) -> Any:
                beyond = v.each(
                    lambda x: builder.fcmp_ordered(how, x, edge), memory.load(source, i)
                )
                found = v.each(builder.select, beyond, zero, memory.load(target, i))
                memory.store(target, i, found)
                bits = v.each(lambda mask: builder.bitcast(mask, MASK), beyond)
                memory.store_masks(sure, i, v.each(builder.or_, bits, memory.load_masks(sure, i)))
                return state

            write_loop(builder, count, [], body)
            return context.get_dummy_value()

        return types.void(types.intp, types.intp, types.intp, types.intp), codegen

    return walk


sigmoid_sixteens = sixteens(sigmoid_first, sigmoid_second)
softplus_sixteens = sixteens(*softplus_stages())
log_sigmoid_sixteens = sixteens(*softplus_stages(mirrored=True))
settle_vanished = vanished(mirrored=False)
settle_vanished_log_sigmoid = vanished(mirrored=True)
