"""The settings of a fit on which its members depend; a run resumes only if they are equal."""

import platform
import secrets
from dataclasses import asdict
from typing import Any

from trueodds.cli.fit_job import FitJob
from trueodds.machine import blas_core
from trueodds.training.recipe import Recipe
from trueodds.versions import versions

WITHOUT_EFFECT = (
    "train",
    "target",
    "out",
    "report",
    "jobs",
    "on",
    "memory",
    "heal",
    "time_limit",
    "costs",
    "background",
    "show_rows",
)
"""Fields of `FitJob` that do not change the members, or that have another name here."""


def run_settings(job: FitJob, recipe: Recipe, sha256: str) -> dict[str, Any]:
    """Return the settings by the names that users know.

    ``sha256`` is the table's; "" if the table is not a plain file.
    """
    options = {f"--{k}": v for k, v in asdict(job).items() if k not in WITHOUT_EFFECT}
    drop = ", ".join(job.drop) or None
    return {
        # A table from a pipe cannot be recognised again.
        "the table": sha256 or secrets.token_hex(),
        "--target": job.target,
        **options,
        "--drop": drop,
        "the recipe": asdict(recipe),
        **versions(),
        "the machine": f"{platform.system()} {platform.machine()} {blas_core()}",
    }
