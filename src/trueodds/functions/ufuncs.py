"""NumPy ufuncs whose loops are compiled at the first call.

The import makes ufuncs around inner loops that are not compiled yet. The first call for a dtype
loads the compiled loop from Numba's cache on disk, or compiles it. It writes the loop's address
into the ufunc's table and runs the loop. After that NumPy calls the machine code directly.
"""

import ctypes
import os
import threading
from typing import Any, Final

import numpy as np
from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

LEAST_PER_THREAD: Final = 1 << 18
"""Least number of values of a thread: with fewer, its start takes longer than it saves."""

LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_ssize_t] * 4)
NARROW: Final = {"?": 1, "B": 1, "b": 2, "H": 3, "h": 4}
"""Integers that NumPy would convert to float16 or float32: separate loops give float64."""
LOOPS: Final = ("?d", "bd", "Bd", "hd", "Hd", "ee", "ff", "dd")
"""Dtypes of operands and result; NumPy takes the first pair that can hold the arguments."""

_loading = threading.RLock()
_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_plans: list["Plan"] = []


class Plan:
    """One loop of one ufunc: its slot in the ufunc's table, and the data of the loop."""

    def __init__(self, name: str, given: str, result: str, operands: int) -> None:
        self.name = name
        self.dtype = dtype = np.dtype(result)
        numbers = [np.dtype(given).num] * (operands - 1)
        self.types = bytes([*numbers, dtype.num])
        self.operands = operands
        self.words = np.array(
            [0, 0, operands, dtype.itemsize, LEAST_PER_THREAD, _threads, 0, NARROW.get(given, 0)],
            dtype=np.int64,
        )
        self.table: np.ndarray[Any, np.dtype[np.uint16]] | None = None
        self.first_call = LOOP(self.load_and_run)
        self.slot: Any = None
        _plans.append(self)

    def load_and_run(self, args: int, dims: int, steps: int, data: int) -> None:
        """The inner loop of a first call: replace it by the compiled loop, and run that."""
        try:
            address = self.load()
        except BaseException:
            # NumPy ignores an exception here: the results must not look computed.
            self.fill_with_nan(args, dims, steps)
            raise
        LOOP(address)(args, dims, steps, data)

    def load(self) -> int:
        """Compile or load the loop; returns the address that NumPy calls from now on."""
        with _loading:
            from trueodds.functions import driver, loops

            bits = self.dtype.itemsize * 8
            code = getattr(loops, f"{self.name}{bits}", None)
            if code is None:
                code = loops.table16
            if bits == 16 and self.operands == 2:
                self.table = half_table(UFUNCS[self.name])
                self.words[1] = self.table.ctypes.data
            self.words[6] = driver.THREAD_BODY.address
            self.words[0] = code.address
            address: int = driver.DRIVER.address
            self.slot(address)
            return address

    def fill_with_nan(self, args: int, dims: int, steps: int) -> None:
        """Write NaN to every result of this call."""
        word = ctypes.POINTER(ctypes.c_ssize_t)
        start = ctypes.cast(args, word)[self.operands - 1]
        step = ctypes.cast(steps, word)[self.operands - 1]
        n = ctypes.cast(dims, word)[0]
        if step == self.dtype.itemsize:
            ctypes.memset(start, 0xFF, n * step)
            return
        for i in range(n):
            ctypes.memset(start + i * step, 0xFF, self.dtype.itemsize)


def half_table(function: np.ufunc) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Bits of the float16 results of all float16, shape (65,536,): float64 results rounded once."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    with np.errstate(all="ignore"):
        results: np.ndarray[Any, np.dtype[np.uint16]] = (
            function(halves.astype(np.float64)).astype(np.float16).view(np.uint16)
        )
    return results


