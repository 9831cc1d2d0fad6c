"""Measures what the layers of a PyTorch model do in one training step.

The hooks on modules are PyTorch's global ones, which belong to no module: a model can be copied,
pickled and saved while they are registered. They hold no reference to what they measure.
"""

# Without torch installed nothing here has types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Callable
from typing import Any, cast
from weakref import WeakMethod, finalize

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from trueodds.health import measure
from trueodds.health.state import LayerState, rounded
from trueodds.network.activations import ACTIVATIONS, Activation, activate, slope

LINEAR = "linear"
"""A layer with no activation module after it: neither saturated nor dead."""
ACTIVATION_OF: dict[type[nn.Module], Activation] = {
    nn.ReLU: "relu",
    nn.LeakyReLU: "leaky_relu",
    nn.SiLU: "silu",
    nn.GELU: "gelu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
}
BETWEEN = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.Dropout, nn.Identity)
"""Modules that may stand between a layer and its activation."""
MOST_CALLS = 4
"""Calls of one module in one step that are measured; a recurrent module has many."""
MOST_ROWS = 128
MOST_LAYERS = 32


class LayerHooks:
    """Hooks that collect what the layers of a model do, from one `clear` to the next.

    Parameters
    ----------
    model
        Its layers are the modules of `weights_of_layers`.
    """

    def __init__(self, model: nn.Module) -> None:
        self.activations: dict[str, str] = {}
        """Activation of each layer whose activation module was called, by the layer's name."""
        self._model = model
        self._weights = weights_of_layers(model)
        self._names = {module: name for name, module in model.named_modules()}
        self._calls: dict[str, list[tuple[str, Tensor]]] = {}
        self._latest: tuple[str, int] | None = None
        self._flows: dict[str, list[float]] = {}
        self._gradients: dict[str, float] = {}
        self._before: dict[str, Tensor] = {}
        self._handles: list[Any] = []
        finalize(self, _remove_all, self._handles)

    @property
    def called(self) -> bool:
        """Whether any layer was called."""
        return bool(self._calls)

    def attach(self) -> None:
        """Register the hooks."""
        self._handles += [
            register_module_forward_pre_hook(_weak(self._on_input)),
            register_module_forward_hook(_weak(self._on_output)),
            *(
                weight.register_post_accumulate_grad_hook(_weak(self._on_gradient, name))
                for name, weight in self._weights.items()
                if weight.requires_grad
            ),
        ]

    def remove(self) -> None:
        """Remove the hooks and drop what they collected."""
        _remove_all(self._handles)
        self.clear()

    def clear(self) -> None:
        """Drop what the hooks collected."""
        self._calls.clear()
        self._flows.clear()
        self._gradients.clear()
        self._before.clear()
        self._latest = None

    def names(self, layers: set[int]) -> tuple[str, ...]:
        """Names of the layers with these numbers, which count from 1."""
        return tuple(name for number, name in enumerate(self._weights, 1) if number in layers)

    def states(self) -> tuple[LayerState, ...]:
        """State of every layer that was called and is trained, at most `MOST_LAYERS`."""
        # A layer may be frozen after the hooks were made.
        called = [
            (number, name)
            for number, (name, weight) in enumerate(self._weights.items(), 1)
            if name in self._calls and weight.requires_grad
        ]
        with np.errstate(all="ignore"):
            return tuple(self._state(number, name) for number, name in called[:MOST_LAYERS])

    def _on_input(self, module: nn.Module, arguments: Any) -> None:
        name = self._names.get(module)
        if name is None:
            return  # a module of another model
        if module is self._model:
            self._on_start()
        if name in self._weights:
            return
        if type(module) in ACTIVATION_OF:
            self._on_activation(module, arguments)
        elif not isinstance(module, BETWEEN) and not any(True for _ in module.children()):
            # Neither a layer nor an activation: what follows belongs to no layer.
            self._latest = None

    def _on_start(self) -> None:
        self._latest = None
        if self._training() and not self._before:
            for name, weight in self._weights.items():
                self._before[name] = weight.detach().clone()

    def _training(self) -> bool:
        return bool(self._model.training and torch.is_grad_enabled())

    def _on_output(self, module: nn.Module, arguments: Any, output: Any) -> None:
        name = self._names.get(module)
        if name is None or name not in self._weights:
            return
        if not self._training() or not isinstance(output, Tensor):
            self._latest = None
            return
        calls = self._calls.setdefault(name, [])
        if len(calls) < MOST_CALLS:
            calls.append((LINEAR, output.detach()))
            self._latest = (name, len(calls) - 1)
            if output.requires_grad:
                output.register_hook(_weak(self._on_flow, name))

    def _on_activation(self, module: nn.Module, arguments: Any) -> None:
        if self._latest is not None and arguments and isinstance(arguments[0], Tensor):
            name, index = self._latest
            kind = ACTIVATION_OF[type(module)]
            values = arguments[0].detach()
            # An activation that works in place would change the values before they are measured.
            kept = values.clone() if getattr(module, "inplace", False) else values
            self._calls[name][index] = (kind, kept)
            self.activations[name] = kind
        self._latest = None

    def _on_flow(self, name: str, gradient: Tensor) -> None:
        self._flows.setdefault(name, []).append(_rms(gradient))

    def _on_gradient(self, name: str, weight: Tensor) -> None:
        if weight.grad is not None:
            self._gradients[name] = _rms(weight.grad)

    def _state(self, number: int, name: str) -> LayerState:
        each = [_measured(kind, values) for kind, values in self._calls[name]]
        means = {part: sum(call[part] for call in each) / len(each) for part in each[0]}
        flows = self._flows.get(name, [])
        weight, before = self._weights[name].detach(), self._before.get(name)
        size = _rms(weight)
        step = 0.0 if before is None else _rms(weight - before)
        numbers = {
            **means,
            "gradient": self._gradients.get(name, 0.0),
            "flow": (sum(f * f for f in flows) / len(flows)) ** 0.5 if flows else 0.0,
            "weight": size,
            "update": step / size if size else 0.0,
        }
        return LayerState(number, **{part: rounded(value) for part, value in numbers.items()})


