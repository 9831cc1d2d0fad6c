"""A machine that lacks something: a home, a stream, a cache folder, docstrings, the compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

import trueodds

TINY = Path(__file__).parents[1] / "cli" / "tiny_fit.py"
FIT = "fit train.csv --target y --jobs 1"
SIGMOID = "from trueodds.functions import sigmoid; print(sigmoid(1.0), sigmoid(-700.5))"
RIGHT = "0.7310585786300049 5.980196118639791e-305"


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a fit went as usual."""
    home = tmp_path_factory.mktemp("usual")
    write_table(home)
    assert shell("PYTHON FIT", home).returncode == 0
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_table(tmp_path)
    return tmp_path


def write_table(folder: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=80)
    y = (x + rng.normal(size=80) > 0).astype(int)
    lines = ["x,y", *(f"{a:.4f},{b}" for a, b in zip(x, y, strict=True))]
    (folder / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def shell(command: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of a shell; PYTHON and FIT stand for what they are."""
    line = command.replace("PYTHON", sys.executable).replace("FIT", f"{TINY} {FIT}")
    environment = {**os.environ, "TINY_STEPS": "20", **more}
    return subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WRITTEN = ["train.csv", "train.html", "train.odds"]


def test_the_right_value_of_sigmoid() -> None:
    """The oracle of these tests: 1 / (1 + exp(-x)) with 50 digits."""
    with mp.workdps(50):
        exact = [float(1 / (1 + mp.exp(-mpf(x)))) for x in (1.0, -700.5)]
    assert " ".join(map(str, exact)) == RIGHT


@pytest.mark.parametrize(
    "streams",
    [*(pytest.param(s, marks=pytest.mark.slow) for s in (">&-", "2>&-")), "<&- >&- 2>&-"],
)
def test_closed_streams_change_nothing(folder: Path, usual: Path, streams: str) -> None:
    closed = shell(f"PYTHON FIT {streams}", folder)
    assert closed.returncode == 0, closed.stderr
    assert names(folder) == WRITTEN
    for name in WRITTEN:
        assert (folder / name).read_bytes() == (usual / name).read_bytes()
    scored = shell(f"PYTHON -m trueodds predict train.odds train.csv --out s.csv {streams}", folder)
    assert scored.returncode == 0, scored.stderr
    assert len((folder / "s.csv").read_text(encoding="utf-8").splitlines()) == 81


@pytest.mark.parametrize("stream", [1, 2])
def test_an_error_with_a_closed_stream_keeps_its_exit_code(folder: Path, stream: int) -> None:
    assert shell(f"PYTHON -m trueodds inspect none.odds {stream}>&-", folder).returncode == 1


def test_a_user_without_a_home_gets_model_and_report(folder: Path) -> None:
    code = (
        "import os, runpy, sys\n"
        "os.environ.pop('HOME', None)\n"
        "real = os.path.expanduser\n"
        "def expanduser(path):  # as for a user that the system does not know\n"
        "    return real(path) if 'HOME' in os.environ else path\n"
        "os.path.expanduser = expanduser\n"
        f"sys.argv = [{str(TINY)!r}, *{FIT.split()!r}]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    (folder / "homeless.py").write_text(code, encoding="utf-8")
    done = shell("PYTHON homeless.py", folder)
    assert done.returncode == 0, done.stderr
    assert names(folder) == ["homeless.py", *WRITTEN]


@pytest.mark.slow
def test_without_docstrings_model_and_report_are_made(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Byte code without docstrings is made by the first process for the others.
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}
    done = shell("PYTHON -OO FIT", folder, **kept)
    assert done.returncode == 0, done.stderr
    assert names(folder) == WRITTEN
    scored = shell("PYTHON -OO -m trueodds predict train.odds train.csv", folder, **kept)
    assert scored.returncode == 0
    assert len(scored.stdout.splitlines()) == 81


def test_a_report_that_fails_leaves_the_model_and_nothing_half_done(folder: Path) -> None:
    broken = (
        "import runpy, sys\n"
        "import trueodds.report.page as page\n"
        "def render(model, out_of_fold): raise ZeroDivisionError('no chart today')\n"
        "page.render = render\n"
        f"sys.argv = [{str(TINY)!r}, *{FIT.split()!r}]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    (folder / "broken.py").write_text(broken, encoding="utf-8")
    done = shell("PYTHON broken.py", folder)
    assert done.returncode == 1
    assert names(folder) == ["broken.py", "train.csv", "train.odds"]
    assert "The model was written to train.odds before this error." in done.stderr
    assert "train.html could not be made (ZeroDivisionError: no chart today)" in done.stderr
    assert "Traceback" not in done.stderr


def test_disabled_compilation_is_one_sentence_where_it_matters(folder: Path, usual: Path) -> None:
    off = {"NUMBA_DISABLE_JIT": "1"}
    done = shell(f"PYTHON -m trueodds {FIT}", folder, **off)
    assert done.returncode == 1
    assert names(folder) == ["train.csv"]
    assert done.stderr.splitlines()[-1] == (
        "Error: NUMBA_DISABLE_JIT is set, but trueodds runs compiled functions only: unset it."
    )
    asked = shell(f'PYTHON -c "{SIGMOID}"', folder, **off)
    assert asked.returncode == 1
    assert asked.stdout == ""
    assert "KernelError: NUMBA_DISABLE_JIT is set" in asked.stderr
    # Forecasts need no compiler.
    plain = shell("PYTHON -m trueodds predict train.odds train.csv", usual)
    same = shell("PYTHON -m trueodds predict train.odds train.csv", usual, **off)
    assert same.stdout == plain.stdout != ""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package where no folder of it can take compiled functions, for root neither."""
    home = tmp_path_factory.mktemp("sealed")
    source = Path(trueodds.__file__).parent
    shutil.copytree(source, home / "trueodds", ignore=shutil.ignore_patterns("__pycache__"))
    for part in (home / "trueodds").rglob("*.py"):
        (part.parent / "__pycache__").touch()
    return home


@pytest.mark.parametrize(
    "cache",
    [
        "",
        pytest.param("/dev/null", marks=pytest.mark.slow),
        pytest.param("/proc/none", marks=pytest.mark.slow),
        pytest.param("train.csv", marks=pytest.mark.slow),
    ],
)
def test_functions_are_right_where_nothing_can_be_kept(
    folder: Path, sealed: Path, cache: str
) -> None:
    lost = {"HOME": "/proc/none", "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(sealed)}
    done = shell(f'PYTHON -c "{SIGMOID}"', folder, **lost)
    assert done.stdout.strip() == RIGHT
    assert done.stderr.count("cannot be kept on disk") == 1
    assert "ignored" not in done.stderr
    assert names(folder) == ["train.csv"]


@pytest.mark.slow
def test_a_fit_where_nothing_can_be_kept_says_so_once(
    folder: Path, usual: Path, sealed: Path
) -> None:
    lost = {"HOME": "/proc/none", "NUMBA_CACHE_DIR": "/proc/none", "PYTHONPATH": str(sealed)}
    done = shell("PYTHON FIT", folder, **lost)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be kept on disk") == 1
    model = (folder / "train.odds").read_bytes()
    two = shell("PYTHON FIT --jobs 2", folder, **lost)
    assert two.stderr.count("cannot be kept on disk") == 1
    assert (usual / "train.odds").read_bytes() == model
