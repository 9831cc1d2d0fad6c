"""The layers of a network while it learns, as a plain value of bounded size."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from trueodds.health.state import LayerState

VALUES = tuple(field.name for field in fields(LayerState) if field.name != "layer")
"""Names of the figures of a `LayerState`, in the order of `HealthRecord.values`."""


@dataclass(frozen=True)
class Snapshot:
    """All watched layers at one step; ``loss`` is the batch's mean loss before the step, nats."""

    step: int
    loss: float
    states: tuple[LayerState, ...]


@dataclass(frozen=True)
class InputState:
    """The first layer's inputs over all rows.

    ``largest`` is the greatest root mean square of a column and ``largest_at`` the position of that
    column. ``reach`` is the greatest absolute value of all inputs. ``constant`` holds the positions
    of columns with a single value. ``telling`` is the best area under the ROC curve of a column
    alone (0.5 without labels) and ``telling_at`` the position of that column.
    """

    largest: float
    largest_at: int
    reach: float
    constant: tuple[int, ...]
    telling: float
    telling_at: int


@dataclass(frozen=True)
class HealthRecord:
    """A training run as `trueodds.health.diagnose` reads it, in plain values.

    Snapshot i is of step ``at[i]``, where the batch's loss is ``losses[i]``; ``values[i][j]`` holds
    `VALUES` of watched layer j, whose number is ``layers[j]`` and whose name is ``names[j]``. The
    last snapshot may be of the finished network. ``train_loss`` and ``held_out_loss`` are mean
    losses in nats, one entry an evaluation; ``held_out_loss`` is empty without held-out rows.
    ``base_loss`` is the loss of the best constant forecast, ``steps`` the number of steps.
    ``densities`` holds for every layer the per mille of pre-activations in each bin of
    `trueodds.health.measure.density`.
    """

    names: tuple[str, ...]
    activations: tuple[str, ...]
    layers: tuple[int, ...]
    steps: int
    base_loss: float
    at: tuple[int, ...]
    losses: tuple[float, ...]
    values: tuple[tuple[tuple[float, ...], ...], ...]
    train_loss: tuple[float, ...]
    held_out_loss: tuple[float, ...]
    densities: tuple[tuple[int, ...], ...] = ()
    inputs: InputState | None = None

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """All snapshots, each with the figures of its layers by name."""
        return tuple(
            Snapshot(step, loss, tuple(map(_state, self.layers, rows)))
            for step, loss, rows in zip(self.at, self.losses, self.values, strict=True)
        )

    @classmethod
    def of(cls, snapshots: Sequence[Snapshot], **others: Any) -> "HealthRecord":
        """Make the record of these snapshots; ``others`` are the fields that they do not give."""
        return cls(
            layers=tuple(state.layer for state in snapshots[0].states) if snapshots else (),
            at=tuple(snapshot.step for snapshot in snapshots),
            losses=tuple(snapshot.loss for snapshot in snapshots),
            values=tuple(tuple(_values(s) for s in snapshot.states) for snapshot in snapshots),
            **others,
        )


def _values(state: LayerState) -> tuple[float, ...]:
    return tuple(getattr(state, name) for name in VALUES)


def _state(layer: int, values: tuple[float, ...]) -> LayerState:
    return LayerState(layer, **dict(zip(VALUES, values, strict=True)))