def make_ufunc(name: str, doc: str, operands: int) -> np.ufunc:
    """Make a ufunc of ``operands`` arrays, with the result, for every pair of `LOOPS`."""
    plans = [Plan(name, given, result, operands) for given, result in LOOPS]
    count = len(plans)
    functions = (ctypes.c_void_p * count)(
        *(ctypes.cast(plan.first_call, ctypes.c_void_p) for plan in plans)
    )
    data = (ctypes.c_void_p * count)(*(plan.words.ctypes.data for plan in plans))
    types = ctypes.create_string_buffer(b"".join(plan.types for plan in plans))
    text, title = ctypes.c_char_p(doc.encode()), ctypes.c_char_p(name.encode())
    for i, plan in enumerate(plans):
        plan.slot = lambda address, i=i: functions.__setitem__(i, address)
    made: np.ufunc = _create(functions, data, types, count, operands - 1, 1, -1, title, text, 0)
    _kept.append((functions, data, types, text, title))
    return made


def _numpy_constructor() -> Any:
    """``PyUFunc_FromFuncAndData``, entry 1 of the ufunc table of NumPy's C interface."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(
        pointer(_multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p)
    )
    prototype = ctypes.PYFUNCTYPE(
        ctypes.py_object,
        *[ctypes.c_void_p] * 3,
        *[ctypes.c_int] * 4,
        *[ctypes.c_char_p] * 2,
        ctypes.c_int,
    )
    return prototype(table[1])


_create = _numpy_constructor()
_kept: list[Any] = []


def set_threads(count: int) -> int:
    """Set the number of threads for large arrays, and return the number before.

    Parameters
    ----------
    count
        Most threads, ≥ 1; 1 uses only the caller's. The default is the number of cores that this
        process may use.

    Raises
    ------
    ValueError
        If ``count`` is below 1.
    """
    global _threads
    if count < 1:
        raise ValueError(f"set_threads takes a count of 1 or more, found {count}")
    before, _threads = _threads, count
    for plan in _plans:
        plan.words[5] = count
    return before


DOCUMENTATION: Final = {
    "sigmoid": (
        2,
        """sigmoid(x, /, out=None, *, where=True, ...)

1 / (1 + exp(-x)): the probability whose log-odds are x.

float16, float32 and float64 are kept, integers give float64. Results are correctly rounded for
every float16 and float32, and within 0.51 ULP in float64, subnormal results included.""",
    ),
    "sigmoid_grad": (
        2,
        """sigmoid_grad(x, /, out=None, *, where=True, ...)

sigmoid(x) * sigmoid(-x): the derivative of sigmoid at x, at most 1/4.

Dtypes and exactness as for sigmoid.""",
    ),
    "logit": (
        2,
        """logit(p, /, out=None, *, where=True, ...)

log(p / (1 - p)): the log-odds of a probability, the inverse of sigmoid.

-inf at 0 and inf at 1 (divide by zero), NaN outside [0, 1] (invalid value). Dtypes and exactness
as for sigmoid.""",
    ),
    "log_sigmoid": (
        2,
        """log_sigmoid(x, /, out=None, *, where=True, ...)

log(sigmoid(x)) = -softplus(-x), accurate in both tails.

Dtypes and exactness as for sigmoid.""",
    ),
    "softplus": (
        2,
        """softplus(x, /, out=None, *, where=True, ...)

log(1 + exp(x)), whose derivative is sigmoid.

Dtypes and exactness as for sigmoid.""",
    ),
    "log_loss_from_logits": (
        3,
        """log_loss_from_logits(z, y, /, out=None, *, where=True, ...)

-y log(sigmoid(z)) - (1 - y) log(sigmoid(-z)): the loss of log-odds z for a label y in [0, 1].

Computed in float64 and rounded once to the operands' dtype.""",
    ),
    "log_loss_grad_from_logits": (
        3,
        """log_loss_grad_from_logits(z, y, /, out=None, *, where=True, ...)

sigmoid(z) - y: the derivative of log_loss_from_logits by z.

Computed in float64, without cancellation where sigmoid(z) is near y, and rounded once.""",
    ),
}

UFUNCS: Final[dict[str, np.ufunc]] = {
    name: make_ufunc(name, doc, operands) for name, (operands, doc) in DOCUMENTATION.items()
}
