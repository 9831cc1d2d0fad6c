"""Sixteen float32 at once, as LLVM instructions for processors with AVX-512."""

from typing import Any

from llvmlite import ir
from numba.core.registry import cpu_target

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

    def clamp(self, x: Any, bound: float, *, magnitude: bool = False) -> Any:
        """The value of smaller magnitude of x and the bound, with the sign of x or without one."""
        kind = ir.Constant(WORD, 0b1010 if magnitude else 0b0010)
        args = (x, self.splat(bound), kind, x, ir.Constant(MASK, -1))
        return self.call("llvm.x86.avx512.mask.range.ps.512", FLOATS, *args, ir.Constant(WORD, 4))

    def two_sum(self, x: Any, y: Any) -> tuple[Any, Any]:
        """X + y and what its rounding lost, exactly (Knuth)."""
        b = self.builder
        s = b.fadd(x, y)
        t = b.fsub(s, x)
        return s, b.fadd(b.fsub(x, b.fsub(s, t)), b.fsub(y, t))

    def scale(self, x: Any, power: Any) -> Any:
        """X 2^floor(power)."""
        args = (x, power, x, ir.Constant(MASK, -1), ir.Constant(WORD, 4))
        return self.call("llvm.x86.avx512.mask.scalef.ps.512", FLOATS, *args)

    def rough_reciprocal(self, x: Any) -> Any:
        """1 / x within 2⁻¹⁴."""
        args = (x, x, ir.Constant(MASK, -1))
        return self.call("llvm.x86.avx512.rcp14.ps.512", FLOATS, *args)
