"""What training did, as plain values: kept in the model file and drawn in the report."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class MemberRecord:
    """One member's training. Losses are log-losses in nats; nothing here depends on the clock."""

    fold: int
    member: int
    epochs: int
    best_epoch: int
    """1-based epoch whose weights were kept."""
    stride: int
    """Epochs between two entries of the curves."""
    train_loss: tuple[float, ...]
    """Mean training loss (with dropout) since the entry before."""
    fold_loss: tuple[float, ...]
    """Log-loss on the fold left out."""

    @property
    def title(self) -> str:
        """What people call this member, counted from 1."""
        return f"fold {self.fold + 1}, member {self.member + 1}"

    def last_news(self) -> dict[str, Any]:
        """Fields of the last `trueodds.training.pool.Step` of this member."""
        news = {"fold": self.fold, "member": self.member, "loss": min(self.fold_loss), "done": True}
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

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)
