"""The files of results: default names, and checks before the work begins."""

import os
from collections.abc import Sequence
from pathlib import Path

from trueodds.errors import TrueOddsError, UsageError


def require_ending(path: Path, endings: Sequence[str], option: str) -> None:
    """Raise UsageError unless the name has one of the endings."""
    if path.suffix.lower() not in endings:
        raise UsageError(
            f"{option}: {path.name} must end in {' or '.join(endings)}, such as "
            f"{path.stem}{endings[0]}"
        )


def require_writable(path: Path, option: str, inputs: Sequence[Path] = ()) -> None:
    """Raise if a file cannot be written, or if it would change one of the inputs.

    Raises
    ------
    UsageError
        If the file is one of the inputs, or in a folder that is one.
    TrueOddsError
        If its folder is missing or not writable, or if it is a folder.
    """
    folder = path.parent
    if not folder.is_dir():
        raise TrueOddsError(f"{option}: there is no folder {folder}; make it first")
    if path.is_dir():
        raise TrueOddsError(f"{option}: {path} is a folder; name a file")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise TrueOddsError(f"{option}: {path} cannot be written; choose another place")
    for other in inputs:
        if path.exists() and other.exists() and path.samefile(other):
            raise UsageError(f"{option}: {path} is the input itself; choose another name")
        if other.is_dir() and path.resolve().is_relative_to(other.resolve()):
            raise UsageError(f"{option}: {path} lies in the input folder {other}; choose another")