def _weak(method: Callable[..., None], *first: Any) -> Callable[..., None]:
    """A hook that calls a method, with these first arguments, while its object exists."""
    weak = WeakMethod(method)

    def hook(*arguments: Any) -> None:
        alive = weak()
        if alive is not None:
            alive(*first, *arguments)

    return hook


def _remove_all(handles: list[Any]) -> None:
    for handle in handles:
        handle.remove()
    handles.clear()


def weights_of_layers(model: nn.Module) -> dict[str, Tensor]:
    """Weights of a model's layers by the layers' names, in the order in which they were made.

    A layer is a module with a weight matrix that is trained. Embeddings are not layers, and neither
    are modules that are frozen on purpose, whose weights have ``requires_grad`` False.
    """
    found: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        weight: Any = getattr(module, "weight", None)
        matrix = isinstance(weight, Tensor) and weight.dim() >= 2 and weight.is_floating_point()
        if (
            matrix
            and weight.requires_grad
            and not isinstance(module, nn.Embedding | nn.EmbeddingBag)
        ):
            found[name] = cast(Tensor, weight)
    return found


def _rms(values: Tensor) -> float:
    return float(values.detach().float().square().mean().sqrt()) if values.numel() else 0.0


def _measured(kind: str, values: Tensor) -> dict[str, float]:
    """Values of `LayerState` from one call; units are the last axis, of images the channels."""
    if values.dim() > 3:
        values = values.movedim(1, -1)
    rows = values.reshape(-1, values.shape[-1]) if values.dim() > 1 else values.reshape(1, -1)
    if len(rows) > MOST_ROWS:
        rows = rows[:: -(-len(rows) // MOST_ROWS)]
    Z = rows.float().cpu().numpy().astype("float64")
    mean, spread = measure.spread_of(Z)
    saturated = dead = common = 0.0
    output_mean, output_spread = mean, spread
    if kind in ACTIVATIONS:
        A = activate(Z, kind)
        output_mean, output_spread, common = measure.outputs_of(A)
        saturated, dead = measure.flat_and_dead(slope(Z, kind), kind)
    return {
        "mean": mean,
        "spread": spread,
        "output_mean": output_mean,
        "saturated": saturated,
        "dead": dead,
        "output_spread": output_spread,
        "common": common,
    }
