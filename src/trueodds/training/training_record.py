"""The record of a training run, in plain values for the model file and the report."""

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from trueodds.health.cures import Treatment
from trueodds.health.findings import Finding
from trueodds.health.health_record import HealthRecord

Sort: TypeAlias = tuple[str, float]
"""A kind of network and the fraction of the columns that it sees."""


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One member's training. Losses are log-losses in nats; no field depends on the clock.

    The field names are also the keys in the model file.
    """

    fold: int
    member: int
    epochs: int
    best_epoch: int
    """Epoch whose weights were kept, from 1."""
    stride: int
    """Epochs between two entries of the losses, if ``at`` is empty."""
    train_loss: tuple[float, ...]
    """Mean training loss, with dropout, since the entry before; one entry an evaluation."""
    fold_loss: tuple[float, ...]
    """Log-loss on the rows left out; one entry an evaluation."""
    share: float = 1.0
    """Fraction of the columns that the member saw, in (0, 1]; see `column_fraction`."""
    kind: str = "mlp"
    """Kind of network. Files of older versions have MLPs only."""
    weight: float = 1.0
    """Weight of its log-odds among the members, 1 on average; 0 if it is not in the model."""
    health: HealthRecord | None = None
    """Its layers during training, before pruning; None in files of older versions."""
    treatments: tuple[Treatment, ...] = ()
    """Cures that were tried after it failed to learn, in order."""
    at: tuple[int, ...] = ()
    """Epochs done at every evaluation; empty in files of older versions."""
    planned: int = 0
    """Epochs of its learning rate schedule; 0 in files of older versions."""

    @property
    def column_fraction(self) -> float:
        """``share`` under its name in `trueodds.training.recipe`."""
        return self.share

    @property
    def loss(self) -> float:
        """Log-loss of the kept weights on the rows left out; NaN without such rows."""
        if not self.fold_loss:
            return float("nan")
        return self.fold_loss[-1] if self.at else min(self.fold_loss)

    @property
    def sort(self) -> Sort:
        """What it has in common with the members that are weighed together with it."""
        return self.kind, self.column_fraction

    @property
    def title(self) -> str:
        """Name of this member for people: fold and member, from 1."""
        return f"fold {self.fold + 1}, member {self.member + 1}"

    def findings(self) -> tuple[Finding, ...]:
        """Faults of its training.

        "not learning" is no fault of a member that saw a part of the columns: these columns may
        have no signal.
        """
        from trueodds.health.diagnose import diagnose  # scoring reads records and needs no findings

        found = () if self.health is None else diagnose(self._as_planned(self.health))
        return tuple(f for f in found if self.column_fraction == 1.0 or f.kind != "not learning")

    def faults_in_training(self, base_loss: float) -> tuple[Finding, ...]:
        """Faults that the training rows alone show; a cure may not use the other rows.

        Parameters
        ----------
        base_loss
            Log-loss of the base rate of the training rows, nats.
        """
        from trueodds.health.diagnose import diagnose

        if self.health is None:
            return ()
        health = self._as_planned(self.health)
        # The snapshot after the last step, of the finished network, is of rows held out.
        count = sum(step < self.health.steps for step in health.at)
        return diagnose(
            replace(
                health,
                base_loss=base_loss,
                held_out_loss=(),
                at=health.at[:count],
                losses=health.losses[:count],
                values=health.values[:count],
            )
        )

    def _as_planned(self, health: HealthRecord) -> HealthRecord:
        """The record with the planned number of steps: an early stop is no fault."""
        if self.planned <= self.epochs or not self.epochs:
            return health
        return replace(health, steps=health.steps * self.planned // self.epochs)

    def last_event(self) -> dict[str, Any]:
        """Fields of this member's last `trueodds.execution.progress.ProgressEvent`."""
        loss = self.loss if self.fold_loss else 0.0
        fields = {"fold": self.fold, "member": self.member, "loss": loss, "done": True}
        return {**fields, "epoch": self.epochs, "epochs": self.epochs}


@dataclass(frozen=True)
class TrainingRecord:
    """The training of all members, and its settings."""

    effort: str
    seed: int
    folds: int
    fold_rule: str
    """How the folds were made, in words: random, by group or forward in time."""
    settings: dict[str, Any]
    members: tuple[MemberRecord, ...]
    treatments: tuple[Treatment, ...] = ()
    """Cures that were tried on the whole run (``--heal``), in order."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        plain = asdict(self)
        for member in plain["members"]:
            # The header leaves a missing part out: null in it means an undefined figure.
            if member["health"] is None:
                del member["health"]
            elif member["health"]["inputs"] is None:
                del member["health"]["inputs"]
        return plain
