"""σ, log σ and softplus of sixteen float32 at once in pairs of float32, for AVX-512.

The float64 kernels fill eight lanes and need two conversions and a slow division for each eight.
Here everything stays in sixteen float32 lanes: e⁻ˣ as a pair (a table of 2^(j/32) in two
registers, looked up by one permutation), then

* σ = 1 / (1 + e⁻ˣ) = y (1 + d + d² + …) from the hardware's 14-bit reciprocal y, where
  d = 1 − y (1 + e⁻ˣ) is exact to 2⁻³⁶;
* log(1 + e^−|x|) = −log c + log(1 + d), where d = c (1 + e^−|x|) − 1 and c is one of 32 floats
  near 1 / (1 + e^−|x|) whose logarithms are float32 to 2⁻³⁶ (Gal 1986).

The sum is rounded once a little lower and once a little higher: where both give the same float it
is the correctly rounded result, and the lanes where they differ, one in some hundreds or
thousands, are left to the float64 kernels.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from trueodds.functions import coefficients as c
from trueodds.functions.vectors import FLOATS, LONG, MASK, WORDS, Vector


def exp_pair(v: Vector, x: Any) -> tuple[Any, Any]:
    """e⁻ˣ = e + e_low of sixteen float32 between −49 and 49, relative error about 2⁻³⁶."""
    b, splat = v.builder, v.splat
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
    return e, v.fma(e, rest, v.fma(power, r, b.fsub(power, e)))


def sigmoid_lanes(v: Vector, given: Any) -> tuple[Any, Any]:
    """σ of sixteen float32, and in which lanes it is certain."""
    b, splat = v.builder, v.splat
    # The lift keeps tiny arguments, whose products would be subnormal and slow, away from zero.
    e, e_low = exp_pair(v, b.fadd(v.clamp(given, c.REACH), splat(c.LIFT)))
    # 1 / (1 + e) = y (1 + d + d² …).
    y = v.rough_reciprocal(b.fadd(e, splat(1.0)))
    minus_y = v.negative(y)
    u = b.fsub(splat(1.0), y)
    u_low = b.fsub(b.fsub(splat(1.0), u), y)
    d = b.fadd(v.fma(minus_y, e, u), v.fma(minus_y, e_low, u_low))
    d = v.fma(d, d, d)
    result = v.fma(y, b.fadd(d, splat(-c.DOUBT)), y)
    other = v.fma(y, b.fadd(d, splat(c.DOUBT)), y)
    within = b.fcmp_ordered(">=", given, splat(-c.REACH))
    sure = b.and_(b.fcmp_ordered("==", result, other), within)
    sure = b.or_(sure, b.fcmp_ordered("<", given, splat(-c.VANISHED)))
    return b.select(within, result, ir.Constant(FLOATS, None)), sure


def softplus_lanes(v: Vector, given: Any, *, mirrored: bool = False) -> tuple[Any, Any]:
    """Softplus of sixteen float32, or of their negatives negated, and where it is certain."""
    b, splat = v.builder, v.splat
    x = v.negative(given) if mirrored else given
    zero = ir.Constant(FLOATS, None)
    e, e_low = exp_pair(v, b.fadd(v.clamp(given, c.REACH, magnitude=True), splat(c.LIFT)))
    # log(1 + e) = −log c + d − d²/2 …; c − 1 + c e is exact, for 1 − c and c e are alike in size.
    index = b.bitcast(v.fma(e, splat(c.POINTS32 - 1.0), splat(c.MAGIC_WHOLE)), WORDS)
    point = v.lookup(index, c.LOG_POINTS32)
    product = b.fmul(point, e)
    first = b.fadd(b.fsub(point, splat(1.0)), product)
    d_low = v.fma(point, e_low, v.fma(point, e, v.negative(product)))
    d = b.fadd(first, d_low)
    d_low = b.fadd(b.fsub(first, d), d_low)
    square = b.fmul(d, d)
    q = v.fma(splat(c.LOG1P_REST32[3]), d, splat(c.LOG1P_REST32[2]))
    q = v.fma(q, d, splat(c.LOG1P_REST32[1]))
    q = v.fma(q, d, splat(c.LOG1P_REST32[0]))
    rest = v.fma(square, q, d_low)
    table = v.lookup(index, c.LOG_VALUES32)
    s = b.fadd(table, d)
    rest = b.fadd(rest, b.fadd(b.fsub(table, s), d))
    t, t_low = v.two_sum(b.select(b.fcmp_ordered(">", x, zero), x, zero), s)
    rest = b.fadd(rest, t_low)
    doubt = v.fma(square, splat(c.DOUBT_SQUARE), b.fmul(t, splat(c.DOUBT_LOG)))
    result = b.fadd(t, b.fsub(rest, doubt))
    other = b.fadd(t, b.fadd(rest, doubt))
    within = b.fcmp_ordered(">=", x, splat(-c.REACH))
    sure = b.and_(b.fcmp_ordered("==", result, other), within)
    sure = b.or_(sure, b.fcmp_ordered("<", x, splat(-c.VANISHED)))
    result = b.select(within, result, zero)
    return v.negative(result) if mirrored else result, sure


def log_sigmoid_lanes(v: Vector, given: Any) -> tuple[Any, Any]:
    """Log σ of sixteen float32, and in which lanes it is certain."""
    return softplus_lanes(v, given, mirrored=True)


def sixteens(lanes: Callable[[Vector, Any], tuple[Any, Any]]) -> Any:
    """An intrinsic (source, target, sure, count) of a function of sixteen lanes.

    It writes ``count`` times 16 results to ``target``, and 16 bits for each 16 to ``sure``: a lane
    whose bit is 0 is not certain and not to be used. ``count`` is at least 1.
    """

    @intrinsic
    def walk(typingctx: Any, source: Any, target: Any, sure: Any, count: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            v = Vector(builder)
            source, target, sure, count = args
            # Ask for every constant before the loop, so that it is in a register there.
            lanes(v, ir.Constant(FLOATS, None))
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
            result, fine = lanes(v, given)
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

    return walk


sigmoid_sixteens = sixteens(sigmoid_lanes)
softplus_sixteens = sixteens(softplus_lanes)
log_sigmoid_sixteens = sixteens(log_sigmoid_lanes)
