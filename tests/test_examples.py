"""Every name of docs/api.md has an example in its docstring, and the examples run."""

import doctest
import inspect
import os
import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trueodds
import trueodds.errors
import trueodds.export
import trueodds.functions
import trueodds.report
from conftest import TINY

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
(SETUP,) = re.findall(r"^```python\n(import numpy as np\nimport polars.*?)^```$", PAGE, re.M | re.S)
"""What the page says that all examples start from."""


def named() -> list[str]:
    """Dotted names of what the page documents, but for what the extras bring."""
    found = re.findall(r"\.\. auto(?:class|function|data):: ([\w.]+)", PAGE)
    errors = re.search(r"automodule:: (trueodds\.errors)\n +:members: (.*)", PAGE)
    assert errors is not None
    found += [f"{errors[1]}.{name}" for name in errors[2].split(", ")]
    # The pages of training health and of explanations run theirs, with PyTorch and SHAP.
    return [name for name in found if not name.startswith("trueodds.interop.")]


def found(name: str) -> Any:
    """What a dotted name leads to."""
    module, _, last = name.rpartition(".")
    return getattr(import_module(module), last)


def example(name: str) -> str:
    """The docstring with the example: a kind of an error has that of its base."""
    kinds = inspect.getmro(found(name)) if inspect.isclass(found(name)) else ()
    errors = [kind for kind in kinds if issubclass(kind, trueodds.TrueOddsError | Warning)]
    texts = [kind.__doc__ or "" for kind in errors] or [found(name).__doc__ or ""]
    return next((text for text in texts if ">>> " in text), "")


OTHERS = [name for name in named() if ".functions." not in name]
OWN = [name for name in OTHERS if ">>> " in (found(name).__doc__ or "")]


@pytest.mark.parametrize("name", OTHERS)
def test_a_public_name_has_an_example(name: str) -> None:
    assert example(name), f"{name}: add a section Examples to its docstring"


def run(name: str, names: dict[str, Any]) -> str:
    """What goes wrong in the examples of a name; empty if nothing does."""
    test = doctest.DocTestParser().get_doctest(inspect.cleandoc(example(name)), names, name, "", 0)
    assert test.examples, name
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    return "".join(said)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What an example may use, in a folder of its own, with fits of a small recipe."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "examples").symlink_to(ROOT / "examples")
    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", trueodds.TableWarning)
        patch.setattr("trueodds.main_job.recipe_for", lambda effort: TINY)
        os.chdir(folder)
        made: dict[str, Any] = {}
        exec(SETUP, made)
        yield made
        os.chdir(before)


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_the_example_of_a_public_name_runs(name: str, names: dict[str, Any]) -> None:
    if name.endswith("to_onnx"):
        pytest.importorskip("onnx")
    assert run(name, dict(names)) == ""


@pytest.mark.parametrize("name", trueodds.functions.__all__)
def test_the_example_of_a_function_runs(name: str) -> None:
    functions = {each: getattr(trueodds.functions, each) for each in trueodds.functions.__all__}
    known = {"np": np, "trueodds": trueodds, **functions}
    assert run(f"trueodds.functions.{name}", known) == ""


def test_an_example_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trueodds.load, "__doc__", ">>> 1 + 1\n3\n")
    assert "Expected" in run("trueodds.load", {})
