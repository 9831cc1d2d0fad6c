"""NumPy ufuncs that are made when their name is first asked for.

A ufunc is made around compiled inner loops, which come from the cache on disk or are compiled.
NumPy then calls the machine code directly. A failure is an exception where the name is asked for,
so no call gives a number that was not computed.
"""

import ctypes
import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

from trueodds.errors import KernelError

LEAST_PER_THREAD: Final = 1 << 18
"""Least number of values of a thread: with fewer, its start takes longer than it saves."""

NARROW: Final = {"?": 1, "B": 1, "b": 2, "H": 3, "h": 4}
"""Integers that NumPy would convert to float16 or float32: separate loops give float64."""
LOOPS: Final = ("?d", "bd", "Bd", "hd", "Hd", "ee", "ff", "dd")
"""Dtypes of operands and result; NumPy takes the first pair that can hold the arguments."""
THREADS: Final = 5
"""Position of the largest number of threads in a plan, see `trueodds.functions.driver`."""

_making = threading.RLock()
_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_plans: list[np.ndarray[Any, np.dtype[np.int64]]] = []


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
    from trueodds.functions import driver, loops

    plans, types = [], []
    for given, result in LOOPS:
        dtype = np.dtype(result)
        loop = getattr(loops, f"{name}{dtype.itemsize * 8}", loops.table16)
        words = [loop.address, 0, operands, dtype.itemsize, LEAST_PER_THREAD, _threads]
        words += [driver.THREAD_BODY.address, NARROW.get(given, 0)]
        plans.append(np.array(words, dtype=np.int64))
        types += [np.dtype(given).num] * (operands - 1) + [dtype.num]
    count = len(plans)
    functions = (ctypes.c_void_p * count)(*[driver.DRIVER.address] * count)
    data = (ctypes.c_void_p * count)(*(words.ctypes.data for words in plans))
    kinds = ctypes.create_string_buffer(bytes(types))
    text, title = ctypes.c_char_p(doc.encode()), ctypes.c_char_p(name.encode())
    made: np.ufunc = _create(functions, data, kinds, count, operands - 1, 1, -1, title, text, 0)
    _kept.append((functions, data, kinds, text, title))
    if operands == 2:
        table = half_table(made)
        plans[LOOPS.index("ee")][1] = table.ctypes.data
        _kept.append(table)
    _plans.extend(plans)
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

    Examples
    --------
    >>> before = trueodds.functions.set_threads(1)
    >>> trueodds.functions.set_threads(before)
    1
    """
    global _threads
    if count < 1:
        raise ValueError(f"set_threads takes a count of 1 or more, found {count}")
    before, _threads = _threads, count
    for words in _plans:
        words[THREADS] = count
    return before


DOCUMENTATION: Final = {
    "sigmoid": (
        2,
        """sigmoid(x, /, out=None, *, where=True, ...)

1 / (1 + exp(-x)): the probability whose log-odds are x.

float16, float32 and float64 are kept, integers give float64. Results are correctly rounded for
every float16 and float32, and within 0.51 ULP in float64, subnormal results included.

Examples
--------
>>> sigmoid(np.array([-2.0, 0.0, 2.0], dtype=np.float32))
array([0.11920292, 0.5       , 0.8807971 ], dtype=float32)""",
    ),
    "sigmoid_grad": (
        2,
        """sigmoid_grad(x, /, out=None, *, where=True, ...)

sigmoid(x) * sigmoid(-x): the derivative of sigmoid at x, at most 1/4.

Dtypes and exactness as for sigmoid.

Examples
--------
>>> float(sigmoid_grad(0.0))
0.25""",
    ),
    "logit": (
        2,
        """logit(p, /, out=None, *, where=True, ...)

log(p / (1 - p)): the log-odds of a probability, the inverse of sigmoid.

-inf at 0 and inf at 1 (divide by zero), NaN outside [0, 1] (invalid value). Dtypes and exactness
as for sigmoid.

Examples
--------
>>> float(logit(0.5))
0.0""",
    ),
    "log_sigmoid": (
        2,
        """log_sigmoid(x, /, out=None, *, where=True, ...)

log(sigmoid(x)) = -softplus(-x), accurate in both tails.

Dtypes and exactness as for sigmoid.

Examples
--------
>>> float(log_sigmoid(-1000.0))
-1000.0""",
    ),
    "softplus": (
        2,
        """softplus(x, /, out=None, *, where=True, ...)

log(1 + exp(x)), whose derivative is sigmoid.

Dtypes and exactness as for sigmoid.

Examples
--------
>>> float(softplus(1000.0))
1000.0""",
    ),
    "log_loss_from_logits": (
        3,
        """log_loss_from_logits(z, y, /, out=None, *, where=True, ...)

-y log(sigmoid(z)) - (1 - y) log(sigmoid(-z)): the loss of log-odds z for a label y in [0, 1].

Computed in float64 and rounded once to the operands' dtype; dtypes as for sigmoid.

Examples
--------
>>> float(log_loss_from_logits(-1000.0, 1))
1000.0""",
    ),
    "log_loss_grad_from_logits": (
        3,
        """log_loss_grad_from_logits(z, y, /, out=None, *, where=True, ...)

sigmoid(z) - y: the derivative of log_loss_from_logits by z.

Computed in float64, without cancellation where sigmoid(z) is near y, and rounded once. Dtypes as
for sigmoid.

Examples
--------
>>> float(log_loss_grad_from_logits(0.0, 1))
-0.5""",
    ),
}


class Ufuncs(Mapping[str, np.ufunc]):
    """The functions by name, each made when it is first asked for, and then the same object.

    Raises
    ------
    KernelError
        When a function's machine code can be neither loaded nor compiled.
    """

    def __init__(self) -> None:
        self._made: dict[str, np.ufunc] = {}

    def __getitem__(self, name: str) -> np.ufunc:
        made = self._made.get(name)
        if made is None:
            operands, doc = DOCUMENTATION[name]
            with _making:
                if name not in self._made:
                    self._made[name] = self._make(name, doc, operands)
                made = self._made[name]
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(DOCUMENTATION)

    def __len__(self) -> int:
        return len(DOCUMENTATION)

    @staticmethod
    def _make(name: str, doc: str, operands: int) -> np.ufunc:
        try:
            return make_ufunc(name, doc, operands)
        except (KernelError, MemoryError):
            raise
        except Exception as error:  # whatever Numba, LLVM or the machine complain of
            raise KernelError(
                f"The compiled function {name} cannot be loaded: {type(error).__name__}: {error}"
            ) from error


UFUNCS: Final = Ufuncs()
