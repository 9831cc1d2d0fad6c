"""How a worker process starts: with the import path of its parent and nothing else.

``python -m`` and ``python -c`` put the working directory first on the path, where a file beside a
table may have the name of a module. A worker starts without it (``-P``) and without PYTHONPATH,
reads the parent's path from its standard input, and imports nothing before.
"""

import os
import sys
from pathlib import Path

HOME = Path(os.path.abspath(__file__)).parents[2]
"""The folder that this process has imported trueodds from."""
TAKE_PATH = """
import sys
told = bytes.fromhex(sys.stdin.readline())
told = told.decode(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
sys.path[:] = told.split("\\0")
"""
"""What a new process runs first; `told_path` gives the line that it reads."""
SERVE = (
    "import warnings; from trueodds.errors import CacheWarning; "
    "warnings.simplefilter('ignore', CacheWarning); "  # the parent says it
    "from trueodds.execution.worker import serve; serve(*sys.argv[1:])"
)
FLAGS = {
    "ignore_environment": "-E",
    "no_user_site": "-s",
    "no_site": "-S",
    "dont_write_bytecode": "-B",
}
"""Options of this process that its workers get too, by their names in `sys.flags`."""
NOT_HANDED_ON = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT")
"""Variables that would let a worker import what is not on its parent's path, or not end."""


def can_start() -> bool:
    """Whether ``sys.executable`` is a Python: not within a frozen or an embedding program."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def command(code: str = SERVE) -> list[str]:
    """Return the command that runs code with this process's import path, see `told_path`."""
    flags = [option for name, option in FLAGS.items() if getattr(sys.flags, name)]
    optimise = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    return [sys.executable, "-P", *flags, *optimise, "-c", TAKE_PATH + code]


def environment(more: dict[str, str]) -> dict[str, str]:
    """Return the variables of a worker: this process's, with some more."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    return {**kept, **more}


def import_path() -> list[str]:
    """Return the import path of workers: this process's, but no working directory as such.

    An entry "", as ``python -c`` and notebooks have it, is whatever folder the process is in when
    it imports something. A worker imports trueodds and what that needs, so of "" only the folder
    is left that trueodds was imported from, unless another entry names it.
    """
    home = str(HOME)
    path = [entry for entry in sys.path if isinstance(entry, str)]
    if home not in map(os.path.normpath, filter(None, path)):
        path.insert(path.index("") if "" in path else len(path), home)
    return [entry for entry in path if entry]


def told_path() -> str:
    """Return the line that tells a new process its import path, in hexadecimal digits."""
    return os.fsencode("\0".join(import_path())).hex() + "\n"
