r"""Training health of a PyTorch model: the record and the findings of `trueodds.health`.

monitor = watch(model)
monitor.inputs(all_X, all_y)  # only for the findings about columns
for X, y in batches:
    loss = ...
    loss.backward()
    optimiser.step()
    monitor.step(loss)
print(*(finding.message() for finding in monitor.findings()), sep="\\n")
monitor.detach()
"""

# Without torch installed nothing here has types.
# mypy: disable-error-code="no-untyped-call"

import sys
from typing import Any

import torch
from torch import Tensor, nn

from trueodds.errors import UsageError
from trueodds.health.diagnose import diagnose
from trueodds.health.findings import Finding
from trueodds.health.health_record import HealthRecord, InputState, Snapshot
from trueodds.health.inputs import measure_inputs
from trueodds.health.state import rounded
from trueodds.interop.torch_layers import LINEAR, LayerHooks, weights_of_layers

EVERY = 100
"""Steps from one snapshot to the next at first; doubled whenever `MOST_SNAPSHOTS` are kept."""
MOST_SNAPSHOTS = 32
BETWEEN_LOSSES = 10
"""Steps from one read loss to the next."""


class TrainingMonitor:
    """Measures a model while it trains; made by `watch`."""

    def __init__(self, model: nn.Module, every: int, base_loss: float | None) -> None:
        self._every = every
        self._base_loss = base_loss
        self._steps = 0
        self._snapshots: list[Snapshot] = []
        self._losses: list[float] = []
        self._sum, self._count = 0.0, 0
        self._held_out: list[float] = []
        self._inputs: InputState | None = None
        self._detached = False
        self._hooks = LayerHooks(model)
        self._hooks.attach()
        self._attached = True

    def step(self, loss: Tensor | float | None = None) -> None:
        """Count one training step; call it after the optimiser's step.

        Parameters
        ----------
        loss
            Mean loss of the batch, a number or a tensor with one element.
        """
        if self._attached and self._hooks.called:
            self._keep_snapshot(loss)
        if loss is not None and (self._attached or self._steps % BETWEEN_LOSSES == 0):
            # Reading a loss makes an accelerator wait: one loss in ten is enough for a curve.
            self._sum += _number(loss)
            self._count += 1
        self._steps += 1
        # All other steps run without hooks and cost nothing.
        due = self._steps % self._every == 0 and not self._detached
        if due != self._attached:
            self._hooks.remove()
            if due:
                self._hooks.attach()
        self._attached = due
        if self._attached and self._count:
            self._losses.append(self._sum / self._count)
            self._sum, self._count = 0.0, 0

    def inputs(self, X: Tensor, y: Tensor | None = None) -> None:
        """Examine the training rows.

        Parameters
        ----------
        X
            Inputs, shape (rows, columns): needed for the findings on unscaled and constant inputs.
        y
            Labels, 0 or 1, shape (rows,) or (rows, 1): needed for the finding on a leak.
        """
        labels = None if y is None else y.detach().float().cpu().numpy().reshape(-1)
        self._inputs = measure_inputs(X.detach().float().cpu().numpy(), labels)

    def evaluated(self, loss: float) -> None:
        """Add the mean loss on held-out rows; the finding on overfitting needs it."""
        self._held_out.append(float(loss))

    def record(self) -> HealthRecord:
        """Return what was measured so far."""
        losses = self._losses + ([self._sum / self._count] if self._count else [])
        last = self._snapshots[-1].states if self._snapshots else ()
        numbers = {state.layer for state in last}
        names = self._hooks.names(numbers)
        return HealthRecord.of(
            self._snapshots,
            names=names,
            activations=tuple(self._hooks.activations.get(name, LINEAR) for name in names),
            steps=self._steps,
            base_loss=rounded(self._base_loss, 6) if self._base_loss is not None else 0.0,
            train_loss=tuple(rounded(loss, 6) for loss in losses),
            held_out_loss=tuple(rounded(loss, 6) for loss in self._held_out),
            inputs=self._inputs,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return the faults, worst first; some need ``base_loss``."""
        return diagnose(self.record())

    def detach(self) -> None:
        """Remove all hooks for good; the record stays."""
        self._detached, self._attached = True, False
        self._hooks.remove()

    def __enter__(self) -> "TrainingMonitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def lightning_callback(self, held_out: str = "val_loss") -> Any:
        """Return a callback for Lightning's Trainer, which calls `step` and `evaluated`.

        Parameters
        ----------
        held_out
            Name under which the model logs its loss on held-out rows.
        """
        monitor = self

        class HealthCallback(_callback_base()):  # type: ignore[misc]
            """Passes Lightning's steps and losses to a `TrainingMonitor`."""

            def on_train_batch_end(
                self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
            ) -> None:
                loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
                monitor.step(loss.detach() if isinstance(loss, Tensor) else loss)

            def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
                found = trainer.callback_metrics.get(held_out)
                if found is not None and not getattr(trainer, "sanity_checking", False):
                    monitor.evaluated(float(found))

            def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
                monitor.detach()

        return HealthCallback()

    def _keep_snapshot(self, loss: Tensor | float | None) -> None:
        states = self._hooks.states()
        known = self._snapshots[-1].states if self._snapshots else states
        # A snapshot of another set of layers (a branch) cannot be compared with the others.
        if [s.layer for s in known] == [s.layer for s in states]:
            value = 0.0 if loss is None else rounded(_number(loss))
            self._snapshots.append(Snapshot(self._steps, value, states))
        if len(self._snapshots) >= MOST_SNAPSHOTS:
            self._snapshots = self._snapshots[::2]
            self._every *= 2
        self._hooks.clear()


def watch(model: nn.Module, every: int = EVERY, base_loss: float | None = None) -> TrainingMonitor:
    """Watch a model while it trains.

    Layers are its modules with a weight matrix (Linear, convolutions, …) that is trained, in the
    order in which they were made. A layer that is frozen on purpose (``requires_grad`` is False) is
    not watched. If an activation module follows a layer, the layer's outputs are pre-activations;
    an activation that is a plain function cannot be seen: the layer is then "linear". A module that
    is used more than once is one layer, judged by the mean over its calls. The model can be copied
    and saved while it is watched.

    Parameters
    ----------
    model
        Any eager ``nn.Module``, on any device.
    every
        Steps from one snapshot to the next, at least 1.
    base_loss
        Loss of the best constant forecast in the unit of the loss: for log-loss, the entropy of
        the labels.

    Raises
    ------
    UsageError
        If the model or a part of it is compiled, is TorchScript, or is lazy without weights, or if
        no layer is trained.
    """
    if every < 1:
        raise UsageError(f"every must be at least 1 step, got {every}")
    for name, module in model.named_modules():
        _require_watchable(name or "the model", module)
    if not weights_of_layers(model):
        raise UsageError(
            "the model has no layer with a weight matrix that is trained: there is nothing to watch"
        )
    return TrainingMonitor(model, every, base_loss)


def _require_watchable(name: str, module: nn.Module) -> None:
    if hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None):
        raise UsageError(
            f"{name} is compiled, and torch.compile drops or re-traces hooks: watch the plain "
            "model for some hundred steps, detach, then compile it"
        )
    if isinstance(module, torch.jit.ScriptModule):
        raise UsageError(
            f"{name} is TorchScript, which takes no hooks: watch the model before it is scripted "
            "or traced"
        )
    lazy: Any = module if isinstance(module, nn.modules.lazy.LazyModuleMixin) else None
    if lazy is not None and lazy.has_uninitialized_params():
        raise UsageError(
            f"{name} is lazy and has no weights yet: run one batch through the model, then watch it"
        )


def _callback_base() -> type:
    """Lightning's base class for callbacks if Lightning is imported, else object."""
    for name in ("lightning.pytorch", "pytorch_lightning"):
        if name in sys.modules:
            base: type = sys.modules[name].Callback
            return base
    return object


def _number(loss: Tensor | float) -> float:
    return float(loss.detach() if isinstance(loss, Tensor) else loss)
