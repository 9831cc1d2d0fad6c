"""Faults of a training run: findings with evidence, consequence and cure."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "saturated layer",
    "dead units",
    "vanishing gradient",
    "exploding gradient",
    "off-centre activations",
    "learning rate too high",
    "learning rate too low",
    "frozen layer",
    "not learning",
    "overfitting",
    "unscaled input",
    "constant input",
    "label leak",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Severity = Literal["note", "warning", "failure"]
"""``note``: information; ``warning``: the model is less accurate; ``failure``: it is of no use."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

CONSEQUENCES: dict[Kind, str] = {
    "saturated layer": "the layer passes hardly any gradient and hardly learns",
    "dead units": "these units pass no gradient and cannot come back",
    "vanishing gradient": "the first layers stand still while the last ones learn",
    "exploding gradient": "one step of the first layers undoes what was learnt",
    "off-centre activations": "the next layer sees almost the same input for every row",
    "learning rate too high": "every few steps the weights are replaced instead of improved",
    "learning rate too low": "the weights have not moved far enough to learn anything",
    "frozen layer": "the layer keeps its random weights",
    "not learning": "the forecast is less than 2 % better than always answering the base rate",
    "overfitting": "the network memorises its training rows; forecasts of new rows gain little",
    "unscaled input": "the first layer reacts to the size of a column, not to its information",
    "constant input": "the column has no information and its weights act as a second bias",
    "label leak": "the column holds the answer; on rows without the answer the model will fail",
}
CURES: dict[Kind, str] = {
    "saturated layer": "start from the critical line with smaller weights, or use ReLU",
    "dead units": "train again with a lower learning rate, or use leaky ReLU",
    "vanishing gradient": "start from the critical line, or use ReLU or fewer layers",
    "exploding gradient": "start from the critical line and lower the learning rate",
    "off-centre activations": "start from the critical line, which centres outputs, or use tanh",
    "learning rate too high": "divide the learning rate by ten",
    "learning rate too low": "multiply the learning rate by ten or train longer",
    "frozen layer": "give all its parameters to the optimiser and let them require gradients",
    "not learning": "if the layers are healthy, the inputs may have no information on the target",
    "overfitting": "stop earlier, use a smaller network, more rows, dropout or weight decay",
    "unscaled input": "subtract each column's mean and divide by its standard deviation",
    "constant input": "leave the column out",
    "label leak": "leave the column out if it is not known beforehand",
}


@dataclass(frozen=True)
class Finding:
    """One fault.

    ``layer`` counts hidden layers from 1; it is None for a fault of the whole run. ``place`` names
    the layers or inputs. ``evidence`` holds (what, number) pairs.
    """

    kind: Kind
    layer: int | None
    place: str
    severity: Severity
    evidence: tuple[tuple[str, float], ...]
    detail: str
    """The evidence in words."""

    @property
    def consequence(self) -> str:
        """Effect of the fault on training."""
        return CONSEQUENCES[self.kind]

    @property
    def cure(self) -> str:
        """Advice against the fault."""
        return CURES[self.kind]

    def message(self, where: str = "") -> str:
        """The fault, its evidence, consequence and cure on one line.

        ``where`` names the member, for example "fold 1".
        """
        places = ", ".join(part for part in (where, self.place) if part)
        start = f"{places}: {self.kind}" if places else self.kind.capitalize()
        return f"{start}: {self.detail}, so {self.consequence}; {self.cure}"


def worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Failures, then warnings, then notes; by layer within each."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (-SEVERITIES.index(f.severity), KINDS.index(f.kind), f.layer or 0),
        )
    )
