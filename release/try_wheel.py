"""Installs the wheel in an empty environment and uses it: python release/try_wheel.py.

The environment holds the wheel and its dependencies alone. `smoke.py` runs in it, outside of the
source, and so do the tests that `--test` names. `--constraints` pins the dependencies; without it
the newest allowed ones come. The wheel is that of this tree.
"""

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
TOOLS = ["pytest", "pytest-timeout", "hypothesis", "pyarrow"]
"""What the tests need beside trueodds."""


def run(*words: str | Path, folder: Path = ROOT) -> None:
    """Run a program, which must end well; it is told of no source and no other environment."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run([str(word) for word in words], cwd=folder, env=environment, check=True)


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make(environment: Path, interpreter: str) -> Path:
    """Make an empty environment without pip, and return its interpreter."""
    if interpreter == sys.executable:
        venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    else:
        run(interpreter, "-m", "venv", "--without-pip", environment)
    return python_of(environment)


def install(python: Path, *what: str | Path, constraints: Path | None) -> None:
    """Install into an environment from outside of it: nothing else comes into it."""
    pins = ["-c", constraints] if constraints else []
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python"]
    run(*pip, python, "install", *pins, *what)
    run(*pip, python, "check")


def smoke(python: Path, folder: Path) -> None:
    """Use the installed package in an empty folder."""
    folder.mkdir()
    run(python, "-I", ROOT / "release" / "smoke.py", ROOT / "examples", folder=folder)


def main() -> None:
    """Read the words of the command line and try the wheel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="interpreter to try it with")
    parser.add_argument("--constraints", type=Path, help="pins of the dependencies")
    parser.add_argument("--test", nargs="*", default=[], help="tests to run after smoke.py")
    words = parser.parse_args()
    constraints = words.constraints and words.constraints.resolve()
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        at = Path(name)
        run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", at, ROOT)
        (wheel,) = at.glob("*.whl")
        python = make(at / "environment", shutil.which(words.python) or words.python)
        install(python, wheel, constraints=constraints)
        smoke(python, at / "work")
        if words.test:
            install(python, *TOOLS, constraints=constraints)
            run(python, "-m", "pytest", "-p", "no:cacheprovider", *words.test)


if __name__ == "__main__":
    main()
