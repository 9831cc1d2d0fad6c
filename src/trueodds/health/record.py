"""What a network did while it learned, as a plain value of bounded size."""

from dataclasses import astuple, dataclass, fields
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

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "InputState":
        """Inverse of ``dataclasses.asdict``."""
        return cls(**{**data, "constant": tuple(data["constant"])})


@dataclass(frozen=True)
class HealthRecord:
    """A training run as `trueodds.health.findings.diagnose` reads it.

    The last look may be of the finished network. Losses are mean losses in nats, one entry an
    evaluation; ``held_out_loss`` is empty where nothing was held out. ``base_loss`` is the loss of
    the best constant forecast, ``steps`` how many steps were made. ``densities`` holds for every
    layer the share (per mille) of pre-activations in equal bins over ±``DENSITY_REACH``, the
    outermost open.
    """

    names: tuple[str, ...]
    activations: tuple[str, ...]
    steps: int
    base_loss: float
    looks: tuple[Look, ...]
    train_loss: tuple[float, ...]
    held_out_loss: tuple[float, ...]
    densities: tuple[tuple[int, ...], ...] = ()
    inputs: InputState | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, column by column, so that names are written once."""
        return {
            "names": list(self.names),
            "activations": list(self.activations),
            "steps": self.steps,
            "base_loss": self.base_loss,
            "at": [look.step for look in self.looks],
            "losses": [look.loss for look in self.looks],
            "layers": [state.layer for state in self.looks[0].states] if self.looks else [],
            "states": [[astuple(state)[1:] for state in look.states] for look in self.looks],
            "train_loss": list(self.train_loss),
            "held_out_loss": list(self.held_out_loss),
            "densities": [list(shares) for shares in self.densities],
            "inputs": None if self.inputs is None else vars(self.inputs).copy(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "HealthRecord":
        """Inverse of :meth:`to_json`.

        Raises
        ------
        ValueError, TypeError, LookupError
            If the data is not what `to_json` gives.
        """
        looks = []
        for step, loss, states in zip(data["at"], data["losses"], data["states"], strict=True):
            rows = tuple(
                LayerState(int(layer), *(float(value) for value in values))
                for layer, values in zip(data["layers"], states, strict=True)
            )
            looks.append(Look(int(step), float(loss), rows))
        inputs = data["inputs"]
        return cls(
            names=tuple(str(name) for name in data["names"]),
            activations=tuple(str(name) for name in data["activations"]),
            steps=int(data["steps"]),
            base_loss=float(data["base_loss"]),
            looks=tuple(looks),
            train_loss=tuple(float(loss) for loss in data["train_loss"]),
            held_out_loss=tuple(float(loss) for loss in data["held_out_loss"]),
            densities=tuple(tuple(int(n) for n in shares) for shares in data["densities"]),
            inputs=None if inputs is None else InputState.from_json(inputs),
        )
