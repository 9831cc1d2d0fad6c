"""What training did, as plain values: kept in the model file and drawn in the report."""

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from trueodds.health.cures import Treatment
from trueodds.health.diagnose import diagnose
from trueodds.health.findings import Finding
from trueodds.health.record import HealthRecord

Sort: TypeAlias = tuple[str, float]
"""A kind of network and the share of the columns that it sees."""


@dataclass(frozen=True)
class MemberRecord:
    """One member's training. Losses are log-losses in nats; nothing here depends on the clock."""

    fold: int
    member: int
    epochs: int
    best_epoch: int
    """1-based epoch whose weights were kept."""
    stride: int
    """Epochs between two entries of the curves, where ``at`` is empty."""
    train_loss: tuple[float, ...]
    """Mean training loss (with dropout) since the entry before."""
    fold_loss: tuple[float, ...]
    """Log-loss on the fold left out."""
    share: float = 1.0
    """Share of the columns that it saw."""
    kind: str = "mlp"
    """What kind of network it is; files of older versions know MLPs alone."""
    weight: float = 1.0
    """What its log-odds count for beside the others', 1 on average; 0 where it was left out."""
    health: HealthRecord | None = None
    """What its layers did, before redundant units were dropped; None in files of older versions."""
    treatments: tuple[Treatment, ...] = ()
    """What was tried after it failed to learn, in order."""
    at: tuple[int, ...] = ()
    """Epochs done at every entry of the curves; empty in files of older versions."""
    planned: int = 0
    """Epochs that its schedule was made for; 0 in files of older versions."""

    @property
    def loss(self) -> float:
        """Log-loss of the kept weights on the fold left out; NaN where none was left out."""
        if not self.fold_loss:
            return float("nan")
        return self.fold_loss[-1] if self.at else min(self.fold_loss)

    @property
    def sort(self) -> Sort:
        """What it has in common with the members that are weighed together with it."""
        return self.kind, self.share

    @property
    def title(self) -> str:
        """What people call this member, counted from 1."""
        return f"fold {self.fold + 1}, member {self.member + 1}"

    def findings(self) -> tuple[Finding, ...]:
        """Faults of its run.

        Not learning is none where it saw only a part of the columns: they may tell nothing.
        """
        found = () if self.health is None else diagnose(self._as_planned(self.health))
        return tuple(f for f in found if self.share == 1.0 or f.kind != "not learning")

    def faults_in_training(self, base_loss: float) -> tuple[Finding, ...]:
        """Faults that the rows it was trained on show alone: a cure must not see the others.

        Parameters
        ----------
        base_loss
            Log-loss of the base rate of the rows trained on, nats.
        """
        if self.health is None:
            return ()
        health = self._as_planned(self.health)
        # The look at the finished network, after the last step, is at rows held out.
        looks = sum(step < self.health.steps for step in health.at)
        return diagnose(
            replace(
                health,
                base_loss=base_loss,
                held_out_loss=(),
                at=health.at[:looks],
                losses=health.losses[:looks],
                values=health.values[:looks],
            )
        )

    def _as_planned(self, health: HealthRecord) -> HealthRecord:
        """The record with the steps that were planned: to be stopped early is no fault."""
        if self.planned <= self.epochs or not self.epochs:
            return health
        return replace(health, steps=health.steps * self.planned // self.epochs)

    def last_news(self) -> dict[str, Any]:
        """Fields of the last `trueodds.execution.pool.ProgressEvent` of this member."""
        loss = self.loss if self.fold_loss else 0.0
        news = {"fold": self.fold, "member": self.member, "loss": loss, "done": True}
        return {**news, "epoch": self.epochs, "epochs": self.epochs}


@dataclass(frozen=True)
class TrainingRecord:
    """All members' training and the settings that led to it."""

    effort: str
    seed: int
    folds: int
    fold_rule: str
    """How the folds were made, in words: stratified, by group …, by time …."""
    settings: dict[str, Any]
    members: tuple[MemberRecord, ...]
    treatments: tuple[Treatment, ...] = ()
    """What was tried on the whole run (``--heal``), in order."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        plain = asdict(self)
        for member in plain["members"]:
            # A missing part is left out: null stands for a figure that is not defined.
            if member["health"] is None:
                del member["health"]
            elif member["health"]["inputs"] is None:
                del member["health"]["inputs"]
        return plain
