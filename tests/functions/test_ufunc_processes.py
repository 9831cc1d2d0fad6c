"""The functions give the same in every thread and process, and are compiled when first used."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from functions.operands import BINARY, REALS, UNARY, operands, rng
from trueodds import functions
from trueodds.functions.ufuncs import LEAST_PER_THREAD, UFUNCS


@pytest.mark.parametrize("name", UNARY + BINARY)
@pytest.mark.parametrize("dtype", REALS)
def test_threads_change_nothing(name: str, dtype: type) -> None:
    arrays = operands(name, (2 * LEAST_PER_THREAD + 77,), dtype)
    before = functions.set_threads(1)
    try:
        alone = UFUNCS[name](*arrays)
        for count in (2, 3):
            functions.set_threads(count)
            np.testing.assert_array_equal(UFUNCS[name](*arrays), alone)
            np.testing.assert_array_equal(UFUNCS[name](*(a[::-1] for a in arrays)), alone[::-1])
    finally:
        functions.set_threads(before)


def test_refuses_no_threads() -> None:
    with pytest.raises(ValueError, match="1 or more, found 0"):
        functions.set_threads(0)


def test_many_callers_at_once() -> None:
    x = rng.normal(size=300_000).astype(np.float32)
    expected = functions.sigmoid(x)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(functions.sigmoid, [x] * 16):
            np.testing.assert_array_equal(result, expected)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_import_compiles_nothing() -> None:
    code = "import trueodds.functions as f, sys; print('numba' in sys.modules, f.sigmoid.nin)"
    assert run(code) == "False 1\n"


def test_a_new_process_finds_the_same_machine_code() -> None:
    # All functions and dtypes from the cache in one process: none is taken for another.
    code = (
        "import numpy as np, trueodds.functions.ufuncs as u\n"
        "x = np.array([0.125, 0.25, 0.875])\n"
        "for name in reversed(list(u.UFUNCS)):\n"
        "    f = u.UFUNCS[name]\n"
        "    for t in (np.float32, np.float64, np.float16):\n"
        "        print(name, f(*[x.astype(t)] * f.nin).tolist())\n"
    )
    x = np.array([0.125, 0.25, 0.875])
    expected = "".join(
        f"{name} {UFUNCS[name](*[x.astype(t)] * UFUNCS[name].nin).tolist()}\n"
        for name in reversed(list(UFUNCS))
        for t in (np.float32, np.float64, np.float16)
    )
    assert run(code) == expected


def test_a_failed_compilation_is_an_exception() -> None:
    code = (
        "import sys, numpy as np\n"
        "sys.modules['trueodds.functions.loops'] = None\n"
        "from trueodds.errors import KernelError\n"
        "from trueodds import functions\n"
        "for attempt in range(2):\n"
        "    try: print(functions.sigmoid(np.zeros(4)))\n"
        "    except KernelError as error: print(error)\n"
    )
    lines = run(code).splitlines()
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert lines[0].startswith("The compiled function sigmoid cannot be loaded: ModuleNotFound")
