"""What each way in imports: scoring must start fast and stay light."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import trueodds
from trueodds.columns import read_target
from trueodds.main_job import learn
from trueodds.table import as_frame

HEAVY = ("numba", "sklearn", "scipy", "altair", "jinja2", "torch", "pandas", "pyarrow")


def imported(code: str, names: tuple[str, ...]) -> list[str]:
    """Names that a fresh process holds after the code."""
    ask = f"{code}\nimport sys\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.usefixtures("tiny_recipe")
def test_scoring_needs_neither_numba_nor_scikit_learn(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"x": [0.5, 1.5, 2.5, 3.5] * 8, "c": ["a", "b"] * 16, "y": [0, 0, 1, 1] * 8}
    )
    frame = as_frame(table)
    path = tmp_path / "m.odds"
    learn(frame.without(["y"]), read_target(frame.column("y")), jobs=1).model.save(path)
    code = f"import trueodds\np = trueodds.load({str(path)!r}).predict({{'x': 1.0, 'c': 'a'}})\n"
    assert imported(code + "assert 0.0 < p[0] < 1.0", HEAVY) == []


def test_the_package_itself_imports_nothing_heavy() -> None:
    assert imported("import trueodds", (*HEAVY, "numpy", "polars")) == []


def test_fit_imports_no_scikit_learn() -> None:
    assert imported("import trueodds.main_job, trueodds.cli.fit", ("sklearn", "altair")) == []


def test_every_public_name_is_there() -> None:
    for name in trueodds.__all__:
        assert getattr(trueodds, name) is not None
        assert name in dir(trueodds)
    with pytest.raises(AttributeError, match="no_such_name"):
        trueodds.no_such_name  # noqa: B018


def test_imports_flow_one_way() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(script)], cwd=Path(__file__).parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout
