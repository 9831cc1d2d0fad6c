"""How a worker process starts: with the import path of its parent and nothing else.

``python -m`` and ``python -c`` put the working directory first on the import path. A file beside a
table may have the name of a module there. So a worker starts without the working directory (``-P``)
and without PYTHONPATH. It reads the parent's path from standard input before it imports anything.
"""

import os
import sys
from pathlib import Path

HOME = Path(os.path.abspath(__file__)).parents[1]
"""The folder from which this process has imported trueodds."""
READ_PATH = """
import sys
line = bytes.fromhex(sys.stdin.readline())
line = line.decode(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
sys.path[:] = line.split("\\0")
"""
"""What a new process runs first; it reads the line that `path_line` gives."""
MAIN = (
    "import warnings; from trueodds.errors import CacheWarning; "
    "warnings.simplefilter('ignore', CacheWarning); "  # the parent says it
    "from {module} import main; main(*sys.argv[1:])"
)
WORKER = MAIN.format(module="trueodds.execution.worker")
RAY_TRAINER = MAIN.format(module="trueodds.execution.ray_driver")
RAY_CALLER = MAIN.format(module="trueodds.execution.ray_each_driver")
RAY_SCORER = MAIN.format(module="trueodds.cli.ray_predict")
FLAGS = {
    "ignore_environment": "-E",
    "no_user_site": "-s",
    "no_site": "-S",
    "dont_write_bytecode": "-B",
}
"""Options that a worker gets if this process has them, by their names in `sys.flags`."""
NOT_PASSED = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONINSPECT")
"""Variables that change what a worker imports, or keep it from ending."""


def can_start() -> bool:
    """Whether ``sys.executable`` is a Python: it is none in a frozen or an embedding program."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def command(code: str = WORKER) -> list[str]:
    """Return the command that runs code with this process's import path, see `path_line`."""
    flags = [option for name, option in FLAGS.items() if getattr(sys.flags, name)]
    optimise = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    return [sys.executable, "-P", *flags, *optimise, "-c", READ_PATH + code]


def environment(more: dict[str, str]) -> dict[str, str]:
    """Return the environment variables of a worker: those of this process, with some more."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED}
    return {**kept, **more}


def import_path() -> list[str]:
    """Return the import path of workers: that of this process without the working directory.

    ``python -c`` and notebooks have an entry "", which means the working directory at the moment
    of an import. A worker imports only trueodds and what trueodds needs. So `HOME` takes the place
    of "", unless another entry already names it.
    """
    home = str(HOME)
    path = [entry for entry in sys.path if isinstance(entry, str)]
    if home not in map(os.path.normpath, filter(None, path)):
        path.insert(path.index("") if "" in path else len(path), home)
    return [entry for entry in path if entry]


def path_line() -> str:
    """Return the line from which a new process reads its import path, in hexadecimal digits."""
    return os.fsencode("\0".join(import_path())).hex() + "\n"
