"""States of pilots at their evaluations.

A member that stops at an evaluation of its pilot has made the same steps. So the process that
trained the pilot makes the member from the pilot's state, without the steps.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.health.health_record import Snapshot

KEPT = 8
"""Most states of a pilot: its last ones. Earlier ones are rarely where a member stops."""
ROOM = 1 << 25
"""Most bytes of all states of a process, about; the oldest pilots' states go first."""


@dataclass(frozen=True, eq=False)
class PilotState:
    """All that a member depends on that stops here.

    ``average`` holds the averaged parameters, float32, ``random`` the state of the random numbers,
    ``log_odds`` those of the rows that evaluations forecast. ``epochs``, ``train_loss`` and
    ``fold_loss`` are of all evaluations so far.
    """

    steps: int
    average: NDArray[np.float32]
    random: Any
    snapshots: tuple[Snapshot, ...]
    epochs: tuple[int, ...]
    train_loss: tuple[float, ...]
    fold_loss: tuple[float, ...]
    log_odds: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.average.nbytes + self.log_odds.nbytes


class PilotStates:
    """The states of the pilots that a process trains, by a key that names recipe and member."""

    def __init__(self) -> None:
        self._of: dict[Hashable, dict[int, PilotState]] = {}

    def keep(self, key: Hashable, states: Sequence[PilotState]) -> None:
        """Keep a pilot's states."""
        self._of[key] = {state.epochs[-1]: state for state in states}
        while sum(s.nbytes for of in self._of.values() for s in of.values()) > ROOM:
            del self._of[next(iter(self._of))]

    def take(self, key: Hashable, epoch: int) -> PilotState | None:
        """Return a pilot's state after an epoch, if it is kept, and forget all its states."""
        return self._of.pop(key, {}).get(epoch)
