"""``docs/architecture.md`` is true: its files exist, its packages are the import contract's.

A file over 300 lines says in its first line why it is.
"""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "trueodds"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FILE = re.compile(r"`([\w./-]+\.(?:py|mjs|md|toml))`")
WALKS = re.findall(r"^\*\*.*?(?=^\*\*|^In Python)", PAGE.split("## Three walks")[1], re.M | re.S)


def part(title: str) -> str:
    """A section of the page."""
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def layers() -> list[str]:
    """The import contract's layers, lowest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [layer.removeprefix("trueodds.") for layer in reversed(contract["layers"])]


def test_every_file_exists() -> None:
    named = set(FILE.findall(PAGE))
    assert len(named) > 30
    assert [n for n in named if not (ROOT / n).is_file() and not (PACKAGE / n).is_file()] == []


def test_the_packages_are_those_of_the_import_contract() -> None:
    assert re.findall(r"^\| `(\w+)` \|", part("Packages, lowest first"), re.M) == layers()


def test_the_import_contract_holds_every_package() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert modules | folders == set(layers())


STAGES = "The way of the data: seven stages"


def test_every_stage_is_called_by_learn_in_this_order() -> None:
    stages = re.findall(r"^\| (\w+) \| `(\w+)/\w+\.py` \|", part(STAGES), re.M)
    assert len(stages) == 7
    text = (PACKAGE / "main_job.py").read_text(encoding="utf-8")
    names = {"read": "", "ensemble": "combine"}  # learn is given the frame
    calls = [names.get(stage, stage) for stage, _ in stages]
    places = [text.index(f" {call}(", text.index("def learn")) for call in calls if call]
    assert places == sorted(places)
    order = [layers().index(package) for _, package in stages]
    assert order == sorted(set(order))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk[2:].split("**")[0])
def test_a_walk_enters_each_package_once_and_goes_up(walk: str) -> None:
    steps = re.findall(r"^\d\. `(\w+)/\w+\.py`", walk, re.M)
    assert len(steps) == len(re.findall(r"^\d\.", walk, re.M)) > 4
    order = layers()
    assert all(order.index(a) < order.index(b) for a, b in pairwise(steps))


def test_there_are_three_walks() -> None:
    assert len(WALKS) == 3


def test_each_thing_to_add_names_three_files() -> None:
    rows = [r.split("|")[2:5] for r in re.findall(r"^\| .*`.*", part("Where to add what"), re.M)]
    assert len(rows) == 8
    for row in rows:
        assert all(FILE.search(cell) for cell in row), row


FOLDERS = ("src", "tests", "bench", "examples", "readers")
REASON = "over 300 lines"


def test_a_file_over_300_lines_gives_the_reason_in_its_first_line() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]
    code = [path for path in files if path.suffix in (".py", ".mjs", ".js")]
    assert len(code) > 400
    for path in code:
        lines = path.read_text(encoding="utf-8").splitlines()
        found = path.relative_to(ROOT)
        assert len(lines) <= 300 or REASON in lines[0], f"{found}: {len(lines)} lines: split it"
