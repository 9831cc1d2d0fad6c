"""σ of sixteen float32 at once in pairs of float32, for processors with AVX-512.

The float64 kernel fills eight lanes and needs two conversions and a slow division for each eight.
Here everything stays in sixteen float32 lanes: e⁻ˣ as a pair (a table of 2^(j/32) in two
registers, looked up by one permutation), and 1 / (1 + e⁻ˣ) = y (1 + d + d² + …) from the hardware's
14-bit reciprocal y, where d = 1 − y (1 + e⁻ˣ) is exact to 2⁻³⁶. The sum is rounded once, with d
a little lower and a little higher: where both give the same float it is the correctly rounded
result, and the lanes where they differ, about one in 2,000, are left to the float64 kernel.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from trueodds.functions import coefficients as c

LANES = 16
FLOAT = ir.FloatType()
BIT = ir.IntType(1)
MASK = ir.IntType(16)
WORD = ir.IntType(32)
LONG = ir.IntType(64)
FLOATS = ir.VectorType(FLOAT, LANES)
WORDS = ir.VectorType(WORD, LANES)


def has_avx512() -> bool:
    """Whether the code Numba compiles here may use AVX-512."""
    features = cpu_target.target_context.codegen().magic_tuple()[2]
    return "+avx512f" in features and "+avx512dq" in features


class Vector:
    """The few vector operations the kernel is written with."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder
        self.module = builder.module
        self.constants: dict[tuple[float, ...], Any] = {}

    def lanes(self, values: tuple[float, ...]) -> Any:
        """Sixteen constants in a register; asked for before a loop, they stay in it.

        LLVM would rather fetch a constant anew each time: an empty piece of assembly, which might
        have changed it, takes that choice away.
        """
        if values not in self.constants:
            constant = ir.Constant(FLOATS, [ir.Constant(FLOAT, value) for value in values])
            keep = ir.InlineAsm(ir.FunctionType(FLOATS, [FLOATS]), "", "=v,0")
            self.constants[values] = self.builder.call(keep, [constant])
        return self.constants[values]

    def splat(self, value: float) -> Any:
        """A constant in all lanes."""
        return self.lanes((value,) * LANES)

    def call(self, name: str, result: Any, *args: Any) -> Any:
        """Call an LLVM intrinsic."""
        kind = ir.FunctionType(result, [arg.type for arg in args])
        function = self.module.globals.get(name) or ir.Function(self.module, kind, name)
        return self.builder.call(function, args)

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """X y + z with one rounding."""
        return self.call("llvm.fma.v16f32", FLOATS, x, y, z)

    def negative(self, x: Any) -> Any:
        """−x."""
        return self.builder.fneg(x)

    def lookup(self, index: Any, values: Any) -> Any:
        """Of 32 constants, those that the low five bits of ``index`` name."""
        low, high = self.lanes(values[:LANES]), self.lanes(values[LANES:])
        return self.call("llvm.x86.avx512.vpermi2var.ps.512", FLOATS, low, index, high)

    def clamp(self, x: Any, bound: float) -> Any:
        """The value of smaller magnitude of x and the bound, with the sign of x."""
        args = (x, self.splat(bound), ir.Constant(WORD, 2), x, ir.Constant(MASK, -1))
        return self.call("llvm.x86.avx512.mask.range.ps.512", FLOATS, *args, ir.Constant(WORD, 4))

    def scale(self, x: Any, power: Any) -> Any:
        """X 2^floor(power)."""
        args = (x, power, x, ir.Constant(MASK, -1), ir.Constant(WORD, 4))
        return self.call("llvm.x86.avx512.mask.scalef.ps.512", FLOATS, *args)

    def rough_reciprocal(self, x: Any) -> Any:
        """1 / x within 2⁻¹⁴."""
        args = (x, x, ir.Constant(MASK, -1))
        return self.call("llvm.x86.avx512.rcp14.ps.512", FLOATS, *args)


def sigmoid_lanes(v: Vector, given: Any) -> tuple[Any, Any]:
    """σ of sixteen float32, and in which lanes it is certain."""
    b, splat = v.builder, v.splat
    # The lift keeps tiny arguments, whose products would be subnormal and slow, away from zero.
    x = b.fadd(v.clamp(given, c.REACH), splat(c.LIFT))
    # e⁻ˣ = 2ᵏ eʳ, k a multiple of 1/32.
    shifted = v.fma(x, splat(-c.LOG2E), splat(c.MAGIC_32NDS))
    k = b.fsub(shifted, splat(c.MAGIC_32NDS))
    r = v.fma(k, splat(-c.LN2_SINGLE), v.negative(x))
    index = b.bitcast(shifted, WORDS)
    tail = v.fma(k, splat(-c.LN2_SINGLE_LOW), v.lookup(index, c.POWERS32_LOW))
    square = b.fmul(r, r)
    square = v.fma(square, tail, square)
    p = v.fma(splat(c.EXPM1_REST32[2]), r, splat(c.EXPM1_REST32[1]))
    p = v.fma(p, r, splat(c.EXPM1_REST32[0]))
    rest = v.fma(square, p, tail)
    power = v.scale(v.lookup(index, c.POWERS32), k)
    e = v.fma(power, r, power)
    e_low = v.fma(e, rest, v.fma(power, r, b.fsub(power, e)))
    # 1 / (1 + e) = y (1 + d + d² …).
    y = v.rough_reciprocal(b.fadd(e, splat(1.0)))
    minus_y = v.negative(y)
    u = b.fsub(splat(1.0), y)
    u_low = b.fsub(b.fsub(splat(1.0), u), y)
    d = b.fadd(v.fma(minus_y, e, u), v.fma(minus_y, e_low, u_low))
    d = v.fma(d, d, d)
    result = v.fma(y, b.fadd(d, splat(-c.DOUBT)), y)
    other = v.fma(y, b.fadd(d, splat(c.DOUBT)), y)
    same = b.fcmp_ordered("==", result, other)
    return result, b.and_(same, b.fcmp_ordered(">=", given, splat(-c.REACH)))


@intrinsic
def sigmoid_sixteens(typingctx: Any, source: Any, target: Any, sure: Any, count: Any) -> Any:
    """Write σ of ``count`` times 16 float32 to ``target``, and 16 bits for each 16 to ``sure``.

    A lane whose bit is 0 is not certain and not to be used. ``count`` is at least 1.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        v = Vector(builder)
        source, target, sure, count = args
        # Ask for every constant before the loop, so that it is in a register there.
        sigmoid_lanes(v, ir.Constant(FLOATS, None))
        before = builder.block
        body = builder.append_basic_block("sixteen")
        after = builder.append_basic_block("done")
        builder.branch(body)
        builder.position_at_end(body)
        i = builder.phi(LONG)
        i.add_incoming(ir.Constant(LONG, 0), before)
        offset = builder.shl(i, ir.Constant(LONG, 6))
        place = builder.inttoptr(builder.add(source, offset), FLOATS.as_pointer())
        given = builder.load(place)
        given.align = 4
        result, fine = sigmoid_lanes(v, given)
        place = builder.inttoptr(builder.add(target, offset), FLOATS.as_pointer())
        builder.store(result, place).align = 4
        offset = builder.shl(i, ir.Constant(LONG, 1))
        place = builder.inttoptr(builder.add(sure, offset), MASK.as_pointer())
        builder.store(builder.bitcast(fine, MASK), place).align = 2
        following = builder.add(i, ir.Constant(LONG, 1))
        i.add_incoming(following, body)
        builder.cbranch(builder.icmp_signed("<", following, count), body, after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp, types.intp), codegen
