"""The layers of PyTorch models: which modules count, and what one step shows of them."""

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from trueodds.interop.torch_layers import MOST_CALLS, LayerHooks, weights_of_layers  # noqa: E402


def test_layers_are_trained_modules_with_a_weight_matrix():
    model = nn.ModuleDict(
        {
            "words": nn.Embedding(5, 4),
            "frozen": nn.Linear(4, 4).requires_grad_(False),
            "norm": nn.LayerNorm(4),
            "image": nn.Conv1d(1, 2, 3),
            "head": nn.Linear(4, 1),
        }
    )
    assert list(weights_of_layers(model)) == ["image", "head"]


def test_hooks_measure_the_first_calls_of_a_training_step():
    torch.manual_seed(0)
    layer = nn.Linear(3, 3)
    hooks = LayerHooks(layer)
    assert not hooks.called
    hooks.attach()
    inputs = torch.randn(MOST_CALLS + 2, 20, 3)
    outputs = [layer(rows) for rows in inputs]
    sum(output.square().mean() for output in outputs).backward()
    assert hooks.called
    (state,) = hooks.states()
    first = torch.stack(outputs[:MOST_CALLS]).detach()
    assert state.layer == 1
    assert state.mean == pytest.approx(float(first.mean()), rel=1e-3, abs=1e-6)
    assert state.gradient == pytest.approx(
        float(layer.weight.grad.square().mean().sqrt()), rel=1e-3
    )
    assert hooks.names({1}) == ("",)
    hooks.remove()
    assert not hooks.called
    layer(inputs[0])
    assert not hooks.called


def test_calls_of_another_model_are_not_measured():
    hooks = LayerHooks(nn.Linear(3, 3))
    hooks.attach()
    nn.Linear(3, 3)(torch.zeros(2, 3))
    assert not hooks.called
    hooks.remove()
