"""Version 0.1.0 of trueodds, from the history of this repository, to be measured beside today's."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMIT = "657e735"
"""The last one of 0.1.0."""


def environment(folder: Path) -> dict[str, str] | None:
    """Lay its source into a folder, and give the variables by which a new process imports it.

    None where the history does not have it. Its compiled code lies in the folder as well.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "archive", COMMIT, "src"], capture_output=True, check=False
        )
    except OSError:  # there is no git
        return None
    if done.returncode:
        return None
    place = folder / "first"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(place, filter="data")
    found = {"PYTHONPATH": str(place / "src"), "NUMBA_CACHE_DIR": str(place / "compiled")}
    require_import(place, found)
    return found


def require_import(place: Path, variables: dict[str, str]) -> None:
    """Refuse variables by which another trueodds is imported."""
    command = [sys.executable, "-P", "-c", "import trueodds; print(trueodds.__file__)"]
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    if not Path(done.stdout.strip()).is_relative_to(place.resolve()):
        raise SystemExit(f"0.1.0 is not imported, but {done.stdout.strip()}")
