"""What mathematics says about the family holds in floating point, to the last bit allowed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds import functions as f

# The first call of a function may compile it.
settings.register_profile("functions", deadline=None)
settings.load_profile("functions")
WIDTHS = {np.float16: 16, np.float32: 32, np.float64: 64}
REALS = list(WIDTHS)
rng = np.random.default_rng(8)


def reals(dtype: type, **limits: float) -> st.SearchStrategy[float]:
    return st.floats(width=WIDTHS[dtype], allow_nan=False, **limits).map(dtype)


def unit(x: np.ndarray) -> np.ndarray:
    return np.spacing(np.abs(x)).astype(np.float64)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "log_sigmoid"])
@given(data=st.data())
@settings(max_examples=150)
def test_monotone(name: str, dtype: type, data: st.DataObject) -> None:
    x = data.draw(st.lists(reals(dtype), min_size=2, max_size=50))
    result = getattr(f, name)(np.sort(np.array(x, dtype)))
    assert (result[:-1] <= result[1:]).all()


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "log_sigmoid", "logit"])
@given(data=st.data())
@settings(max_examples=150)
def test_monotone_between_neighbours(name: str, dtype: type, data: st.DataObject) -> None:
    low, high = (0.0, 0.875) if name == "logit" else (-120.0, 40.0)
    first = data.draw(reals(dtype, min_value=low, max_value=high))
    bits = {2: np.uint16, 4: np.uint32, 8: np.uint64}[np.dtype(dtype).itemsize]
    steps = np.arange(64, dtype=bits)
    x = np.sort((np.array(first, dtype).view(bits) + steps).view(dtype))
    with np.errstate(divide="ignore"):
        result = getattr(f, name)(x)
    assert (result[:-1] <= result[1:]).all()


@pytest.mark.parametrize("dtype", REALS)
@given(data=st.data())
def test_sigmoid_of_minus_x_is_one_minus_sigmoid(dtype: type, data: st.DataObject) -> None:
    x = data.draw(reals(dtype))
    up, down = f.sigmoid(x), f.sigmoid(-x)
    slack = 0.5 if dtype is not np.float64 else 0.51
    wide = np.longdouble(up) + np.longdouble(down) - 1
    assert abs(wide) <= slack * (unit(up) + unit(down)) + np.finfo(np.longdouble).eps


@pytest.mark.parametrize("dtype", REALS)
def test_even_odd_and_identities(dtype: type) -> None:
    x = (rng.normal(size=20_000) * 8).astype(dtype)
    np.testing.assert_array_equal(f.sigmoid_grad(x), f.sigmoid_grad(-x))
    np.testing.assert_array_equal(f.log_sigmoid(x), -f.softplus(-x))
    assert (f.sigmoid_grad(x) <= 0.25).all()
    assert (f.softplus(x) >= np.maximum(x, 0)).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_logit_is_odd_about_one_half(dtype: type) -> None:
    p = rng.uniform(0.0, 0.5, 20_000).astype(dtype)
    p = p[p > 0]
    other = (1.0 - p.astype(np.float64)).astype(dtype)
    exact = other.astype(np.float64) + p.astype(np.float64) == 1.0
    np.testing.assert_array_equal(f.logit(other[exact]), -f.logit(p[exact]))


@pytest.mark.parametrize("dtype", REALS)
@given(data=st.data())
def test_logit_of_sigmoid_returns(dtype: type, data: st.DataObject) -> None:
    """Within what rounding σ(x) must lose: half a unit of it, divided by σ′(x)."""
    x = data.draw(reals(dtype, min_value=-80.0 if dtype is not np.float16 else -9.0, max_value=5.0))
    p = f.sigmoid(x)
    back = float(f.logit(p))
    slope = float(f.sigmoid_grad(np.float64(x)))
    allowed = 0.52 * unit(p) / slope * 1.01 + 0.52 * unit(dtype(back)) + unit(np.float64(x))
    assert abs(back - float(x)) <= allowed


@given(st.floats(-40.0, 40.0))
def test_slope_of_softplus_is_sigmoid(x: float) -> None:
    h = 2.0**-14
    slope = (np.longdouble(f.softplus(x + h)) - np.longdouble(f.softplus(x - h))) / (2 * h)
    # σ″ is below 0.1; softplus itself is right to half a unit.
    assert abs(float(slope) - f.sigmoid(x)) <= 0.1 * h * h + 1.2 * unit(f.softplus(x + h)) / h


@given(st.floats(-40.0, 40.0))
def test_sigmoid_grad_is_the_slope_of_sigmoid(x: float) -> None:
    assert f.sigmoid_grad(x) == pytest.approx(f.sigmoid(x) * f.sigmoid(-x), rel=5e-16)


@given(st.floats(-700.0, 700.0), st.floats(0.0, 1.0))
def test_log_loss(z: float, y: float) -> None:
    loss = f.log_loss_from_logits(z, y)
    expected = -y * f.log_sigmoid(z) - (1.0 - y) * f.log_sigmoid(-z)
    assert loss == pytest.approx(expected, rel=1e-15, abs=1e-305)
    slope = f.log_loss_grad_from_logits(z, y)
    assert slope == pytest.approx(f.sigmoid(z) - y, rel=1e-14, abs=3e-16)
    # Without cancellation where the forecast is nearly right.
    assert f.log_loss_grad_from_logits(z, 1.0) == pytest.approx(-f.sigmoid(-z), rel=1e-15)
    assert f.log_loss_grad_from_logits(z, 0.0) == pytest.approx(f.sigmoid(z), rel=1e-15)


@given(st.floats(), st.floats())
def test_log_loss_never_warns(z: float, y: float) -> None:
    with np.errstate(all="raise"):
        loss = f.log_loss_from_logits(z, y)
        f.log_loss_grad_from_logits(z, y)
    if not np.isnan(z) and 0.0 <= y <= 1.0:
        assert loss >= 0.0
