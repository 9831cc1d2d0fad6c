import numpy as np
import pytest

from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_kernels import shrink, sparsemax
from trueodds.network.soft_splits import SoftSplits, initialise_soft_splits


def network(depth=3, trees=5, sparse=False, inputs=6, dtype=np.float64, batch=16):
    layout = SoftSplits(inputs, trees, depth, sparse)
    rng = np.random.default_rng(3)
    X = rng.standard_normal((40, inputs)).astype(np.float32)
    parameters = initialise_soft_splits(layout, rng, X, 0.4).astype(dtype)
    part = layout.views(parameters)
    part["leaf"][:] = rng.standard_normal(part["leaf"].shape)
    part["slope"] += 0.3 * rng.standard_normal(layout.gates)
    return SoftEngine(layout, parameters, batch)


def batch_of(rows, inputs=6, dtype=np.float64):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((rows, inputs)).astype(dtype)
    y = (X[:, 0] + rng.standard_normal(rows) > 0).astype(dtype)
    return X, y, rng.uniform(0.0, 2.0, rows).astype(dtype)


def plain_log_odds(engine, X):
    """Share by share, as the module's docstring says."""
    layout = engine.layout
    part = layout.views(engine.parameters)
    w = layout.gate_weights(engine.parameters)
    g = 1.0 / (1.0 + np.exp(-np.exp(part["slope"]) * (X @ w + part["offset"])))
    g = g.reshape(len(X), layout.depth, layout.trees)
    z = np.full(len(X), part["bias"][0])
    for leaf in range(layout.leaves):
        share = np.ones((len(X), layout.trees))
        for level in range(layout.depth):
            other = leaf >> (layout.depth - 1 - level) & 1
            share *= 1.0 - g[:, level] if other else g[:, level]
        z += (share * part["leaf"][:, leaf]).sum(axis=1) / layout.trees**0.5
    return z


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 4, 6, 8])
def test_log_odds_are_shares_times_values(depth, sparse):
    engine = network(depth, sparse=sparse)
    X, _, _ = batch_of(37)
    np.testing.assert_allclose(engine.log_odds(X), plain_log_odds(engine, X), rtol=1e-12)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("depth", [1, 3, 5, 6, 8])
def test_gradients_match_finite_differences(depth, sparse):
    engine = network(depth, sparse=sparse)
    X, y, weight = batch_of(11)
    step, expected = 1e-6, np.empty(engine.layout.size)
    for index in range(engine.layout.size):
        kept = engine.parameters[index]
        engine.parameters[index] = kept + step
        above = engine.backward(X, y, weight)
        engine.parameters[index] = kept - step
        below = engine.backward(X, y, weight)
        engine.parameters[index] = kept
        expected[index] = (above - below) / (2.0 * step)
    engine.backward(X, y, weight)
    for name, (start, stop) in engine.layout.segments().items():
        np.testing.assert_allclose(
            engine.gradient[start:stop], expected[start:stop], atol=3e-9, rtol=1e-6, err_msg=name
        )
        assert np.abs(expected[start:stop]).max() > 1e-4


def test_float32_gradient_is_near_the_float64_one():
    exact, single = network(4, 20), network(4, 20, dtype=np.float32)
    exact.parameters[:] = single.parameters
    X, y, weight = batch_of(16, dtype=np.float32)
    loss = single.backward(X, y, weight)
    assert loss == pytest.approx(exact.backward(*(a.astype(float) for a in (X, y, weight))), 1e-5)
    np.testing.assert_allclose(single.gradient, exact.gradient, atol=1e-5)


def sorted_sparsemax(a):
    """Algorithm 1 of Martins & Astudillo."""
    u = np.sort(a)[::-1]
    c = np.cumsum(u) - 1.0
    size = np.count_nonzero(u * np.arange(1, len(u) + 1) > c)
    return np.maximum(a - c[size - 1] / size, 0.0)


@pytest.mark.parametrize("start", ["all", "none", "one", "own"])
def test_sparsemax_is_the_projection_from_any_start(start):
    rng = np.random.default_rng(7)
    A = rng.standard_normal((30, 50)) * np.geomspace(0.001, 100.0, 50)
    A[:, 0] = 0.25
    expected = np.apply_along_axis(sorted_sparsemax, 0, A)
    P = {
        "all": np.ones_like(A),
        "none": np.zeros_like(A),
        "one": np.eye(30, 50),
        "own": expected.copy(),
    }[start]
    sparsemax(A, P)
    np.testing.assert_allclose(P, expected, atol=1e-13)
    assert (P[:, -1] > 0.0).sum() == 1


def test_shrinking_moves_to_zero_and_no_further():
    W = np.array([[0.5, -0.5, 0.05, -0.05, 0.0]])
    shrink(W, 0.1)
    np.testing.assert_allclose(W, [[0.4, -0.4, 0.0, 0.0, 0.0]])


def test_sparse_gates_start_at_rows():
    layout = SoftSplits(6, 8, 2, sparse=True)
    rng = np.random.default_rng(1)
    X = rng.standard_normal((100, 6)).astype(np.float32)
    flat = initialise_soft_splits(layout, rng, X)
    values = X @ layout.gate_weights(flat) + layout.views(flat)["offset"]
    assert (np.abs(values).min(axis=0) < 1e-6).all()
