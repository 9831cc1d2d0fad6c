import numpy as np
import pytest

from trueodds.network import kernels
from trueodds.network.activations import ACTIVATIONS, CODES, activate, slope

SMOOTH = [name for name in ACTIVATIONS if name != "relu"]
OFF = np.uint32(0)


def murmur(position, seed):
    h, m = (position * 0x9E3779B1 + seed) & 0xFFFFFFFF, 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & m
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & m
    return h ^ (h >> 16)


def matrices(count, rows=9, width=13, dtype=np.float32):
    rng = np.random.default_rng(0)
    return [rng.standard_normal((rows, width)).astype(dtype) for _ in range(count)]


@pytest.mark.parametrize(("position", "seed"), [(0, 0), (1, 0), (12345, 678), (2**32 - 1, 2**31)])
def test_hash_is_32_bit_arithmetic(position, seed):
    assert int(kernels.hashed(position, np.uint32(seed))) == murmur(position, seed)


def test_every_layer_seed_differs():
    assert len({int(kernels.hashed(layer, np.uint32(7))) for layer in range(64)}) == 64


def test_gather_joins_shared_inputs_and_fold_features():
    X, own = matrices(2)
    rows, out = np.array([8, 0, 0, 3]), np.empty((4, 26), dtype=np.float32)
    kernels.gather(X, own, rows, out)
    np.testing.assert_array_equal(out, np.hstack([X[rows], own[rows]]))


def test_relu_forward_without_dropout():
    (Z,), bias = matrices(1), np.linspace(-1.0, 1.0, 13, dtype=np.float32)
    expected = np.maximum(Z + bias, np.float32(0.0))
    kernels.relu_forward(Z, bias, OFF, np.float32(1.0), OFF)
    np.testing.assert_array_equal(Z, expected)


def test_relu_dropout_keeps_its_fraction_and_scales():
    Z, bias = np.ones((500, 400), dtype=np.float32), np.zeros(400, dtype=np.float32)
    keep = np.uint32(round(0.7 * 2.0**32))
    kernels.relu_forward(Z, bias, keep, np.float32(2.0), np.uint32(5))
    assert set(np.unique(Z)) == {0.0, 2.0}
    assert (Z > 0.0).mean() == pytest.approx(0.7, abs=5 * (0.21 / Z.size) ** 0.5)
    by_row, by_unit = (Z > 0.0).mean(axis=1), (Z > 0.0).mean(axis=0)
    assert by_row.std() == pytest.approx((0.21 / 400) ** 0.5, rel=0.2)
    assert by_unit.std() == pytest.approx((0.21 / 500) ** 0.5, rel=0.2)
    for position in (0, 1, 400, 199_999):
        assert (Z.ravel()[position] > 0.0) == (murmur(position, 5) < keep)


def test_dropout_treats_outputs_and_slopes_alike():
    A, D = matrices(2)
    before = A.copy(), D.copy()
    kernels.dropout(A, D, np.uint32(2**31), np.float32(2.0), np.uint32(1))
    kept = A != 0.0
    assert 0.2 < kept.mean() < 0.8
    np.testing.assert_array_equal(A, np.where(kept, before[0] * 2.0, 0.0))
    np.testing.assert_array_equal(D, np.where(kept, before[1] * 2.0, 0.0))


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-6), (np.float64, 1e-14)])
@pytest.mark.parametrize("activation", SMOOTH)
def test_smooth_forward_gives_value_and_slope(activation, dtype, tolerance):
    Z = 3.0 * matrices(1, dtype=dtype)[0]
    bias, D = np.linspace(-1.0, 1.0, 13).astype(dtype), np.empty_like(Z)
    z = (Z + bias).astype(np.float64)
    kernels.smooth_forward(Z, D, bias, CODES[activation])
    np.testing.assert_allclose(Z, activate(z, activation), rtol=tolerance, atol=4 * tolerance)
    np.testing.assert_allclose(D, slope(z, activation), rtol=tolerance, atol=4 * tolerance)


def test_backward_kernels_and_their_bias_gradients():
    G, A, D = matrices(3, dtype=np.float64)
    g, weight = G[:, 0].copy(), D[0].copy()
    on, bias = A > 0.0, np.full(13, np.nan)
    cases = [
        (kernels.relu_backward, (G,), A, (2.0,), np.where(on, 2.0 * G, 0.0)),
        (
            kernels.relu_backward_top,
            (g, weight),
            A,
            (2.0,),
            np.where(on, 2.0 * np.outer(g, weight), 0.0),
        ),
        (kernels.smooth_backward, (G,), D, (), G * D),
        (kernels.smooth_backward_top, (g, weight), D, (), np.outer(g, weight) * D),
    ]
    for kernel, before, where, after, expected in cases:
        out = where.copy()
        kernel(*before, out, *after, bias)
        np.testing.assert_allclose(out, expected, rtol=1e-15)
        np.testing.assert_allclose(bias, expected.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-7), (np.float64, 1e-15)])
def test_loss_and_gradient(dtype, tolerance):
    rng = np.random.default_rng(1)
    z = (20.0 * rng.standard_normal(300)).astype(dtype)
    y = rng.uniform(size=300).round().astype(dtype)
    weight = rng.uniform(size=300).astype(dtype)
    bias, g, d_bias = np.array([0.5], dtype), np.empty(300, dtype), np.empty(1, dtype)
    loss = kernels.loss_and_gradient(z, y, weight, bias, g, d_bias, np.empty(300))
    logit = (z + bias).astype(np.float64)
    each = np.logaddexp(0.0, logit) - y * logit
    assert loss == pytest.approx(np.average(each, weights=weight), rel=1e-12)
    share = weight / weight.sum(dtype=np.float64)
    expected = share * (1.0 / (1.0 + np.exp(-logit)) - y)
    np.testing.assert_allclose(g, expected, atol=tolerance)
    assert d_bias[0] == pytest.approx(expected.sum(), abs=10 * tolerance)
