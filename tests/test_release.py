"""What a release says of itself agrees: versions, dependencies, Pythons, the workflow."""

import json
import re
import tomllib
from pathlib import Path

import trueodds

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
SYSTEMS = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")


def test_the_version_stands_in_one_place() -> None:
    assert PROJECT["dynamic"] == ["version"]
    said = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"""^__version__ = ["']""", path.read_text(encoding="utf-8"), re.M)
    ]
    assert said == ["src/trueodds/__init__.py"]
    reader = json.loads((ROOT / "readers" / "js" / "package.json").read_text(encoding="utf-8"))
    assert reader["version"] == trueodds.__version__
    assert f"## {trueodds.__version__} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_lowest_versions_are_those_that_the_project_allows() -> None:
    lines = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.lower().split("==") for line in lines if line and not line.startswith("#"))
    allowed = dict(
        re.match(r"([\w.-]+)>=([\d.]+)", line.lower()).groups()  # type: ignore[union-attr]
        for line in PROJECT["dependencies"]
    )
    assert pinned.keys() == allowed.keys()
    for name, lowest in allowed.items():
        assert re.fullmatch(rf"{re.escape(lowest)}(\.0)*", pinned[name]), name


def test_the_classifiers_name_the_pythons_that_were_tried() -> None:
    told = re.findall(r"^\| (3\.\d+)\.\d+ \| .* \| passes", SYSTEMS, re.M)
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: 3." in line]
    assert sorted(named) == sorted(told)
    matrix = re.search(r"python: \[(.*)\]", WORKFLOW)
    assert matrix is not None
    assert set(named) <= set(re.findall(r"3\.\d+", matrix[1]))


def test_the_workflow_runs_what_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in re.findall(r"run: make (\w+)", WORKFLOW):
        assert re.search(rf"^{verb}:", makefile, re.M), verb
    for path in re.findall(r"\b((?:tests|release|\.ci)/[\w./]+)", WORKFLOW):
        assert (ROOT / path).exists(), path
    assert re.search(r"system: \[(.*)\]", WORKFLOW)[1].count("-latest") == 3  # type: ignore[index]
    for line in re.findall(r"run: (.*)", WORKFLOW):
        assert "://" not in line
