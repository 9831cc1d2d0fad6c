"""Several vectors of sixteen float32 at once, as LLVM instructions for processors with AVX-512."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core.registry import cpu_target

LANES = 16
FLOAT = ir.FloatType()
MASK = ir.IntType(16)
WORD = ir.IntType(32)
LONG = ir.IntType(64)
FLOATS = ir.VectorType(FLOAT, LANES)
WORDS = ir.VectorType(WORD, LANES)
ALL_LANES = ir.Constant(MASK, -1)
ROUNDING_AS_SET = ir.Constant(WORD, 4)


def has_avx512() -> bool:
    """Whether the code Numba compiles here may use AVX-512."""
    features = cpu_target.target_context.codegen().magic_tuple()[2]
    return "+avx512f" in features and "+avx512dq" in features


class Vectors:
    """The operations of the kernels.

    A value is a list of ``width`` vectors, and an operation works on each of them. A single vector
    or number stands for ``width`` equal ones.
    """

    def __init__(self, builder: Any, width: int) -> None:
        self.builder = builder
        self.width = width

    def each(self, operation: Callable[..., Any], *values: Any) -> list[Any]:
        """Apply an operation to each vector."""
        rows = [value if isinstance(value, list) else [value] * self.width for value in values]
        rows = [[self.splat(v) if isinstance(v, float) else v for v in row] for row in rows]
        return [operation(*row) for row in zip(*rows, strict=True)]

    def call(self, name: str, result: Any, *args: Any) -> Any:
        """Call an LLVM intrinsic."""
        kind = ir.FunctionType(result, [arg.type for arg in args])
        module = self.builder.module
        function = module.globals.get(name) or ir.Function(module, kind, name)
        return self.builder.call(function, args)

    def lanes(self, values: tuple[float, ...]) -> Any:
        """Sixteen constants."""
        return ir.Constant(FLOATS, [ir.Constant(FLOAT, value) for value in values])

    def splat(self, value: float) -> Any:
        """A constant in all lanes."""
        return self.lanes((value,) * LANES)

    def splat_word(self, value: int) -> Any:
        """A whole number in all lanes, modulo 2³²."""
        return ir.Constant(WORDS, [ir.Constant(WORD, value & 0xFFFFFFFF)] * LANES)

    def words(self, x: Any) -> list[Any]:
        """The bits of floats."""
        return self.each(lambda v: self.builder.bitcast(v, WORDS), x)

    def floats(self, x: Any) -> list[Any]:
        """The floats with these bits."""
        return self.each(lambda v: self.builder.bitcast(v, FLOATS), x)

    def add(self, x: Any, y: Any) -> list[Any]:
        """X + y."""
        return self.each(self.builder.fadd, x, y)

    def subtract(self, x: Any, y: Any) -> list[Any]:
        """X − y."""
        return self.each(self.builder.fsub, x, y)

    def multiply(self, x: Any, y: Any) -> list[Any]:
        """X y."""
        return self.each(self.builder.fmul, x, y)

    def fma(self, x: Any, y: Any, z: Any) -> list[Any]:
        """X y + z with one rounding."""
        return self.each(lambda *v: self.call("llvm.fma.v16f32", FLOATS, *v), x, y, z)

    def negative(self, x: Any) -> list[Any]:
        """−x."""
        return self.each(self.builder.fneg, x)

    def smaller(self, bound: Any, x: Any) -> list[Any]:
        """The smaller of both; NaN if x is NaN."""
        b = self.builder
        return self.each(lambda u, v: b.select(b.fcmp_ordered("<", u, v), u, v), bound, x)

    def add_words(self, x: Any, y: Any) -> list[Any]:
        """The sum of two whole numbers modulo 2³²."""
        return self.each(self.builder.add, x, y)

    def mask_words(self, x: Any, y: Any) -> list[Any]:
        """The bits that are set in both."""
        return self.each(self.builder.and_, x, y)

    def shift_words(self, x: Any, places: int) -> list[Any]:
        """X 2^places."""
        return self.each(self.builder.shl, x, self.splat_word(places))

    def pick_words(self, how: str, x: Any, y: Any, *, signed: bool = False) -> list[Any]:
        """The greater (``">"``) or smaller (``"<"``) of two whole numbers."""
        b = self.builder
        compare = b.icmp_signed if signed else b.icmp_unsigned
        return self.each(lambda u, v: b.select(compare(how, u, v), u, v), x, y)

    def lookup(self, index: Any, values: tuple[float, ...]) -> list[Any]:
        """The entries of a table of 32 constants at the low five bits of ``index``."""
        low, high = self.lanes(values[:LANES]), self.lanes(values[LANES:])
        name = "llvm.x86.avx512.vpermi2var.ps.512"
        return self.each(lambda v: self.call(name, FLOATS, low, v, high), index)

    def clamp_magnitude(self, x: Any, bound: float) -> list[Any]:
        """The smaller of |x| and the bound; the bound for NaN."""
        kind = ir.Constant(WORD, 0b1010)
        rest = (ALL_LANES, ROUNDING_AS_SET)
        name = "llvm.x86.avx512.mask.range.ps.512"
        return self.each(
            lambda u, v: self.call(name, FLOATS, u, v, kind, u, *rest), x, self.splat(bound)
        )

    def rough_reciprocal(self, x: Any) -> list[Any]:
        """1 / x with a relative error below 2⁻¹⁴."""
        name = "llvm.x86.avx512.rcp14.ps.512"
        return self.each(lambda v: self.call(name, FLOATS, v, v, ALL_LANES), x)

    def equal(self, x: Any, y: Any) -> list[Any]:
        """Mask of the lanes in which both are equal; NaN equals nothing."""
        return self.each(lambda u, v: self.builder.fcmp_ordered("==", u, v), x, y)
