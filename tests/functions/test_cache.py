"""Machine code is kept where it can be, and never outlives the source it was made from."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SQUARE = """
import warnings
from trueodds.functions.cache import jit
from {constant} import FACTOR
@jit()
def scaled(x):
    return x * FACTOR
warnings.simplefilter("always")
print(scaled(3.0), sum(scaled.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "factors.py").write_text("FACTOR = 2.0\n", encoding="utf-8")
    (tmp_path / "kernel.py").write_text(SQUARE.format(constant="factors"), encoding="utf-8")
    return tmp_path


def run(package: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
    }
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", **more}
    return subprocess.run(
        [sys.executable, str(package / "kernel.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


def slow(*values: object) -> list[object]:
    """Parameters for the slow suite: each compiles the package anew."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


@pytest.mark.parametrize("place", ["beside the source", *slow("named by the user", "in the home")])
def test_a_changed_source_beside_it_is_compiled_again(package: Path, place: str) -> None:
    more = {}
    if place == "named by the user":
        more["NUMBA_CACHE_DIR"] = str(package / "cache")
    elif place == "in the home":
        (package / "__pycache__").write_text("a file in the way", encoding="utf-8")
        more["HOME"] = str(package)
    assert run(package, **more).stdout == "6.0 0\n"
    # Neither the time nor the size of the compiled function's own file changes.
    (package / "factors.py").write_text("FACTOR = 5.0\n", encoding="utf-8")
    assert run(package, **more).stdout == "15.0 0\n"
    assert run(package, **more).stdout == "15.0 1\n"


@pytest.mark.parametrize("damage", [b"\x80\x04garbage", *slow(b"", "half")])
def test_a_damaged_file_is_made_anew(package: Path, damage: bytes | str) -> None:
    assert run(package).stdout == "6.0 0\n"
    kept = [*(package / "__pycache__").glob("*.nb?")]
    assert len(kept) == 2
    for file in kept:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2] if isinstance(damage, str) else damage)
    assert run(package).stdout == "6.0 0\n"
    assert run(package).stdout == "6.0 1\n"


@pytest.mark.parametrize("folder", ["/proc/none", *slow("/dev/null")])
def test_nothing_is_kept_where_no_folder_can_be_written(package: Path, folder: str) -> None:
    (package / "__pycache__").write_text("a file in the way", encoding="utf-8")
    done = run(package, NUMBA_CACHE_DIR=folder, HOME=folder)
    assert done.stdout == "6.0 0\n"
    assert done.stderr.count("cannot be kept on disk") == 1


def test_a_user_without_a_home_gets_no_folder_named_tilde(package: Path) -> None:
    (package / "__pycache__").write_text("a file in the way", encoding="utf-8")
    code = (package / "kernel.py").read_text(encoding="utf-8")
    # As expanduser answers a user that the system does not know.
    homeless = "import os\nos.path.expanduser = lambda path: path\n"
    (package / "kernel.py").write_text(homeless + code, encoding="utf-8")
    before = sorted(os.listdir())
    assert run(package).stdout == "6.0 0\n"
    assert sorted(os.listdir()) == before
    assert not (package / "~").exists()


def test_a_file_in_the_working_directory_does_not_say_where_code_lies(package: Path) -> None:
    # Numba sets this from ".numba_config.yaml" in the working directory, where PyYAML is installed.
    source = (package / "kernel.py").read_text(encoding="utf-8")
    places = f"import numba\nnumba.config.CACHE_DIR = {str(package / 'planted')!r}\n"
    (package / "kernel.py").write_text(places + source, encoding="utf-8")
    assert run(package).stdout == "6.0 0\n"
    assert not (package / "planted").exists()
    assert run(package).stdout == "6.0 1\n"
