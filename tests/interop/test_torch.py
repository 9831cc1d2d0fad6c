"""Tensors go through the functions as they are, with gradients."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from trueodds import functions  # noqa: E402
from trueodds.errors import UsageError  # noqa: E402
from trueodds.functions import exact_values  # noqa: E402
from trueodds.interop import torch as odds  # noqa: E402

UNARY = ["sigmoid", "sigmoid_grad", "logit", "log_sigmoid", "softplus"]
BINARY = ["log_loss_from_logits", "log_loss_grad_from_logits"]
DTYPES = [torch.float16, torch.float32, torch.float64]
rng = np.random.default_rng(4)


def tensors(name, shape, dtype=torch.float64):
    if name in BINARY:
        return [torch.randn(shape).to(dtype), torch.rand(shape).to(dtype)]
    return [(torch.rand(shape) if name == "logit" else 4 * torch.randn(shape)).to(dtype)]


@pytest.mark.parametrize("name", UNARY + BINARY)
@pytest.mark.parametrize("dtype", DTYPES)
def test_same_bits_as_the_ufunc(name, dtype):
    given = tensors(name, (40, 30), dtype)
    result = getattr(odds, name)(*given)
    assert result.dtype == dtype
    with np.errstate(all="ignore"):
        expected = getattr(functions, name)(*(t.numpy() for t in given))
    np.testing.assert_array_equal(result.numpy(), expected)
    transposed = getattr(odds, name)(*(t.T[::2] for t in given))
    np.testing.assert_array_equal(transposed.numpy(), expected.T[::2])


@pytest.mark.parametrize("name", UNARY + BINARY)
def test_gradients(name):
    given = [t.requires_grad_() for t in tensors(name, (4, 3))]
    if name == "logit":
        given = [(0.1 + 0.8 * torch.rand(4, 3, dtype=torch.float64)).requires_grad_()]
    assert torch.autograd.gradcheck(getattr(odds, name), given)
    assert torch.autograd.gradgradcheck(getattr(odds, name), given)


def test_gradients_of_broadcast_labels():
    z = torch.randn(5, 1, dtype=torch.float64, requires_grad=True)
    y = torch.rand(3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(odds.log_loss_from_logits, (z, y))
    assert torch.autograd.gradcheck(odds.log_loss_grad_from_logits, (z, y))


def test_agrees_with_torch():
    z, y = tensors("log_loss_from_logits", (200,))
    expected = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
    torch.testing.assert_close(odds.log_loss_from_logits(z, y), expected)
    torch.testing.assert_close(odds.softplus(z), torch.nn.functional.softplus(z))


@pytest.mark.parametrize("name", UNARY)
def test_every_bfloat16_is_rounded_once(name):
    bits = torch.arange(-(2**15), 2**15, dtype=torch.int32).to(torch.int16)
    x = bits.view(torch.bfloat16)
    result = getattr(odds, name)(x)
    assert result.dtype == torch.bfloat16
    g = exact_values.mpfr()
    inside = torch.isfinite(x) & ((x > 0) & (x < 1) if name == "logit" else True)
    for argument, found in zip(x[inside].tolist(), result[inside].tolist(), strict=True):
        exact = exact_values.exact(g, name, argument)
        quantum = max(g.get_exp(exact) - 8, -133) if exact != 0 else 0
        assert found == float(g.mul_2exp(g.rint(g.mul_2exp(exact, -quantum)), quantum))
    assert torch.isnan(result[torch.isnan(x)]).all()


def test_no_copy():
    x = torch.randn(1000)
    before = x.numpy()
    seen = []

    class Watch:
        __name__ = "watch"

        def __call__(self, *arrays, out):
            seen.extend([*arrays, out])

    result = odds._apply(Watch(), x)
    assert np.shares_memory(seen[0], before)
    assert np.shares_memory(seen[1], result.numpy())


def test_integers_scalars_and_empty():
    assert odds.sigmoid(torch.arange(3)).dtype == torch.float64
    assert odds.sigmoid(torch.tensor(0.0)).item() == 0.5
    assert odds.sigmoid(torch.tensor(0.0, dtype=torch.bfloat16)).shape == ()
    assert odds.softplus(torch.empty(0, 3)).shape == (0, 3)


def test_refuses_other_devices():
    with pytest.raises(UsageError, match="one is on meta: call"):
        odds.sigmoid(torch.empty(3, device="meta"))
