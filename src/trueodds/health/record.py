"""What a network did while it learned, as a plain value of bounded size."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from trueodds.health.state import LayerState

VALUES = tuple(field.name for field in fields(LayerState) if field.name != "layer")


@dataclass(frozen=True)
class Look:
    """All watched layers at one step; ``loss`` is the batch's, before the step."""

    step: int
    loss: float
    states: tuple[LayerState, ...]


@dataclass(frozen=True)
class InputState:
    """The first layer's inputs over all rows.

    ``largest`` is the greatest root mean square of a column and ``largest_at`` its position;
    ``reach`` the greatest absolute value anywhere; ``constant`` the positions of columns with one
    value; ``telling`` the best area under the ROC curve of a column alone (0.5 where the labels
    were not given) and ``telling_at`` its position.
    """

    largest: float
    largest_at: int
    reach: float
    constant: tuple[int, ...]
    telling: float
    telling_at: int


@dataclass(frozen=True)
class HealthRecord:
    """A training run as `trueodds.health.diagnose` reads it; plain values, number by number.

    Look i was taken at step ``at[i]``, when the batch's loss was ``losses[i]``; ``values[i][j]``
    holds `VALUES` of watched layer j, whose number is ``layers[j]`` and whose name ``names[j]``.
    The last look may be of the finished network. Losses are mean losses in nats, one entry an
    evaluation; ``held_out_loss`` is empty where nothing was held out. ``base_loss`` is the loss of
    the best constant forecast, ``steps`` how many steps were made. ``densities`` holds for every
    layer the share (per mille) of pre-activations in `trueodds.health.measure.DENSITY_BINS` equal
    bins over ±``DENSITY_REACH``, the outermost open.
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
    def looks(self) -> tuple[Look, ...]:
        """Every look with its layers by name."""
        return tuple(
            Look(step, loss, tuple(map(_state, self.layers, rows)))
            for step, loss, rows in zip(self.at, self.losses, self.values, strict=True)
        )

    @classmethod
    def of(cls, looks: Sequence[Look], **others: Any) -> "HealthRecord":
        """A record of these looks; ``others`` are all fields that do not come from them."""
        return cls(
            layers=tuple(state.layer for state in looks[0].states) if looks else (),
            at=tuple(look.step for look in looks),
            losses=tuple(look.loss for look in looks),
            values=tuple(tuple(_values(s) for s in look.states) for look in looks),
            **others,
        )


def _values(state: LayerState) -> tuple[float, ...]:
    return tuple(getattr(state, name) for name in VALUES)


def _state(layer: int, values: tuple[float, ...]) -> LayerState:
    return LayerState(layer, **dict(zip(VALUES, values, strict=True)))
