"""Members of a fold that count in the model, and their slopes."""

import numpy as np
from numpy.typing import NDArray

from trueodds.ensemble.ensemble import Ensemble
from trueodds.training.member import TrainedMember

Float = NDArray[np.float64]


def members_of(ensemble: Ensemble, fold: int) -> list[TrainedMember]:
    """Members of a fold whose kind has a weight in the model."""
    used = ensemble.stack.slopes > 0.0
    return [
        member
        for member in ensemble.members
        if member.record.fold == fold and used[ensemble.held_out.kinds.index(member.record.sort)]
    ]


def slopes_of(ensemble: Ensemble, members: list[TrainedMember]) -> Float:
    """Slopes of a fold's members, with the same sum as those of the ensemble."""
    kinds = [ensemble.held_out.kinds.index(member.record.sort) for member in members]
    count = np.bincount(kinds, minlength=len(ensemble.stack.slopes))
    slopes = np.array([ensemble.stack.slopes[kind] / count[kind] for kind in kinds])
    return np.asarray(slopes * (ensemble.stack.slopes.sum() / slopes.sum()))
