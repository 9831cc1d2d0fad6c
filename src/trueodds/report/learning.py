"""The numbers of the learning curves, reduced so that a long run makes a small page."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np

from trueodds.training.training_record import MemberRecord, TrainingRecord

MOST_POINTS = 6_000
"""Most points of all members together."""

Points = tuple[tuple[int, float], ...]
"""(epoch, loss) pairs by rising epoch."""


@dataclass(frozen=True)
class MemberCurves:
    """Losses of one member by epoch, from 1; epochs with a loss that is not finite are left out."""

    label: str
    train: Points
    fold: Points
    kept: tuple[int, float] | None
    """The epoch whose weights were kept, and its loss on the left-out fold."""


def member_label(record: TrainingRecord, member: MemberRecord) -> str:
    """Name of a member: its fold, and its number if a fold has several members."""
    several = any(m.member != record.members[0].member for m in record.members)
    fold = f"fold {member.fold + 1}"
    return f"{fold}, member {member.member + 1}" if several else fold


def _points(losses: tuple[float, ...], epochs: list[int], most: int, keep: int) -> Points:
    """At most ``most`` entries spread over the run, with entry ``keep`` unless that is −1."""
    wanted = set(np.linspace(0, len(losses) - 1, min(len(losses), most)).round().astype(int))
    if 0 <= keep < len(losses):
        wanted.add(keep)
    return tuple((epochs[i], float(losses[i])) for i in sorted(wanted) if isfinite(losses[i]))


def learning_curves(record: TrainingRecord) -> tuple[MemberCurves, ...]:
    """Curves of every member, in the order of the record."""
    most = int(np.clip(MOST_POINTS // max(1, 2 * len(record.members)), 20, 300))
    found = []
    for m in record.members:
        entries = max(len(m.train_loss), len(m.fold_loss))
        # The last entry comes early if the stride does not divide the run.
        epochs = list(m.at) or [
            min((i + 1) * m.stride, max(m.epochs, i + 1)) for i in range(entries)
        ]
        keep = epochs.index(m.best_epoch) if m.best_epoch in epochs else -1
        kept_loss = m.fold_loss[keep] if 0 <= keep < len(m.fold_loss) else float("nan")
        found.append(
            MemberCurves(
                label=member_label(record, m),
                train=_points(m.train_loss, epochs, most, keep),
                fold=_points(m.fold_loss, epochs, most, keep),
                kept=(m.best_epoch, float(kept_loss)) if isfinite(kept_loss) else None,
            )
        )
    return tuple(found)


def loss_range(curves: tuple[MemberCurves, ...]) -> tuple[float, float] | None:
    """Range of losses to show: all losses, but not a first epoch far above the others.

    None if no loss is finite.
    """
    losses = np.array([loss for c in curves for _, loss in (*c.train, *c.fold)])
    if not losses.size:
        return None
    low, high = float(losses.min()), float(losses.max())
    later = [b for c in curves for line in (c.train, c.fold) for _, (_, b) in pairwise(line)]
    if later:
        usual = max(later)
        high = min(high, usual + 0.5 * (usual - low))
    margin = 0.05 * (high - low) or 0.01
    return max(0.0, low - margin), high + margin
