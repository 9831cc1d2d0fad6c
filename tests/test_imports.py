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

HEAVY = ("numba", "sklearn", "scipy", "jinja2", "torch", "pandas", "pyarrow")
PREDICT = {
    *("trueodds", "numpy", "polars", "_polars_runtime_32", "msgspec", "threadpoolctl", "backports"),
    *("typer", "click", "annotated_doc", "shellingham", "typing_extensions"),
}
"""Packages that ``trueodds predict`` of a CSV may import."""
SLOW = (
    "urllib.request", "http.client", "ssl", "trueodds.columns.kinds", "trueodds.columns.leaks",
    "trueodds.health.diagnose",
)  # fmt: skip
"""Modules that it may not import, because they take milliseconds."""


def imported(code: str, names: tuple[str, ...]) -> list[str]:
    """Names that a fresh process holds after the code."""
    ask = f"{code}\nimport sys\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.fixture
def model_file(tiny_recipe: None, tmp_path: Path) -> Path:
    """A small model of the columns x and c."""
    table = pl.DataFrame(
        {"x": [0.5, 1.5, 2.5, 3.5] * 8, "c": ["a", "b"] * 16, "y": [0, 0, 1, 1] * 8}
    )
    frame = as_frame(table)
    path = tmp_path / "m.odds"
    learn(frame.without(["y"]), read_target(frame.column("y")), jobs=1).model.save(path)
    return path


def test_scoring_needs_neither_numba_nor_scikit_learn(model_file: Path) -> None:
    code = (
        f"import trueodds\np = trueodds.load({str(model_file)!r}).predict({{'x': 1.0, 'c': 'a'}})\n"
    )
    assert imported(code + "assert 0.0 < p[0] < 1.0", HEAVY) == []


def test_predict_imports_no_package_but_these(model_file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text("x,c\n1.0,a\n")
    words = ["trueodds", "predict", str(model_file), str(new)]
    code = (
        f"import os, sys, sysconfig\nbefore = {{*sys.modules}}\nsys.argv = {words!r}\n"
        "from trueodds.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "homes = [os.path.realpath(sysconfig.get_path(p)) for p in ('purelib', 'platlib')]\n"
        "added = {n: getattr(m, '__file__', None) for n, m in sys.modules.items()\n"
        "         if n not in before}\n"
        "found = {n.split('.')[0] for n, f in added.items() if f\n"
        "         and os.path.realpath(f).startswith(tuple(homes))}\n"
        f"slow = {SLOW!r}\n"
        "print(*sorted(found), *[n for n in slow if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "x,c,probability"
    assert {*done.stdout.splitlines()[-1].split()} <= PREDICT


def test_the_package_itself_imports_nothing_heavy() -> None:
    assert imported("import trueodds", (*HEAVY, "numpy", "polars")) == []


def test_fit_imports_no_scikit_learn() -> None:
    assert imported("import trueodds.main_job, trueodds.cli.fit", ("sklearn", "jinja2")) == []


@pytest.mark.slow
def test_the_estimator_loads_numba_only_to_fit() -> None:
    code = "from trueodds import TrueOddsClassifier\nTrueOddsClassifier(effort='quick')"
    assert imported(code, ("numba", "jinja2", "trueodds.main_job")) == []


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
