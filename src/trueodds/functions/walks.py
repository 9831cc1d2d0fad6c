"""float32 σ, log σ and softplus over contiguous memory: sixteen lanes, float64 where in doubt.

Both ways are correctly rounded, so which one a value took cannot be seen in its bits.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import numpy as np
from numba import carray, intp, njit

from trueodds.functions.bits import lowest_bit
from trueodds.functions.kernels32 import log_sigmoid32, sigmoid32, softplus32
from trueodds.functions.memory import floats32_at, wide_vectors
from trueodds.functions.sixteen import log_sigmoid_sixteens, sigmoid_sixteens, softplus_sixteens
from trueodds.functions.vectors import has_avx512

HAS_AVX512 = has_avx512()
SIGMOID, SOFTPLUS, LOG_SIGMOID = 0, 1, 2
"""Which function a walk computes."""
BLOCK = 2048
"""Values in a block; a block's masks and doubtful values stay in the first-level cache."""
CROWD = BLOCK // 16
"""With more doubtful values than this in a block, all of it goes through float64."""
PAUSE = 15
"""Blocks that go through float64 at once after such a block."""
NONE = np.uint64(0)
ONE = np.uint64(1)

helper = njit(error_model="numpy")


@helper
def walk_float64(which, source, target, n):
    """A function of n float32 by its float64 kernel, eight lanes at a time."""
    wide_vectors()
    x = carray(floats32_at(source), n)
    y = carray(floats32_at(target), n)
    if which == SIGMOID:
        for i in range(n):
            y[i] = sigmoid32(x[i])
    elif which == SOFTPLUS:
        for i in range(n):
            y[i] = softplus32(x[i])
    else:
        for i in range(n):
            y[i] = log_sigmoid32(x[i])


@helper
def walk_sixteens(which, source, target, sure, count):
    """A function of ``count`` times 16 float32, as far as it is certain."""
    if which == SIGMOID:
        sigmoid_sixteens(source, target, sure, count)
    elif which == SOFTPLUS:
        softplus_sixteens(source, target, sure, count)
    else:
        log_sigmoid_sixteens(source, target, sure, count)


@helper
def find_doubtful(sure, vectors, places):
    """Positions of the lanes that are not certain; returns how many, or CROWD + 1 if too many."""
    quads = sure.view(np.uint64)
    found = 0
    for q in range(vectors // 4):
        doubt = ~quads[q]
        while doubt != NONE:
            if found == CROWD:
                return CROWD + 1
            places[found] = 64 * q + lowest_bit(doubt)
            found += 1
            doubt &= doubt - ONE
    return found


@helper
def walk(which, source, target, n):
    """A function of n float32 at one address to another, which must not overlap."""
    if not HAS_AVX512 or n < 64:
        walk_float64(which, source, target, n)
        return
    sure = np.empty(BLOCK // 16, np.uint16)
    places = np.empty(CROWD, np.int64)
    doubtful = np.zeros(CROWD + 32, np.float32)
    settled = np.empty(CROWD + 32, np.float32)
    pause = 0
    for start in range(0, n, BLOCK):
        m = min(BLOCK, n - start)
        whole = m // 64 * 64
        x = source + 4 * start
        y = target + 4 * start
        if pause > 0 or whole == 0:
            pause -= 1
            walk_float64(which, x, y, m)
            continue
        walk_sixteens(which, x, y, intp(sure.ctypes.data), whole // 16)
        found = find_doubtful(sure, whole // 16, places)
        if found > CROWD:
            pause = PAUSE
            walk_float64(which, x, y, m)
            continue
        if found > 0:
            given = carray(floats32_at(x), m)
            result = carray(floats32_at(y), m)
            for i in range(found):
                doubtful[i] = given[places[i]]
            padded = (found + 31) // 32 * 32
            walk_float64(which, intp(doubtful.ctypes.data), intp(settled.ctypes.data), padded)
            for i in range(found):
                result[places[i]] = settled[i]
        if whole < m:
            walk_float64(which, x + 4 * whole, y + 4 * whole, m - whole)
