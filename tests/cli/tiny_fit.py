"""``trueodds`` with a recipe small enough for a test; run as ``python tiny_fit.py fit …``."""

import os
import sys
from dataclasses import replace

import trueodds.cli.fit
import trueodds.main_job
from trueodds.cli import main
from trueodds.training.recipe import Recipe

TINY = replace(
    Recipe(),
    folds=3,
    members=2,
    many_members=2,
    widths=(16,),
    epochs=2,
    least_steps=int(os.environ.get("TINY_STEPS", "400")),
)


def tiny() -> None:
    """Let every effort be this recipe."""
    for module in (trueodds.main_job, trueodds.cli.fit):
        module.recipe_for = lambda effort: TINY


if __name__ == "__main__":
    tiny()
    sys.exit(main())
