"""The functions warn where NumPy's own ufuncs do, and nowhere else."""

import warnings

import numpy as np
import pytest

from functions.operands import BINARY, REALS, UNARY, rng
from trueodds import functions
from trueodds.functions.ufuncs import LEAST_PER_THREAD, UFUNCS


def test_where_hides_what_would_warn() -> None:
    p = np.array([0.0, 0.5, 1.0, 2.0])
    out = np.full(4, 9.0)
    with np.errstate(all="raise"):
        functions.logit(p, out=out, where=(p > 0) & (p < 1))
    assert out.tolist() == [9.0, 0.0, 9.0, 9.0]


@pytest.mark.parametrize("dtype", REALS)
def test_logit_warns_once_by_default_and_never_raises(dtype: type) -> None:
    p = np.array([0.0, 1.0, -1.0, 2.0, np.nan], dtype=dtype)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with np.errstate(all="warn"):
            functions.logit(p)
    assert sorted(str(w.message) for w in seen) == [
        "divide by zero encountered in logit",
        "invalid value encountered in logit",
    ]
    assert all(w.category is RuntimeWarning for w in seen)


@pytest.mark.parametrize("dtype", REALS)
def test_edges(dtype: type) -> None:
    with np.errstate(all="raise"):
        ends = np.array([-np.inf, np.inf, 0.0, -0.0], dtype=dtype)
        assert functions.sigmoid(ends).tolist() == [0.0, 1.0, 0.5, 0.5]
        assert functions.sigmoid_grad(ends).tolist() == [0.0, 0.0, 0.25, 0.25]
        assert functions.softplus(ends)[:2].tolist() == [0.0, np.inf]
        assert functions.log_sigmoid(ends)[:2].tolist() == [-np.inf, 0.0]
        assert not np.signbit(functions.sigmoid(ends)).any()
        loss = functions.log_loss_from_logits
        assert loss(ends[:2], dtype(1)).tolist() == [np.inf, 0.0]
        assert loss(ends[:2], dtype(0)).tolist() == [0.0, np.inf]
        slope = functions.log_loss_grad_from_logits
        assert slope(ends[:2], dtype(1)).tolist() == [-1.0, 0.0]
        assert slope(ends[:2], dtype(0)).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n", [1, 3, 5000])
def test_warnings_are_numpys(dtype: type, n: int) -> None:
    extreme = np.resize(
        np.array([-np.inf, np.inf, np.nan, -6e4, 6e4, -100, 100, -9, 0, 1e-6], dtype=dtype), n
    )
    large = np.resize(np.array([np.finfo(dtype).max, np.finfo(dtype).min]).astype(dtype), n)
    with np.errstate(all="raise"):
        for name in UNARY + BINARY:
            if name != "logit":
                for x in (extreme, large):
                    UFUNCS[name](*[x, np.ones_like(x)][: UFUNCS[name].nin])
        functions.logit(np.full(n, 0.3, dtype=dtype))
        assert np.isnan(functions.logit(dtype(np.nan)))
        for outside in (-1e-3, 1.5, -np.inf, np.inf):
            with pytest.raises(FloatingPointError, match="invalid value encountered in logit"):
                functions.logit(np.full(n, outside, dtype=dtype))
        for edge in (0.0, 1.0):
            with pytest.raises(FloatingPointError, match="divide by zero encountered in logit"):
                functions.logit(np.full(n, edge, dtype=dtype))
    with np.errstate(all="ignore"):
        result = functions.logit(np.array([0, 1, -0.0, 2, -1], dtype=dtype))
    assert result[:3].tolist() == [-np.inf, np.inf, -np.inf]
    assert np.isnan(result[3:]).all()


def test_flags_of_earlier_work_are_left_alone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(all="warn"):
            functions.sigmoid(np.float32(-90.0))
            functions.sigmoid(rng.normal(size=(100, 3))[:, 1])


@pytest.mark.parametrize("dtype", REALS)
def test_nan_keeps_its_payload(dtype: type) -> None:
    word = {2: np.uint16, 4: np.uint32, 8: np.uint64}[np.dtype(dtype).itemsize]
    quiet = np.array([np.nan, -np.nan], dtype=dtype).view(word) | word(5)
    for name in UNARY:
        with np.errstate(all="ignore"):
            for n in (1, 50):
                bits = UFUNCS[name](np.repeat(quiet, n).view(dtype)).view(word)
                np.testing.assert_array_equal(bits, np.repeat(quiet, n))


def test_thread_flags_reach_the_caller() -> None:
    p = np.full(2 * LEAST_PER_THREAD, 0.5)
    p[-1] = 2.0
    before = functions.set_threads(2)
    try:
        with np.errstate(invalid="raise"), pytest.raises(FloatingPointError, match="invalid"):
            functions.logit(p)
    finally:
        functions.set_threads(before)
