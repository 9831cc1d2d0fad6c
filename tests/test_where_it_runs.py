"""The lists of places are up to date, and every place has a test with the real counterpart."""

import ast
import tomllib

import pytest

from where_it_runs import PAGE, PLACES, README, ROOT, Place, page, readme


def test_the_page_and_readme_have_the_list() -> None:
    """``python tests/where_it_runs.py`` writes both."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert README.read_text(encoding="utf-8") == readme()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.where[:30])
def test_every_place_is_proved(place: Place) -> None:
    file, _, name = place.test.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    named = [n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    assert name in named
    assert place.sign in text


def test_every_extra_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {place.extra for place in PLACES if place.extra} <= set(project["optional-dependencies"])
