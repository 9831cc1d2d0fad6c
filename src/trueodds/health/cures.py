"""From findings to a treatment: changes of settings before training again, and their effect."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from trueodds.health.findings import Finding
from trueodds.network.activations import Activation
from trueodds.network.initialisations import Initialisation

Value: TypeAlias = str | float | bool
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """The settings of a run that a cure may change."""

    activation: Activation = "relu"
    init: Initialisation = "usual"
    learning_rate: float = 1e-3
    rescale: bool = False
    """Whether every input column is first scaled to mean 0 and standard deviation 1."""


@dataclass(frozen=True)
class Change:
    """One setting before and after; ``why`` is the kind of fault that it cures."""

    name: str
    before: Value
    after: Value
    why: str

    def in_words(self) -> str:
        """For example "init he → critical (for vanishing gradient)"."""
        shown = [f"{v:g}" if isinstance(v, float) else str(v) for v in (self.before, self.after)]
        return f"{self.name.replace('_', ' ')} {shown[0]} → {shown[1]} (for {self.why})"


@dataclass(frozen=True)
class Treatment:
    """Changes that were tried, with the loss before and after, nats.

    ``kept`` says whether the loss after is lower.
    """

    changes: tuple[Change, ...]
    before: float
    after: float
    kept: bool

    def in_words(self) -> str:
        """The changes, both losses and whether the changes were kept."""
        verdict = "kept" if self.kept else "not kept"
        changes = ", ".join(change.in_words() for change in self.changes)
        return f"{changes}: loss {self.before:.4f} → {self.after:.4f}, {verdict}"


def cure(
    findings: Sequence[Finding],
    settings: Settings,
    allowed: Collection[str] = ("activation", "init", "learning_rate", "rescale"),
) -> tuple[Change, ...]:
    """Changes that cure the first causes among the findings; empty if no change helps.

    Unscaled inputs and a wrong initialisation cause most other faults. They are cured alone; the
    findings after retraining show what is left.

    Parameters
    ----------
    findings
        Faults of one run.
    settings
        The settings of that run.
    allowed
        Names of the settings that may change.
    """
    kinds = {finding.kind for finding in findings}
    tried: list[Change] = []

    def change(name: str, after: Value, why: str) -> bool:
        before = getattr(settings, name)
        if name not in allowed or before == after or any(c.name == name for c in tried):
            return False
        tried.append(Change(name, before, after, why))
        return True

    if "unscaled input" in kinds and change("rescale", True, "unscaled input"):
        return tuple(tried)
    signals = (
        "vanishing gradient",
        "exploding gradient",
        "saturated layer",
        "off-centre activations",
    )
    bad = next((kind for kind in signals if kind in kinds), None)
    textbook = settings.init not in ("usual", "critical")
    if bad is not None and textbook and change("init", "critical", bad):
        return tuple(tried)
    if "learning rate too low" in kinds:
        change("learning_rate", settings.learning_rate * 10.0, "learning rate too low")
    elif "learning rate too high" in kinds:
        change("learning_rate", settings.learning_rate / 10.0, "learning rate too high")
    elif bad is not None:
        if bad == "vanishing gradient" and settings.activation in ("sigmoid", "tanh"):
            change("activation", "relu", bad)
        change("learning_rate", settings.learning_rate / 4.0, bad)
    if "dead units" in kinds:
        if settings.activation == "relu":
            change("activation", "leaky_relu", "dead units")
        change("learning_rate", settings.learning_rate / 4.0, "dead units")
    return tuple(tried)


def changed(settings: T, changes: Sequence[Change]) -> T:
    """Return settings, or a recipe with fields of the same names, with the changes made."""
    return replace(settings, **{change.name: change.after for change in changes})  # type: ignore[type-var]
