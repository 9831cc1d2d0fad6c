r"""Training health of any PyTorch model: the record and findings of `trueodds.health`, by hooks.

seen = watch(model)
seen.inputs(all_X, all_y)  # to measure the columns too
for X, y in batches:
    loss = ...
    loss.backward()
    optimiser.step()
    seen.step(loss)
print(*(finding.message() for finding in seen.findings()), sep="\\n")
seen.detach()
"""

# Without torch installed nothing here has types.
# mypy: disable-error-code="no-untyped-call"

import sys
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from trueodds.errors import UsageError
from trueodds.health import measure
from trueodds.health.diagnose import diagnose
from trueodds.health.findings import Finding
from trueodds.health.health_record import HealthRecord, InputState, Snapshot
from trueodds.health.inputs import measure_inputs
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
"""What may stand between a layer and its activation."""
EVERY = 100
"""Steps from one snapshot to the next at first; doubled whenever `MOST_SNAPSHOTS` are kept."""
MOST_SNAPSHOTS = 32
MOST_ROWS = 128
MOST_LAYERS = 32


class Watch:
    """Takes snapshots of a model while it trains; made by `watch`."""

    def __init__(self, model: nn.Module, every: int, base_loss: float | None) -> None:
        self._model = model
        self._every = every
        self._base_loss = base_loss
        self._steps = 0
        self._armed = True
        self._calls: dict[str, list[tuple[str, Tensor]]] = {}
        self._latest: tuple[str, int] | None = None
        self._flows: dict[str, list[float]] = {}
        self._gradients: dict[str, float] = {}
        self._before: dict[str, Tensor] = {}
        self._snapshots: list[Snapshot] = []
        self._activations: dict[str, str] = {}
        self._losses: list[float] = []
        self._sum, self._count = 0.0, 0
        self._held_out: list[float] = []
        self._inputs: InputState | None = None
        self._layers = _layers(model)
        self._hooks: list[Any] = []
        self._detached = False
        self._hang()

    def _hang(self) -> None:
        """Hang the hooks: only while a snapshot is due, so that all other steps cost nothing."""
        for name, module in self._model.named_modules():
            if name in self._layers:
                self._hooks.append(module.register_forward_hook(self._on_layer(name)))
                weight = self._layers[name]
                if weight.requires_grad:
                    hook = weight.register_post_accumulate_grad_hook(self._on_gradient(name))
                    self._hooks.append(hook)
            elif type(module) in ACTIVATION_OF:
                kind = ACTIVATION_OF[type(module)]
                self._hooks.append(module.register_forward_pre_hook(self._on_activation(kind)))
            elif not isinstance(module, BETWEEN):
                self._hooks.append(module.register_forward_pre_hook(self._on_other))
        self._hooks.append(self._model.register_forward_pre_hook(self._on_start))

    def _take_down(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._forget()

    def step(self, loss: Tensor | float | None = None) -> None:
        """Tell of one training step, after the optimiser's; ``loss`` is the batch's mean."""
        if self._armed and self._calls:
            self._keep_snapshot(loss)
        if loss is not None and (self._armed or self._steps % 10 == 0):
            # Reading a loss makes an accelerator wait: one in ten is enough for a curve.
            self._sum += _number(loss)
            self._count += 1
        self._steps += 1
        due = self._steps % self._every == 0 and not self._detached
        if due != self._armed:
            self._take_down()
            if due:
                self._hang()
        self._armed = due
        if self._armed and self._count:
            self._losses.append(self._sum / self._count)
            self._sum, self._count = 0.0, 0

    def inputs(self, X: Tensor, y: Tensor | None = None) -> None:
        """Tell of the training rows, X of shape (rows, columns), y of shape (rows,) in {0, 1}.

        The findings on unscaled and constant inputs need X, that on a leak of the label y too.
        """
        labels = None if y is None else y.detach().float().cpu().numpy().reshape(-1)
        self._inputs = measure_inputs(X.detach().float().cpu().numpy(), labels)

    def evaluated(self, loss: float) -> None:
        """Tell of the mean loss on rows held out; the findings on overfitting need it."""
        self._held_out.append(float(loss))

    def record(self) -> HealthRecord:
        """What was seen so far."""
        losses = self._losses + ([self._sum / self._count] if self._count else [])
        names = list(self._layers) if self._snapshots else []
        numbers = (
            {state.layer for state in self._snapshots[-1].states} if self._snapshots else set()
        )
        kept = [name for index, name in enumerate(names, 1) if index in numbers]
        return HealthRecord.of(
            self._snapshots,
            names=tuple(kept),
            activations=tuple(self._activations.get(name, LINEAR) for name in kept),
            steps=self._steps,
            base_loss=rounded(self._base_loss, 6) if self._base_loss is not None else 0.0,
            train_loss=tuple(rounded(loss, 6) for loss in losses),
            held_out_loss=tuple(rounded(loss, 6) for loss in self._held_out),
            inputs=self._inputs,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Faults, worst first. Those that compare with a base rate need ``base_loss``."""
        return diagnose(self.record())

    def detach(self) -> None:
        """Take all hooks away for good; the record stays."""
        self._detached, self._armed = True, False
        self._take_down()

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def lightning_callback(self, held_out: str = "val_loss") -> Any:
        """A callback for Lightning's Trainer: steps, held-out losses by their logged name."""
        seen = self

        class HealthCallback(_callback_base()):  # type: ignore[misc]
            """Feeds a `Watch` from Lightning's loop."""

            def on_train_batch_end(
                self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
            ) -> None:
                loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
                seen.step(loss.detach() if isinstance(loss, Tensor) else loss)

            def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
                found = trainer.callback_metrics.get(held_out)
                if found is not None and not getattr(trainer, "sanity_checking", False):
                    seen.evaluated(float(found))

            def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
                seen.detach()

        return HealthCallback()

    def _on_start(self, module: nn.Module, arguments: Any) -> None:
        self._latest = None
        if not self._due() or self._before:
            return
        for name, weight in self._layers.items():
            self._before[name] = weight.detach().clone()

    def _due(self) -> bool:
        return self._armed and self._model.training and torch.is_grad_enabled()

    def _on_layer(self, name: str) -> Any:
        def hook(module: nn.Module, arguments: Any, output: Any) -> None:
            if not self._due() or not isinstance(output, Tensor):
                self._latest = None
                return
            calls = self._calls.setdefault(name, [])
            # Many calls of one module (a recurrent one) are judged by the first few.
            if len(calls) < 4:
                calls.append((LINEAR, output.detach()))
                self._latest = (name, len(calls) - 1)
                if output.requires_grad:
                    output.register_hook(self._on_flow(name))

        return hook

    def _on_activation(self, kind: Activation) -> Any:
        def hook(module: nn.Module, arguments: Any) -> None:
            if self._latest is not None and arguments and isinstance(arguments[0], Tensor):
                name, index = self._latest
                values = arguments[0].detach()
                # An activation that works in place would change the values that are measured later.
                keep = values.clone() if getattr(module, "inplace", False) else values
                self._calls[name][index] = (kind, keep)
                self._activations[name] = kind
            self._latest = None

        return hook

    def _on_other(self, module: nn.Module, arguments: Any) -> None:
        """A module that is neither layer nor activation: what follows belongs to no layer."""
        if any(True for _ in module.children()):
            return  # a container: its parts speak for themselves
        self._latest = None

    def _on_flow(self, name: str) -> Any:
        def hook(gradient: Tensor) -> None:
            self._flows.setdefault(name, []).append(_rms(gradient))

        return hook

    def _on_gradient(self, name: str) -> Any:
        def hook(weight: Tensor) -> None:
            if self._armed and weight.grad is not None:
                self._gradients[name] = _rms(weight.grad)

        return hook

    def _keep_snapshot(self, loss: Tensor | float | None) -> None:
        called = [name for name in self._layers if name in self._calls]
        order = {name: number for number, name in enumerate(self._layers, 1)}
        with np.errstate(all="ignore"):
            states = tuple(self._state(order[name], name) for name in called[:MOST_LAYERS])
        known = self._snapshots[-1].states if self._snapshots else states
        # A snapshot with another set of layers (a branch) does not compare with the others.
        if [s.layer for s in known] == [s.layer for s in states]:
            value = 0.0 if loss is None else rounded(_number(loss))
            self._snapshots.append(Snapshot(self._steps, value, states))
        if len(self._snapshots) >= MOST_SNAPSHOTS:
            self._snapshots = self._snapshots[::2]
            self._every *= 2
        self._forget()

    def _state(self, number: int, name: str) -> LayerState:
        each = [_measured(kind, values) for kind, values in self._calls[name]]
        means = {part: sum(call[part] for call in each) / len(each) for part in each[0]}
        flows = self._flows.get(name, [])
        weight, before = self._layers[name].detach(), self._before.get(name)
        size = _rms(weight)
        step = 0.0 if before is None else _rms(weight - before)
        flow = (sum(f * f for f in flows) / len(flows)) ** 0.5 if flows else 0.0
        # A frozen weight takes no gradient: that of its pre-activations stands in.
        gradient = self._gradients.get(name, 0.0) if self._layers[name].requires_grad else flow
        numbers = {
            **means,
            "gradient": gradient,
            "flow": flow,
            "weight": size,
            "update": step / size if size else 0.0,
        }
        return LayerState(number, **{part: rounded(value) for part, value in numbers.items()})

    def _forget(self) -> None:
        self._calls.clear()
        self._flows.clear()
        self._gradients.clear()
        self._before.clear()
        self._latest = None


def watch(model: nn.Module, every: int = EVERY, base_loss: float | None = None) -> Watch:
    """Watch a model while it trains.

    Layers are its modules with a weight matrix (Linear, convolutions, …), in the order in which
    they were made; an activation module after one makes its outputs pre-activations (an activation
    that is a plain function cannot be seen: the layer is then "linear"). A module used more than
    once is one layer, judged by the mean over its calls.

    Parameters
    ----------
    model
        Any eager ``nn.Module``, on any device.
    every
        Steps from one snapshot to the next.
    base_loss
        Loss of the best constant answer, e.g. the entropy of the label shares, in the loss's unit.

    Raises
    ------
    UsageError
        If the model or a part of it is compiled, or has no layer with a weight matrix.
    """
    if every < 1:
        raise UsageError(f"every must be at least 1 step, got {every}")
    for name, module in model.named_modules():
        compiled = hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None)
        if compiled:
            raise UsageError(
                f"{name or 'the model'} is compiled, and torch.compile drops or re-traces hooks: "
                "watch the plain model for some hundred steps, detach, then compile it"
            )
    if not _layers(model):
        raise UsageError("the model has no layer with a weight matrix: there is nothing to watch")
    return Watch(model, every, base_loss)


def _layers(model: nn.Module) -> dict[str, Tensor]:
    """Weights of all layers by name."""
    found: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        matrix = isinstance(weight, Tensor) and weight.dim() >= 2 and weight.is_floating_point()
        if matrix and not isinstance(module, nn.Embedding | nn.EmbeddingBag):
            found[name] = cast(Tensor, weight)
    return found


def _callback_base() -> type:
    """Lightning's own base class if Lightning is in use, else object."""
    for name in ("lightning.pytorch", "pytorch_lightning"):
        if name in sys.modules:
            base: type = sys.modules[name].Callback
            return base
    return object


def _number(loss: Tensor | float) -> float:
    return float(loss.detach() if isinstance(loss, Tensor) else loss)


def _rms(values: Tensor) -> float:
    return float(values.detach().float().square().mean().sqrt()) if values.numel() else 0.0


def _measured(kind: str, values: Tensor) -> dict[str, float]:
    """What one call shows of a layer: units are the last axis, of images the channels."""
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
