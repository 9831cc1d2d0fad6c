"""The proof finds nothing wrong, and would find it if there were."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from trueodds.errors import UsageError
from trueodds.functions import exact_values, proof
from trueodds.functions.avx512_vectors import has_avx512
from trueodds.functions.proof import FUNCTIONS, prove

LOGS = Path(__file__).parents[2] / "bench" / "results"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_float16_is_correctly_rounded(function: str) -> None:
    result = prove(function, "float16")
    assert (result.tried, result.wrong) == (65_536, 0), result
    assert result.worst_ulp <= 0.5


@pytest.mark.parametrize("function", FUNCTIONS)
def test_float32_of_a_stride_are_correctly_rounded(function: str) -> None:
    result = prove(function, "float32", stride=2003, jobs=1)
    assert (result.tried, result.wrong) == (-(-(2**32) // 2003), 0), result


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_float32_of_a_finer_stride_are_correctly_rounded(function: str) -> None:
    result = prove(function, "float32", stride=31)
    assert result.wrong == 0, result


@pytest.mark.parametrize("function", FUNCTIONS)
def test_hard_cases(function: str) -> None:
    """The inputs whose float64 value lay too near a boundary in the walk over all 2³²."""
    logs = json.loads((LOGS / f"functions-proof-{function}.json").read_text(encoding="utf-8"))
    complete = next(log for log in logs if log["dtype"] == "float32")
    assert (complete["tried"], complete["wrong"], complete["stride"]) == (2**32, 0, 1)
    bits = np.array(complete["decided_by_mpfr"], dtype=np.uint32)
    assert bits.size > 100
    for n in (1, 64):  # one at a time and in vectors
        x = np.repeat(bits, n).view(np.float32)
        share = proof.check(function, x)
        assert share.wrong == 0, share.examples
        # The last bit of NumPy's float64 exp, which finds them, differs between processors.
        assert 0.99 * x.size <= len(share.hard) <= x.size


@pytest.mark.parametrize(
    ("x", "function", "right"),
    [
        (-90.0, "sigmoid", 8.194e-40),
        (-103.9, "sigmoid", 1.401298464324817e-45),
        (-104.0, "sigmoid", 0.0),
        (6 * 2.0**-24, "sigmoid", 0.5 + 2.0**-24),
        (-(2.0**-25), "sigmoid", 0.5),
        (0.00044680992141366005, "softplus", 0.6933706402778625),
        (2.566682155702438e-07, "logit", -15.175480842590332),
        (1e-45, "logit", -103.27893),
        (88.7, "log_sigmoid", -3.0057e-39),
        # The doubt granted to pairs of float32 was once too small for these.
        (-3.9715421199798584, "softplus", 0.018668996170163155),
        (-4.4406514167785645, "softplus", 0.01171931717544794),
        (4.134828567504883, "log_sigmoid", -0.015878671780228615),
    ],
)
def test_values_known_to_be_hard(x: float, function: str, right: float) -> None:
    wide = np.full(64, x, dtype=np.float32)
    found = proof.UFUNCS[function](wide)
    assert proof.check(function, wide).wrong == 0
    assert found[0] == pytest.approx(right, rel=2e-4 if abs(right) < 1e-30 else 1e-7)


MUTATION = """
import trueodds.functions.coefficients as c
values = list(c.{table})
values[{index}] *= 1.0 + {change}
c.{table} = tuple(values)
from trueodds.functions import float32_walks
float32_walks.HAS_AVX512 &= {sixteen_lanes}
from trueodds.functions.proof import prove
print(prove({function!r}, "float32", stride=499, jobs=1).wrong)
"""
SIXTEEN_LANES = pytest.mark.skipif(not has_avx512(), reason="no AVX-512 here")


@pytest.mark.parametrize(
    ("function", "table", "index", "change", "sixteen_lanes"),
    [
        # The last digits of one coefficient of the vector kernels …
        pytest.param("sigmoid", "EXPM1_REST32", 0, 2.0**-17, True, marks=SIXTEEN_LANES),
        pytest.param(
            "softplus",
            "LOG_VALUES32",
            9,
            2.0**-24,
            True,
            marks=[SIXTEEN_LANES, pytest.mark.slow],
        ),
        pytest.param(
            "sigmoid", "POWERS32_LOW", 5, 2.0**-4, True, marks=[SIXTEEN_LANES, pytest.mark.slow]
        ),
        pytest.param(
            "log_sigmoid",
            "LOG1P_REST32",
            1,
            2.0**-14,
            True,
            marks=[SIXTEEN_LANES, pytest.mark.slow],
        ),
        # … and of the float64 kernels, as without AVX-512.
        pytest.param("softplus", "LOG1P", 1, 2.0**-33, False, marks=pytest.mark.slow),
        pytest.param("sigmoid_grad", "EXP32", 2, 2.0**-33, False, marks=pytest.mark.slow),
        pytest.param("sigmoid", "EXP32", 2, 2.0**-33, False, marks=pytest.mark.slow),
        pytest.param("log_sigmoid", "LOG1P", 0, 2.0**-35, False, marks=pytest.mark.slow),
        pytest.param("logit", "ATANH", 1, 2.0**-30, False, marks=pytest.mark.slow),
    ],
)
def test_a_changed_coefficient_is_found(
    function: str, table: str, index: int, change: float, sixteen_lanes: bool, tmp_path: Path
) -> None:
    code = MUTATION.format(
        function=function, table=table, index=index, change=change, sixteen_lanes=sixteen_lanes
    )
    # A cache of its own: Numba would reuse the machine code of the true coefficients.
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout) > 0


@pytest.mark.parametrize(
    "function",
    [
        "sigmoid",
        pytest.param("softplus", marks=pytest.mark.slow),
        pytest.param("log_sigmoid", marks=pytest.mark.slow),
    ],
)
def test_without_avx512_results_are_the_same(function: str, tmp_path: Path) -> None:
    code = (
        "from trueodds.functions import float32_walks, proof\n"
        "float32_walks.HAS_AVX512 = False\n"
        f"print(proof.prove({function!r}, 'float32', stride=4001, jobs=1).wrong)"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "0\n"


def test_refuses_what_it_cannot_prove() -> None:
    with pytest.raises(UsageError, match="known are sigmoid, sigmoid_grad"):
        prove("tanh")
    with pytest.raises(UsageError, match="float16 and float32"):
        prove("sigmoid", "float64")
    with pytest.raises(UsageError, match="1 or more, found 0"):
        prove("sigmoid", stride=0)


def test_progress_and_rendering() -> None:
    seen: list[tuple[int, int]] = []
    result = prove("sigmoid", "float32", 40_009, 2, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (result.tried, result.tried)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    text = str(result)
    assert "0 wrong of 107,351 (every 40,009th of 4,294,967,296 floats)" in text
    assert "ULP" in text
    assert result.wrong == 0


def test_reference_rounds_as_numpy_does() -> None:
    """MPFR's rounding to a narrow float agrees with NumPy's conversion, subnormals included."""
    g = exact_values.mpfr()
    rng = np.random.default_rng(1)
    values = np.exp(rng.uniform(-110, 11, 2000)) * rng.choice([-1, 1], 2000)
    for dtype in (np.float16, np.float32):
        kind = np.dtype(dtype)
        narrow = [exact_values.round_exact(g, g.mpfr(v), kind) for v in values.tolist()]
        np.testing.assert_array_equal(np.array(narrow, dtype), values.astype(dtype))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_reference_margin_covers_libm(function: str) -> None:
    """The float64 value that the proof relies on is within its margin of MPFR's."""
    g = exact_values.mpfr()
    rng = np.random.default_rng(2)
    x = rng.uniform(0.001, 0.999, 3000) if function == "logit" else rng.uniform(-103, 103, 3000)
    x = x.astype(np.float32).astype(np.float64)
    value = exact_values.FLOAT64[function](x)
    for argument, found in zip(x.tolist(), value.tolist(), strict=True):
        exact = exact_values.exact(g, function, argument)
        assert abs(g.mpfr(found) - exact) <= abs(exact) * exact_values.MARGIN / 8
