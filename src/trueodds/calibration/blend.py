"""What the members of each view count for: weights fitted to out-of-fold log-odds.

The weights go into the members' last layers, so that the model's log-odds stay the plain mean of
its members'.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.calibrator import fit_slopes
from trueodds.training.folds import Folds
from trueodds.training.member import TrainedMember
from trueodds.training.outcome import held_out_log_odds, out_of_fold
from trueodds.training.record import MemberRecord
from trueodds.training.workspace import TrainingData

LEAST = 0.02
"""Members of a view whose weight is below this are left out."""


@dataclass(frozen=True, eq=False)
class Blend:
    """The members kept, and what those of each view count for together."""

    members: list[TrainedMember]
    views: tuple[tuple[int, ...], ...]
    """Numbers of the members that see the same share of the columns, fullest first."""
    weights: NDArray[np.float64]
    """One a view, sum 1."""
    log_odds: NDArray[np.float64]
    """Out-of-fold, in plain float64, shape (rows, views); NaN for rows that every member saw."""

    @property
    def factors(self) -> NDArray[np.float64]:
        """For each member's outputs, mean 1: their plain mean is then the weighted one."""
        out = np.empty(len(self.members))
        for view, weight in zip(self.views, self.weights, strict=True):
            out[list(view)] = weight * len(out) / len(view)
        return out

    def scaled(self) -> list[NDArray[np.float32]]:
        """The members' parameters with their factors in the last layers."""
        out = []
        for member, factor in zip(self.members, self.factors.astype(np.float32), strict=True):
            flat = member.parameters.copy()
            member.layout.weights(flat)[-1][:] *= factor
            member.layout.biases(flat)[-1][:] *= factor
            out.append(flat)
        return out

    def records(self, trained: Sequence[TrainedMember]) -> tuple[MemberRecord, ...]:
        """Records of all that were trained, with what each counts for."""
        factors = {
            (member.record.fold, member.record.member): float(factor)
            for member, factor in zip(self.members, self.factors, strict=True)
        }
        records = [member.record for member in trained]
        return tuple(replace(r, weight=factors.get((r.fold, r.member), 0.0)) for r in records)

    def by_view(self, outputs: NDArray[np.float64], folds: Folds) -> NDArray[np.float64]:
        """`out_of_fold` of each view from outputs of the scaled members, shape (rows, views).

        ``outputs`` has shape (members, rows).
        """
        columns, factors = [], self.factors
        for view in self.views:
            left_out = [self.members[number].record.fold for number in view]
            mean = out_of_fold(outputs[list(view)], left_out, folds)
            columns.append(mean / factors[view[0]])
        return np.stack(columns, axis=1)


def blend(
    trained: Sequence[TrainedMember],
    data: TrainingData,
    y: NDArray[np.uint8],
    weight: NDArray[np.float64] | None,
) -> Blend:
    """Weigh the views by what they add to each other, by `fit_slopes` on rows no member saw.

    Parameters
    ----------
    y, weight
        Shape (rows,); weight may be None.
    """
    members = list(trained)
    shares = sorted({member.record.share for member in members}, reverse=True)
    each = [[member for member in members if member.record.share == share] for share in shares]
    log_odds = np.stack([held_out_log_odds(view, data) for view in each], axis=1)
    known = np.isfinite(log_odds[:, 0])
    mass = None if weight is None else weight[known]
    while len(shares) > 1:
        slopes, _ = fit_slopes(log_odds[known], y[known], mass)
        useful = slopes >= LEAST * slopes.sum()
        if useful.all():
            weights = slopes / slopes.sum()
            break
        shares = [share for share, use in zip(shares, useful, strict=True) if use]
        members = [member for member in members if member.record.share in shares]
        log_odds = log_odds[:, useful]
    else:
        weights = np.ones(1)
    views = tuple(
        tuple(number for number, member in enumerate(members) if member.record.share == share)
        for share in shares
    )
    return Blend(members, views, weights, log_odds)
