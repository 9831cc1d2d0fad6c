"""How many processes a training run is worth."""

from itertools import pairwise

from trueodds.errors import UsageError
from trueodds.machine import cores
from trueodds.training.data import TrainingData
from trueodds.training.recipe import Recipe

WORTH_A_PROCESS = 3e11
"""Floating-point operations, a few seconds' work, below which starting processes costs more."""


def sensible_jobs(jobs: int | None, data: TrainingData, recipe: Recipe, epochs: int) -> int:
    """Processes for so many epochs of all members: as asked, all cores for −1, None by the work."""
    if jobs is not None:
        if jobs == 0 or jobs < -1:
            raise UsageError(f"jobs must be a positive number, or -1 for all cores, got {jobs}")
        return cores() if jobs == -1 else jobs
    sizes = (data.width, *recipe.widths, 1)
    weights = sum(a * b for a, b in pairwise(sizes))
    return cores() if 6.0 * weights * data.rows_shown * epochs > WORTH_A_PROCESS else 1
