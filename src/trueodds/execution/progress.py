"""What training reports while it goes on, and how a callback ends it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ProgressEvent:
    """One evaluation of a member: ``epoch`` of ``epochs`` are done, ``loss`` is held-out log-loss.

    The last event of a member has ``done``, the epochs that were run as both, and the loss of the
    weights that are kept.
    """

    fold: int
    member: int
    epoch: int
    epochs: int
    loss: float
    done: bool = False
    resumed: bool = False
    """The member comes from an earlier run."""
    of: int = 0
    """Number of members that are trained together; 0 where that is not known."""
    run: int = 0
    """0 for the first training of all members; then they are trained again with a cure."""
    pilot: bool = False
    """The member is trained to choose how long to train, see `trueodds.training.pilot`."""


ProgressCallback = Callable[[ProgressEvent], None]


class OutOfTimeError(Exception):
    """Raised by a callback to end the training: the members finished until then are returned."""
