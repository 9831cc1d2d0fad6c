"""The inner loop that NumPy calls for all functions: strides, overlap, threads and flags.

The ufunc's data is a plan of eight words: the address of a loop of `trueodds.functions.loops`; the
data of that loop; the number of operands; their size in bytes; the least number of values for a
thread; the largest number of threads; the address of the thread's function; and the kind of the
operands (0: the type of the result; otherwise see `widen`).
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import platform
import sys

import numpy as np
from numba import carray, intp, njit, types

from trueodds.functions.loops import DIVIDE, INVALID, Loop
from trueodds.functions.low_level import (
    call_loop,
    clear_flags,
    floats64_at,
    join_thread,
    raise_flags,
    raised_flags,
    signed8_at,
    signed16_at,
    start_thread,
    take,
    words8_at,
    words16_at,
    words32_at,
    words64_at,
)

IS_X86 = platform.machine().lower() in ("x86_64", "amd64", "x86", "i686")
FE_INVALID = 1
FE_DIVBYZERO = 4 if IS_X86 else 2
FE_SEEN = 0x1D if IS_X86 else 0x0F
"""The flags that NumPy reads: invalid, division by zero, overflow and underflow."""
HAS_THREADS = sys.platform != "win32"
BLOCK = 2048
"""Values that are copied together if an operand is strided or overlaps the result."""
PART = 1 << 15
"""Values that a thread takes at a time; the other threads wait at most for this many."""
JOB = 16
"""Words of a job: plan, operands, steps, number of values, first value that no thread took."""
OPERANDS, STEPS, COUNT, NEXT = 1, 4, 7, 8
RECORD = 4
"""Words of a thread's record: address of the job, flags, handle, whether it failed to start."""
FLAGS, THREAD, FAILED = 1, 2, 3
WORD = 8

helper = njit(error_model="numpy")


@helper
def move(size, source, step, target, stride, n):
    """Copy n values of 2, 4 or 8 bytes between two addresses, each with its step in bytes."""
    if size == 8:
        for i in range(n):
            carray(words64_at(target + i * stride), 1)[0] = words64_at(source + i * step)[0]
    elif size == 4:
        for i in range(n):
            carray(words32_at(target + i * stride), 1)[0] = words32_at(source + i * step)[0]
    else:
        for i in range(n):
            carray(words16_at(target + i * stride), 1)[0] = words16_at(source + i * step)[0]


@helper
def widen(kind, source, step, target, n):
    """Copy n integers as float64; kind 1: uint8, 2: int8, 3: uint16, 4: int16."""
    y = carray(floats64_at(target), n)
    for i in range(n):
        place = source + i * step
        if kind == 1:
            y[i] = words8_at(place)[0]
        elif kind == 2:
            y[i] = signed8_at(place)[0]
        elif kind == 3:
            y[i] = words16_at(place)[0]
        else:
            y[i] = signed16_at(place)[0]


@helper
def serial(plan, args, steps, n):
    """Run the loop on contiguous memory: that of the operands, or copies of one block at a time."""
    p = carray(words64_at(plan), 8)
    operands = p[2]
    size = p[3]
    kind = p[7]
    a = carray(words64_at(args), 3)
    s = carray(words64_at(steps), 3)
    last = operands - 1
    direct = (s[last] == size) | (n == 1)
    for k in range(last):
        direct &= (n == 1) | ((s[k] == size) & (a[k] != a[last]))
    if direct and kind == 0:
        return call_loop(p[0], args, n, p[1])
    copies = np.empty(3 * BLOCK, np.int64)
    places = np.empty(3, np.int64)
    flags = 0
    for k in range(3):
        places[k] = intp(copies.ctypes.data) + k * BLOCK * WORD
    for start in range(0, n, BLOCK):
        m = min(BLOCK, n - start)
        for k in range(last):
            if kind == 0:
                move(size, a[k] + start * s[k], s[k], places[k], size, m)
            else:
                widen(kind, a[k] + start * s[k], s[k], places[k], m)
        flags |= call_loop(p[0], intp(places.ctypes.data), m, p[1])
        move(size, places[last], size, a[last] + start * s[last], s[last], m)
    # Numba frees an array after its last use, and does not see the use of its address.
    copies[0] = places[0] = 0
    return flags


@helper
def work(job):
    """Work on parts of a job until none is left; returns the flags of these parts."""
    words = carray(words64_at(job), JOB)
    args = np.empty(3, np.int64)
    n = words[COUNT]
    flags = 0
    start = take(job + WORD * NEXT, PART)
    while start < n:
        for k in range(3):
            args[k] = words[OPERANDS + k] + start * words[STEPS + k]
        count = min(PART, n - start)
        flags |= serial(words[0], intp(args.ctypes.data), job + WORD * STEPS, count)
        start = take(job + WORD * NEXT, PART)
    args[0] = 0  # keeps the array alive until here
    return flags


def thread_body(record):
    """The function of a thread: parts of its record's job."""
    words = carray(words64_at(record), RECORD)
    words[FLAGS] = work(words[0])
    return 0


@helper
def in_threads(plan, args, steps, n, threads):
    """Run the loop in threads, the caller's among them, which take parts until all are taken.

    A slow thread takes fewer parts, and the others do not wait for it.
    """
    p = carray(words64_at(plan), 7)
    operands = p[2]
    a = carray(words64_at(args), 3)
    s = carray(words64_at(steps), 3)
    memory = np.zeros(JOB + RECORD * threads, np.int64)
    job = intp(memory.ctypes.data)
    memory[0] = plan
    for k in range(operands):
        memory[OPERANDS + k] = a[k]
        memory[STEPS + k] = s[k]
    memory[COUNT] = n
    records = job + WORD * JOB
    for t in range(1, threads):
        address = records + t * RECORD * WORD
        record = carray(words64_at(address), RECORD)
        record[0] = job
        if start_thread(address + WORD * THREAD, 0, p[6], address) != 0:
            record[FAILED] = 1
    flags = work(job)
    for t in range(1, threads):
        record = carray(words64_at(records + t * RECORD * WORD), RECORD)
        if record[FAILED] == 0:
            join_thread(record[THREAD], 0)
            flags |= record[FLAGS]
    memory[0] = 0  # keeps the array alive until here
    return flags


def dispatch(args, dims, steps, plan):
    """NumPy's inner loop: raises the flags of the function, clears those of the arithmetic."""
    before = raised_flags(FE_SEEN)
    p = carray(words64_at(plan), 7)
    n = carray(words64_at(dims), 1)[0]
    threads = min(p[5], n // max(p[4], 1))
    if HAS_THREADS and threads > 1:
        flags = in_threads(plan, args, steps, n, threads)
    else:
        flags = serial(plan, args, steps, n)
    spurious = raised_flags(FE_SEEN & ~before)
    if spurious:  # a test is faster than clearing
        clear_flags(spurious)
    if flags & INVALID:
        raise_flags(FE_INVALID)
    if flags & DIVIDE:
        raise_flags(FE_DIVBYZERO)


THREAD_BODY = Loop(thread_body, types.intp(types.intp))
DRIVER = Loop(dispatch, types.void(types.intp, types.intp, types.intp, types.intp))
