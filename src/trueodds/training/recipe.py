"""The settings of a training run, and what each ``--effort`` stands for."""

from dataclasses import asdict, dataclass, replace
from math import ceil, sqrt
from typing import Any, Literal, get_args

from trueodds.errors import UsageError
from trueodds.network.activations import Activation
from trueodds.network.starts import Start

Effort = Literal["quick", "standard", "best"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)


@dataclass(frozen=True)
class Recipe:
    """All that shapes a training run besides the table and the seed."""

    folds: int = 5
    members: int = 4
    """Members for each fold when they train for length 1. See `members_for`."""
    many_members: int = 6
    """Members for each fold of a table of few rows."""
    least_members: int = 3
    """However long they train."""
    views: tuple[float, ...] = (1.0, 0.8, 0.6)
    """Shares of the columns that the members of a fold see, in turn (`trueodds.training.view`)."""
    lengths: tuple[float, ...] = (1.0, 2.5)
    """Multiples of ``epochs`` and ``least_steps`` to choose from (`trueodds.training.pilot`)."""
    length: float = 1.0
    """The one chosen."""
    view_length: float = 2.5
    """Members that see a part of the columns train no longer than this."""
    widths: tuple[int, ...] = (128, 128, 128)
    activation: Activation = "relu"
    start: Start = "usual"
    """How the first weights are drawn (`trueodds.network.initialise`)."""
    dropout: float = 0.1
    learning_rate: float = 3e-3
    decay: float = 3.0
    """Decoupled weight decay; the weights shrink by learning rate × decay a step."""
    enough_rows: int = 1536
    """Fewer rows get a stronger decay, see `decay_for` …"""
    most_decay: float = 4.0
    """… by this factor at most."""
    largest_batch: int = 256
    epochs: int = 12
    """At length 1."""
    least_steps: int = 600
    """Few rows get more epochs, until this many steps are reached; at length 1."""
    memory: float = 1.0
    """Epochs that the running average of the weights remembers."""
    patience: float = 0.4
    """Stop when this share of the epochs brought no better fold loss."""
    compaction: float = 1e-5
    """Share of the base rate's log-loss that dropping redundant units may cost, see `compact`."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)

    def batch(self, rows: int) -> int:
        """Rows in a batch: a power of two, so that few rows still make a dozen steps an epoch."""
        batch = 16
        while batch * 2 <= self.largest_batch and batch * 2 * 12 <= rows:
            batch *= 2
        return min(batch, rows)

    def members_for(self, rows: int) -> int:
        """Members for each fold when trained on so many rows.

        Where batches are smaller than the largest, there are too few rows to fill them: single
        members vary most and cost least, so that more of them pay. Longer training leaves time for
        fewer.
        """
        many = self.members if self.batch(rows) == self.largest_batch else self.many_members
        return max(min(many, self.least_members), ceil(many / max(1.0, self.length)))

    def share_of(self, member: int) -> float:
        """Share of the columns that a fold's member sees."""
        return self.views[member % len(self.views)]

    def decay_for(self, rows: int) -> float:
        """Weight decay when trained on so many rows.

        Decay is a prior: a pull toward no effect that the rows have to outweigh. What they say of
        a weight is uncertain by 1/√rows, and the pull keeps pace with that.
        """
        return self.decay * min(self.most_decay, max(1.0, sqrt(self.enough_rows / rows)))

    def epochs_for(self, rows: int, share: float = 1.0) -> int:
        """Epochs planned for a member that sees so many rows and this share of the columns."""
        length = self.length if share == 1.0 else min(self.length, self.view_length)
        steps = max(1, rows // self.batch(rows))
        return max(ceil(self.epochs * length), ceil(self.least_steps * length / steps))


def recipe_for(effort: str) -> Recipe:
    """Return the recipe of an effort.

    Raises
    ------
    UsageError
        If the effort is not one of `EFFORTS`.
    """
    standard = Recipe()
    if effort == "standard":
        return standard
    if effort == "quick":
        few = replace(standard, members=1, many_members=2, least_members=1)
        return replace(few, lengths=(0.5, 1.0, 2.5), widths=(128, 128))
    if effort == "best":
        many = replace(standard, members=10, many_members=12, least_members=6)
        return replace(many, folds=8, lengths=(1.0, 2.5, 6.25))
    raise UsageError(f"unknown effort {effort!r}: choose from {', '.join(EFFORTS)}")
