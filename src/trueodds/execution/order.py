"""A member to train, and its training, which is the same wherever it runs."""

from collections.abc import Callable
from typing import NamedTuple

from trueodds.training.data import TrainingData
from trueodds.training.heal import train_with_care
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe


class Order(NamedTuple):
    """A member to train for ``until`` epochs; 0 or `SHORT` trains a pilot."""

    fold: int
    member: int
    until: int = 0
    times: int = 1
    """Times as long as usual that the plan is (`trueodds.training.recipe.Recipe.lengthened`)."""
    seconds: float = 0.0
    """A pilot ends at its first evaluation after so many seconds; 0 has no limit."""

    @property
    def name(self) -> str:
        """What names the member's file."""
        return "-".join(map(str, self[:4]))

    @property
    def line(self) -> str:
        """The line by which a process is given the order."""
        return " ".join(map(str, self)) + "\n"

    @classmethod
    def of_line(cls, line: str) -> "Order":
        """Read what `line` gives."""
        *names, seconds = line.split()
        fold, member, until, times = map(int, names)
        return cls(fold, member, until, times, float(seconds))

    def trained(
        self,
        data: TrainingData,
        recipe: Recipe,
        seed: int,
        report: Callable[[int, int, float], None] | None = None,
    ) -> TrainedMember:
        """Train the member; ``report`` is given epoch, epochs and loss at every evaluation."""
        until = self.until if self.until > 0 else None
        task = data.task(self.fold, self.member)
        recipe = recipe.lengthened(self.times)
        return train_with_care(task, recipe, seed, until, report, self.seconds)


SHORT = -1
"""`Order.until` of a pilot with `Order.seconds`: no other run takes its file for a full pilot's."""
