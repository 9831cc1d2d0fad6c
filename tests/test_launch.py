"""Workers see their parent's import path and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import trueodds
from trueodds import launch
from trueodds.execution import process

HOME = str(Path(trueodds.__file__).parents[1])
PACKAGES = str(Path(np.__file__).parents[1])
TRAPS = (
    "queue", "json", "signal", "threading", "typing", "pathlib", "encodings", "numpy", "trueodds",
    "sitecustomize", "usercustomize",
)  # fmt: skip
FIT = """
import os, sys
import numpy as np
from dataclasses import replace
from trueodds.training.folds import make_folds
from trueodds.execution.order import Order
from trueodds.execution.pool import train_members
from trueodds.training.recipe import Recipe
from trueodds.training.data import TrainingData

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 3)).astype(np.float32)
y = (X[:, 0] > 0).astype(np.uint8)
own = tuple(np.zeros((120, 0), np.float32) for _ in range(2))
columns = tuple(np.array([i]) for i in range(3))
ones = np.ones(120, np.float32)
data = TrainingData(X, own, y.astype(np.float32), ones, make_folds(y, 2, 0), columns)
recipe = replace(Recipe(), members=1, many_members=1, widths=(8,), epochs=2, least_steps=20)
os.chdir(sys.argv[1])
print(len(train_members(data, recipe, 3, 2, [Order(0, 0), Order(1, 0, 2)])), "trained")
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder of a table, and beside it files with the names of modules."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in TRAPS:
        (folder / f"{name}.py").write_text(
            f"open({str(folder)!r} + '/{name}.ran', 'w').close()\nraise SystemExit('trapped')\n",
            encoding="utf-8",
        )
    return folder


def python(*words: object, cwd: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": HOME, **more}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=environment, check=False, timeout=300
    )


@pytest.mark.parametrize("flags", [[], ["-B", "-s"]])
def test_files_beside_a_table_are_not_run(tmp_path: Path, trap: Path, flags: list[str]) -> None:
    """Also with "" on the parent's path, which is the table's folder by the time of the fit."""
    done = python(*flags, "-c", FIT, trap, cwd=tmp_path)
    assert done.stdout == "2 trained\n", done.stderr
    assert not list(trap.glob("*.ran"))


def test_variables_set_by_the_parent_lead_to_no_other_code(tmp_path: Path, trap: Path) -> None:
    code = f"""
import os
os.environ.update(PYTHONPATH={str(trap)!r}, PYTHONINSPECT="1", PYTHONSTARTUP={str(trap)!r})
{FIT}"""
    done = python("-c", code, tmp_path, cwd=tmp_path)
    assert done.stdout == "2 trained\n", done.stderr
    assert not list(trap.glob("*.ran"))


def test_packages_found_by_the_callers_own_path_are_found(tmp_path: Path, trap: Path) -> None:
    """Isolated and without site: nothing but what the caller inserts leads to any package."""
    code = f"import sys; sys.path[:0] = [{HOME!r}, {PACKAGES!r}]\n{FIT}"
    done = python("-I", "-S", "-c", code, trap, cwd=tmp_path)
    assert done.stdout == "2 trained\n", done.stderr


def test_a_package_found_by_the_working_directory_is_found(tmp_path: Path, trap: Path) -> None:
    """The parent has trueodds by "" and then goes elsewhere."""
    done = python("-c", FIT, trap, cwd=Path(HOME), PYTHONPATH="")
    assert done.stdout == "2 trained\n", done.stderr
    assert not list(trap.glob("*.ran"))


def test_the_command_runs_no_file_beside_the_table(trap: Path) -> None:
    """``python -m`` puts the table's folder first, but for trueodds itself it is not needed."""
    for name in ("typing", "encodings", "trueodds"):  # Python itself and `-m` look for these
        (trap / f"{name}.py").unlink()
    (trap / "click.py").write_text("raise SystemExit('trapped')", encoding="utf-8")
    done = python("-m", "trueodds", "fit", "--help", cwd=trap)
    assert done.returncode == 0, done.stderr
    assert not list(trap.glob("*.ran"))


def test_a_working_directory_that_is_gone_is_no_harm(tmp_path: Path) -> None:
    code = (
        "import os, sys, runpy; from trueodds import launch\n"
        f"os.chdir({str(tmp_path)!r}); os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "sys.path.insert(0, 'lib'); print(launch.import_path()[0])\n"
        "sys.argv = ['trueodds', '--help']; runpy.run_module('trueodds', run_name='__main__')"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("lib\n")


def test_options_of_the_interpreter_are_handed_on(tmp_path: Path) -> None:
    code = "from trueodds.launch import command; print(*command()[1:-1])"
    told = [python(*flags, "-c", code, cwd=tmp_path).stdout for flags in (["-B"], ["-OO", "-sB"])]
    assert told == ["-P -B -c\n", "-P -s -B -OO -c\n"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        (["/a", HOME, "/b"], ["/a", HOME, "/b"]),
        (["", HOME], [HOME]),
        (["", "/a"], [HOME, "/a"]),
        (["/a", "", "", "/b"], ["/a", HOME, "/b"]),
        (["/a"], ["/a", HOME]),
        (["lib", HOME], ["lib", HOME]),
        ([HOME + "/", ""], [HOME + "/"]),
        ([Path("/a"), b"/b", HOME], [HOME]),
    ],
)
def test_which_entries_are_handed_on(
    monkeypatch: pytest.MonkeyPatch, path: list[str], meant: list[str]
) -> None:
    monkeypatch.setattr(sys, "path", path)
    assert launch.import_path() == meant


@pytest.mark.parametrize("more", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_any_name_of_a_folder_arrives(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    odd = ["/a b", "/ein\nzwei", "/größe", "/日本", os.fsdecode(b"/\xff\xfe"), "/" + "x" * 200_000]
    monkeypatch.setattr(sys, "path", [*odd, HOME])
    show = "import os; print([os.fsencode(entry) for entry in sys.path])"
    done = subprocess.run(
        launch.command(show), input=launch.path_line(), capture_output=True, text=True, check=True,
        env=launch.environment(more),
    )  # fmt: skip
    assert done.stdout == f"{[os.fsencode(entry) for entry in [*odd, HOME]]}\n"


@pytest.mark.parametrize(("name", "value"), [("executable", ""), ("frozen", True)])
def test_a_program_that_is_no_python_trains_by_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(sys, name, value, raising=False)
    assert not launch.can_start()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(process.subprocess, "Popen", refuse)
    scope: dict[str, Callable[..., object]] = {}
    monkeypatch.setattr(sys, "argv", ["-c", os.getcwd()])
    exec(FIT.replace("print(", "trained = ("), scope)
    assert scope["trained"] == (2, "trained")
