"""The settings of a training run, and those of each ``--effort``."""

from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Literal, get_args

from trueodds.errors import UsageError
from trueodds.network.activations import Activation
from trueodds.network.initialisations import Initialisation

Effort = Literal["quick", "standard", "best"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)


@dataclass(frozen=True)
class SoftMember:
    """A member of soft splits (`trueodds.network.soft_splits`); it sees all columns."""

    trees: int = 64
    depth: int = 4
    sparse: bool = False
    """Whether every gate chooses few inputs."""
    rate_factor: float = 5.0 / 3.0
    """Its learning rate over that of the MLPs."""
    weight_decay: float = 1.0
    l1: float = 0.0
    """How fast a dense gate's weights are moved to 0 (`trueodds.training.kinds`)."""

    @property
    def name(self) -> str:
        """What its kind is called."""
        if self.sparse:
            return "sparse soft splits"
        return "lean soft splits" if self.l1 else "soft splits"


DENSE = SoftMember()
LEAN = SoftMember(weight_decay=0.1, l1=0.3)
SPARSE = SoftMember(depth=6, sparse=True, rate_factor=20.0 / 3.0, weight_decay=0.0)


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run. With the table and the seed they decide its result."""

    folds: int = 5
    fold_factor: int = 1
    """Times as many folds for a table of few rows; see `folds_for`."""
    members: int = 3
    """Number of networks that forecast each row left out."""
    many_members: int = 6
    """The same for a table of few rows; see `members_for`."""
    column_fractions: tuple[float, ...] = (1.0, 0.8, 0.6)
    """Fractions of the columns that members see, in turn (`trueodds.training.column_subset`)."""
    soft_splits: tuple[SoftMember, ...] = ()
    """Members of soft splits, whose turn comes after those of ``column_fractions``, the MLPs."""
    widths: tuple[int, ...] = (128, 128, 128)
    activation: Activation = "relu"
    init: Initialisation = "usual"
    """How the first weights are drawn (`trueodds.network.initialise`)."""
    dropout: float = 0.1
    learning_rate: float = 3e-3
    weight_decay: float = 3.0
    """Decoupled weight decay: every step the weights shrink by learning rate × decay."""
    enough_rows: int = 1536
    """Fewer rows get a stronger decay; see `decay_for`."""
    most_decay: float = 4.0
    """Largest factor of the decay for few rows."""
    many_rows: int = 8192
    """More rows get a weaker decay of the MLPs; see `decay_for`."""
    largest_batch: int = 256
    epoch_rows: int = 65_536
    """Most rows of an epoch; the next epoch goes on with the others."""
    epochs: int = 30
    """Epochs planned; `trueodds.training.pilot` chooses how many of them are run."""
    least_steps: int = 1500
    """Least number of steps planned; few rows get more epochs."""
    ema_epochs: float = 1.0
    """Epochs over which the running average of the weights (EMA) forgets."""
    patience: float = 0.2
    """A pilot stops when this fraction of the epochs has not reduced the held-out loss."""
    prune_loss: float = 1e-5
    """Fraction of the base rate's log-loss that pruning may add (`trueodds.training.prune`)."""

    def batch(self, rows: int) -> int:
        """Rows in a batch: a power of two, and at least a dozen batches an epoch, from 16 on."""
        batch = 16
        while batch * 2 <= self.largest_batch and batch * 2 * 12 <= rows:
            batch *= 2
        return min(batch, rows)

    def few(self, rows: int) -> bool:
        """Whether this number of rows is too small for the largest batch."""
        return self.batch(rows) < self.largest_batch

    def folds_for(self, rows: int) -> int:
        """Folds of one partition; `folds` of them would leave so many rows to train on.

        With few rows, the rows that a network does not see are missed most and cost least.
        """
        return self.folds * self.fold_factor if self.few(rows) else self.folds

    def members_for(self, rows: int) -> int:
        """Number of networks that forecast each row left out, for this number of training rows.

        With few rows, single networks vary most and cost least: more networks are worth it.
        """
        return self.many_members if self.few(rows) else self.members

    def partitions_for(self, rows: int) -> int:
        """Number of ways in which the rows are cut into folds, for this number of training rows.

        With few rows a forecast depends on the rows that a network saw. Two partitions show how
        much, and so how much the average of all networks gains (`trueodds.ensemble.held_out`).
        """
        return min(2, self.many_members) if self.few(rows) else 1

    def kind_of(self, member: int) -> float | SoftMember:
        """What a member is: soft splits, or an MLP, by the fraction of the columns that it sees."""
        kinds: tuple[float | SoftMember, ...] = (*self.column_fractions, *self.soft_splits)
        return kinds[member % len(kinds)]

    def decay_for(self, rows: int, decay: float | None = None) -> float:
        """Weight decay for this number of training rows; None stands for the MLPs' decay.

        Decay acts as a prior for weights near 0. The uncertainty of a weight falls as 1/√rows, and
        the decay falls in proportion. From `many_rows` on, the MLPs' decay falls as 1/rows, as that
        of a fixed prior does beside the mean loss.
        """
        few = min(self.most_decay, max(1.0, sqrt(self.enough_rows / rows)))
        if decay is not None:
            return decay * few
        return self.weight_decay * few * min(1.0, self.many_rows / rows)

    def epochs_for(self, rows: int) -> int:
        """Epochs planned for this number of training rows."""
        steps = max(1, min(rows, self.epoch_rows) // self.batch(rows))
        return max(self.epochs, ceil(self.least_steps / steps))

    def of_few_steps(self, rows: int) -> bool:
        """Whether the plan for this number of training rows has no more than the least steps."""
        return self.epochs_for(rows) > self.epochs

    def lengthened(self, times: int) -> "Recipe":
        """The recipe with plans so many times as long."""
        return replace(self, epochs=times * self.epochs, least_steps=times * self.least_steps)


def recipe_for(effort: str) -> Recipe:
    """Return the recipe of an effort.

    Raises
    ------
    UsageError
        If the effort is not one of `EFFORTS`.
    """
    if effort == "quick":
        quick = replace(Recipe(), members=1, many_members=2, widths=(128, 128))
        # Its networks are few and small, so longer epochs of many rows take little time.
        quick = replace(quick, epoch_rows=2 * quick.epoch_rows)
        return replace(quick, column_fractions=(1.0,), soft_splits=(LEAN,))
    standard = replace(Recipe(), members=4, many_members=4, fold_factor=2)
    standard = replace(standard, column_fractions=(1.0,), soft_splits=(LEAN, DENSE, SPARSE))
    if effort == "standard":
        return standard
    if effort == "best":
        many = replace(standard, folds=10, fold_factor=1, members=6, many_members=8)
        many = replace(many, column_fractions=(1.0, 0.8, 0.6), soft_splits=(DENSE, LEAN, SPARSE))
        return replace(many, epochs=60, least_steps=3000, epoch_rows=4 * many.epoch_rows)
    raise UsageError(f"unknown effort {effort!r}: choose from {', '.join(EFFORTS)}")
