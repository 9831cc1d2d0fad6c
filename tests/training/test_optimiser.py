import numpy as np
import pytest

from trueodds.training.optimiser import AdamW

STEPS, SIZE = 60, 37
BETAS, EPS = (0.9, 0.95), 1e-8


def gradients(dtype):
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-6.0, 1.0, SIZE)
    return (rng.standard_normal((STEPS, SIZE)) * sizes).astype(dtype)


def rates():
    return [1e-2 * (1.0 - step / STEPS) for step in range(STEPS)]


def plain(p, segments, decay, grads):
    """Loshchilov & Hutter's algorithm 2 with per-segment factors, in float64."""
    p, m, v = p.astype(np.float64), np.zeros(SIZE), np.zeros(SIZE)
    rate_of, decay_of = np.empty(SIZE), np.empty(SIZE)
    start = 0
    for stop, rate_factor, decay_factor in segments:
        rate_of[start:stop], decay_of[start:stop] = rate_factor, decay_factor
        start = stop
    for t, (g, rate) in enumerate(zip(grads.astype(np.float64), rates(), strict=True), 1):
        m = BETAS[0] * m + (1.0 - BETAS[0]) * g
        v = BETAS[1] * v + (1.0 - BETAS[1]) * g * g
        m_hat, v_hat = m / (1.0 - BETAS[0] ** t), v / (1.0 - BETAS[1] ** t)
        here = rate * rate_of
        p = p - here * decay * decay_of * p - here * m_hat / (np.sqrt(v_hat) + EPS)
    return p


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 3e-6), (np.float64, 1e-13)])
@pytest.mark.parametrize(
    "segments", [[(SIZE, 1.0, 1.0)], [(20, 1.0, 1.0), (21, 1.0, 0.0), (SIZE, 0.3, 0.5)]]
)
def test_steps_equal_a_plain_adamw(segments, dtype, tolerance):
    p = np.random.default_rng(1).standard_normal(SIZE).astype(dtype)
    grads = gradients(dtype)
    expected = plain(p, segments, 0.1, grads)
    optimiser = AdamW(p, segments, *BETAS, EPS)
    for gradient, rate in zip(grads, rates(), strict=True):
        optimiser.step(gradient, rate, 0.1)
    np.testing.assert_allclose(p, expected, rtol=tolerance, atol=tolerance)


def test_steps_equal_those_of_torch():
    torch = pytest.importorskip("torch")
    p = np.random.default_rng(2).standard_normal(SIZE)
    grads = gradients(np.float64)
    theirs = torch.nn.Parameter(torch.from_numpy(p.copy()))
    reference = torch.optim.AdamW([theirs], lr=1.0, betas=BETAS, eps=EPS, weight_decay=0.1)
    optimiser = AdamW(p, [(SIZE, 1.0, 1.0)], *BETAS, EPS)
    for gradient, rate in zip(grads, rates(), strict=True):
        optimiser.step(gradient, rate, 0.1)
        reference.param_groups[0]["lr"] = rate
        theirs.grad = torch.from_numpy(gradient)
        reference.step()
    np.testing.assert_allclose(p, theirs.detach().numpy(), rtol=1e-11, atol=1e-13)


def test_a_zero_gradient_only_decays():
    p = np.ones(4, dtype=np.float32)
    AdamW(p, [(2, 1.0, 1.0), (4, 1.0, 0.0)]).step(np.zeros(4, dtype=np.float32), 0.1, 0.5)
    np.testing.assert_allclose(p, [0.95, 0.95, 1.0, 1.0], rtol=1e-6)


@pytest.mark.parametrize("segments", [[], [(3, 1.0, 1.0)], [(2, 1.0, 1.0), (5, 1.0, 1.0)]])
def test_segments_that_do_not_cover_the_buffer_are_refused(segments):
    with pytest.raises(ValueError, match="cover the whole buffer"):
        AdamW(np.zeros(4), segments)
