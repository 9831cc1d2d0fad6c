"""What 512-bit instructions cost on this processor, measured: cycles alone and beside others.

The processor's manual and LLVM's tables say which execution ports an instruction may take; here it
shows by what it slows down. A function of nothing but independent copies of it is timed, and one
that mixes them with as many multiplications, or additions, of which one starts in a cycle.
"""

import ctypes
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm

COPIES = 24
MULTIPLY = "vmulps %zmm30, %zmm31, %zmm{}"
ADD = "vaddps %zmm30, %zmm31, %zmm{}"
ROUNDS = 60
_engines: list[Any] = []


def assemble(body: str) -> Callable[[int], None]:
    """A function of a count: runs the instructions that often, all vectors being ones."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.initialize_native_asmparser()
    name = f"ports{len(_engines)}"
    ones = "\n".join(f"vmovaps %zmm0, %zmm{i}" for i in range(1, 32))
    text = f"""
.text
.globl {name}
.p2align 6
{name}:
movl $0x3f800000, %eax
vpbroadcastd %eax, %zmm0
{ones}
kxnorw %k1, %k1, %k1
kxnorw %k2, %k2, %k2
.p2align 6
1:
{body}
decq %rdi
jnz 1b
vzeroupper
ret
"""
    quoted = text.replace("\n", "\\0A")
    code = (
        f'module asm "{quoted}"\ndeclare void @{name}(i64)\n'
        f"define void @call_{name}(i64 %n) {{\n call void @{name}(i64 %n)\n ret void\n}}\n"
    )
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten()
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(code), machine)
    engine.finalize_object()
    _engines.append(engine)
    address = engine.get_function_address(f"call_{name}")
    return ctypes.CFUNCTYPE(None, ctypes.c_int64)(address)


def seconds(function: Callable[[int], None], turns: int = 1000) -> float:
    """Least time of one turn."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        function(turns)
        best = min(best, time.perf_counter() - began)
    return best / turns


def seconds_of_a_cycle() -> float:
    """A chain of additions of whole numbers takes one cycle each."""
    return seconds(assemble("addq $1, %rax\n" * 64)) / 64


def template(line: str) -> str:
    """An instruction of AT&T syntax with constant sources and ``{}`` for its target's number."""
    name, _, rest = line.partition("\t")
    operands = re.findall(r"[^,(]*\([^)]*\)[^,]*|[^,]+", rest.split("#")[0])
    given = []
    for operand in (operand.strip() for operand in operands[:-1]):
        constant = operand.startswith(("$", "%k"))
        given.append(operand if constant else "%zmm31")
    target = "%k{}" if operands[-1].strip().startswith("%k") else "%zmm{}"
    return f"{name} {', '.join([*given, target])}"


def repeated(*templates: str) -> str:
    """``COPIES`` of each in turn, with targets that nothing waits for."""
    lines = []
    for i in range(COPIES):
        for j, text in enumerate(templates):
            number = 3 + i % 5 if "%k{" in text else (len(templates) * i + j) % 24
            lines.append(text.format(number))
    return "\n".join(lines)


@dataclass(frozen=True)
class Cost:
    """Cycles that one instruction takes from the processor."""

    alone: float
    multipliers: float
    """Of those, cycles in which no multiplication can start, …"""
    adders: float
    """… and no addition."""

    @property
    def kind(self) -> str:
        """The pair of ports that it occupies."""
        if self.multipliers > 0.75 * self.alone:
            return "multipliers"
        return "adders" if self.adders > 0.75 * self.alone else "either"


def cost(text: str, cycle: float) -> Cost:
    """Measure an instruction's template."""
    one = seconds(assemble(repeated(text))) / cycle / COPIES
    beside = [
        seconds(assemble(repeated(text, other))) / cycle / COPIES - max(one, 1.0)
        for other in (MULTIPLY, ADD)
    ]
    return Cost(one, *(max(0.0, value) for value in beside))
