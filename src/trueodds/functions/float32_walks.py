"""float32 σ, log σ and softplus over contiguous memory: in sixteen lanes, else in float64.

Values that are uncertain in sixteen lanes are computed in float64. Both ways are correctly rounded
and give the same bits.
"""

# Numba's types, not Python's: mypy cannot follow them.
# mypy: ignore-errors

import numpy as np
from numba import carray, njit

from trueodds.functions.avx512_loops import (
    log_sigmoid_sixteens,
    settle_vanished,
    settle_vanished_log_sigmoid,
    sigmoid_sixteens,
    softplus_sixteens,
)
from trueodds.functions.avx512_vectors import has_avx512
from trueodds.functions.bits import lowest_bit
from trueodds.functions.kernels32 import log_sigmoid32, sigmoid32, softplus32
from trueodds.functions.low_level import floats32_at, stack_words, wide_vectors, words64_at

HAS_AVX512 = has_avx512()
SIGMOID, SOFTPLUS, LOG_SIGMOID = 0, 1, 2
"""Which function a walk computes."""
BLOCK = 8192
"""Values in a block: its uncertain values fill a few vectors of float64."""
CROWD = BLOCK // 16
"""A block with more uncertain values than this is computed in float64."""
PAUSE = 3
"""Number of blocks after such a block that are computed in float64 directly."""
NONE = np.uint64(0)
ONE = np.uint64(1)
ZERO = np.float32(0.0)

helper = njit(error_model="numpy")
walk_memory = stack_words(BLOCK // 64 + 2 * CROWD + 32)


@helper
def walk_float64(which, source, target, n):
    """A function of n float32 by its float64 kernel, in eight lanes."""
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
    """A function of ``count`` times 16 float32, with a bit in ``sure`` for each certain result."""
    if which == SIGMOID:
        sigmoid_sixteens(source, target, sure, count)
    elif which == SOFTPLUS:
        softplus_sixteens(source, target, sure, count)
    else:
        log_sigmoid_sixteens(source, target, sure, count)


@helper
def walk_vanished(which, source, target, sure, count):
    """Complete those of ``count`` times 16 results that are zero."""
    if which == LOG_SIGMOID:
        settle_vanished_log_sigmoid(source, target, sure, count)
    else:
        settle_vanished(source, target, sure, count)


@helper
def find_doubtful(quads, count, places):
    """Write the positions of uncertain results; returns their number, at most CROWD + 1."""
    found = 0
    for q in range(count):
        doubt = ~np.uint64(quads[q])
        while doubt != NONE:
            if found == CROWD:
                return CROWD + 1
            places[found] = 64 * q + lowest_bit(doubt)
            found += 1
            doubt &= doubt - ONE
    return found


@helper
def settle(which, source, target, places, found, scratch):
    """Compute the values at some positions by the float64 kernel."""
    x = carray(floats32_at(source), BLOCK)
    y = carray(floats32_at(target), BLOCK)
    padded = (found + 31) // 32 * 32
    given = carray(floats32_at(scratch), padded)
    settled = carray(floats32_at(scratch + 4 * padded), padded)
    for i in range(found):
        given[i] = x[places[i]]
    for i in range(found, padded):
        given[i] = ZERO
    walk_float64(which, scratch, scratch + 4 * padded, padded)
    for i in range(found):
        y[places[i]] = settled[i]


@helper
def walk(which, source, target, n):
    """A function of n float32 at one address, written to another; they must not overlap."""
    if not HAS_AVX512 or n < 64:
        walk_float64(which, source, target, n)
        return
    # One block of memory: masks of the lanes, positions of uncertain values, and their copies.
    masks = walk_memory()
    quads = carray(words64_at(masks), BLOCK // 64)
    places = carray(words64_at(masks + BLOCK // 8), CROWD)
    scratch = masks + BLOCK // 8 + 8 * CROWD
    pause = 0
    for start in range(0, n, BLOCK):
        m = min(BLOCK, n - start)
        count = m // 64
        x = source + 4 * start
        y = target + 4 * start
        if pause > 0 or count == 0:
            pause -= 1
            walk_float64(which, x, y, m)
            continue
        walk_sixteens(which, x, y, masks, 4 * count)
        found = find_doubtful(quads, count, places)
        if found > CROWD:
            walk_vanished(which, x, y, masks, 4 * count)
            found = find_doubtful(quads, count, places)
        if found > CROWD:
            pause = PAUSE
            walk_float64(which, x, y, m)
            continue
        if found > 0:
            settle(which, x, y, places, found, scratch)
        whole = 64 * count
        if whole < m:
            walk_float64(which, x + 4 * whole, y + 4 * whole, m - whole)
