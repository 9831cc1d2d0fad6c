"""From findings to a treatment: what to change before training again, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from trueodds.health.findings import Finding
from trueodds.network.activations import Activation
from trueodds.network.starts import Start

Value: TypeAlias = str | float | bool
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """What a cure may change about a run."""

    activation: Activation = "relu"
    start: Start = "usual"
    learning_rate: float = 1e-3
    rescale: bool = False
    """Whether every input column is brought to mean 0 and standard deviation 1 first."""


@dataclass(frozen=True)
class Change:
    """One setting before and after; ``why`` is the kind of fault it answers."""

    name: str
    before: Value
    after: Value
    why: str

    def told(self) -> str:
        """In words."""
        shown = [f"{v:g}" if isinstance(v, float) else str(v) for v in (self.before, self.after)]
        return f"{self.name.replace('_', ' ')} {shown[0]} → {shown[1]} (for {self.why})"


@dataclass(frozen=True)
class Treatment:
    """Changes that were tried, and the loss before and after; ``kept`` if it was the better."""

    changes: tuple[Change, ...]
    before: float
    after: float
    kept: bool

    def told(self) -> str:
        """In words."""
        verdict = "kept" if self.kept else "not kept"
        changes = ", ".join(change.told() for change in self.changes)
        return f"{changes}: loss {self.before:.4f} → {self.after:.4f}, {verdict}"


def cure(
    findings: Sequence[Finding],
    settings: Settings,
    allowed: Collection[str] = ("activation", "start", "learning_rate", "rescale"),
) -> tuple[Change, ...]:
    """What to change, the root of the trouble first; empty if nothing here helps.

    Unscaled inputs and a wrong start bring most other faults with them, so they are cured alone: a
    second look after retraining shows what is left. ``allowed`` names what may be changed.
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
    textbook = settings.start not in ("usual", "critical")
    if bad is not None and textbook and change("start", "critical", bad):
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
    """Settings, or a recipe that has them among its own, with the changes made."""
    return replace(settings, **{change.name: change.after for change in changes})  # type: ignore[type-var]
