"""Every public name says what it takes, gives and raises, and stands in docs/api.md."""

import ast
import dataclasses
import doctest
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trueodds

PUBLIC = ("", ".export", ".functions", ".model", ".model.checks", ".report")
"""Packages whose names users import."""
INTERNAL = (".columns", ".table")
"""Packages whose ``__all__`` is for the packages above them."""
ROOT = Path(__file__).parents[1]
NAMES = [
    (f"trueodds{package}", name)
    for package in PUBLIC
    for name in import_module(f"trueodds{package}").__all__
]


def problems(found: Any, title: str) -> list[str]:
    """What the docstring of a function, a method or a property lacks."""
    text = inspect.getdoc(found) or ""
    if len(text) < 20:
        return [f"{title}: no docstring"]
    if isinstance(found, np.ufunc):
        return [] if re.search(r"[Dd]types|float32", text) else [f"{title}: no dtypes"]
    code = found.fget if isinstance(found, property) else found
    out = []
    for name, parameter in inspect.signature(code).parameters.items():
        if name != "self" and not re.search(rf"\b{name}\b", text):
            out.append(f"{title}: the parameter {name} is not described")
        if name != "self" and parameter.annotation is parameter.empty:
            out.append(f"{title}: the parameter {name} has no type")
    returned = str(inspect.signature(code).return_annotation)
    if "ndarray" in returned and not re.search(r"shape|ndim|\(rows,|as for", text.lower()):
        out.append(f"{title}: the shape of what it returns is missing")
    if raises(code) and "Raises\n" not in text and "scikit-learn" not in text:
        out.append(f"{title}: what it raises is missing")
    return out


def raises(function: Any) -> bool:
    """Whether the function itself raises an error of ours."""
    source = textwrap.dedent(inspect.getsource(function))
    return re.search(r"raise \w*(Error|error)\(", source) is not None


def of_class(found: type, title: str) -> list[str]:
    """What a class, its public methods and its fields lack."""
    text = inspect.getdoc(found) or ""
    out = [] if len(text) >= 20 else [f"{title}: no docstring"]
    for name, member in inspect.getmembers(found):
        home = getattr(getattr(member, "fget", member), "__module__", "") or ""
        if name.startswith("_") or not home.startswith("trueodds"):
            continue
        if isinstance(member, property) or inspect.isfunction(member):
            out += problems(member, f"{title}.{name}")
    if dataclasses.is_dataclass(found):
        told = text + "".join(described(found))
        for field in dataclasses.fields(found):
            if not re.search(rf"\b{field.name}\b", told):
                out.append(f"{title}: the field {field.name} is not described")
    return out


def described(found: type) -> Iterator[str]:
    """Names of the fields that have a docstring behind them, and the docstrings of base classes."""
    for base in found.__mro__:
        if not base.__module__.startswith("trueodds"):
            continue
        yield f" {base.__doc__} "
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(body, ast.ClassDef)
        yield from fields_with_text(body.body)


def fields_with_text(statements: list[ast.stmt]) -> Iterator[str]:
    """Names that are assigned or declared directly before a string."""
    names: list[str] = []
    for statement in statements:
        if isinstance(statement, ast.AnnAssign | ast.Assign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names += [target.id for target in targets if isinstance(target, ast.Name)]
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            yield from (f" {name} " for name in names)
        names = []


@cache
def constants(module: str) -> set[str]:
    """Names of a module that have a docstring behind them."""
    source = inspect.getsource(import_module(module))
    return {name.strip() for name in fields_with_text(ast.parse(source).body)}


def lacks(found: Any, name: str, package: str) -> list[str]:
    """All that is missing of a public name."""
    if inspect.isclass(found):
        return of_class(found, name)
    if callable(found) and not hasattr(found, "__args__"):
        return problems(found, name)
    homes = [m.__name__ for m in vars(import_module(package)).values() if inspect.ismodule(m)]
    return [] if any(name in constants(home) for home in homes) else [f"{name}: no docstring"]


@pytest.mark.parametrize(("package", "name"), NAMES, ids=lambda word: word)
def test_a_public_name_is_described(package: str, name: str) -> None:
    assert lacks(getattr(import_module(package), name), name, package) == []


def test_every_package_with_public_names_is_looked_at() -> None:
    folder = ROOT / "src" / "trueodds"
    told = {
        "." + ".".join(path.parent.relative_to(folder).parts)
        for path in folder.rglob("__init__.py")
        if re.search(r"^__all__ = ", path.read_text(encoding="utf-8"), re.M)
    }
    assert {package or "." for package in (*PUBLIC, *INTERNAL)} == told


@pytest.mark.parametrize("package", INTERNAL)
def test_a_name_for_other_packages_says_what_it_is(package: str) -> None:
    module = import_module(f"trueodds{package}")
    for name in module.__all__:
        found = getattr(module, name)
        own = inspect.isclass(found) or inspect.isfunction(found)
        assert not own or inspect.getdoc(found), name


def test_the_api_page_holds_the_names_that_users_import() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\.\. auto\w+:: ([\w.]+)", page))
    errors = re.search(r"automodule:: trueodds\.errors\n +:members: (.*)", page)
    assert errors is not None
    shown |= {f"trueodds.{name}" for name in errors[1].split(", ")}
    for package in ("trueodds", "trueodds.export", "trueodds.functions", "trueodds.report"):
        for name in import_module(package).__all__:
            assert shown & {f"{package}.{name}", f"trueodds.{name}"}, f"{package}.{name}"


OPTIONAL = ("errors", "interop.mlflow", "interop.shap", "interop.torch")
"""Modules outside of packages with ``__all__`` whose names users import."""


@pytest.mark.parametrize("module", OPTIONAL)
def test_names_of_errors_and_extras_are_described_and_on_the_page(module: str) -> None:
    if module == "interop.torch":
        pytest.importorskip("torch")
    found = import_module(f"trueodds.{module}")
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in found.__all__:
        assert lacks(getattr(found, name), name, found.__name__) == []
        assert re.search(rf"trueodds\.{module}\w*\.{name}\b|:members: .*\b{name}\b", page), name


def test_the_examples_of_the_functions_for_torch_run() -> None:
    pytest.importorskip("torch")
    found = doctest.testmod(import_module("trueodds.interop.torch"))
    assert found.attempted >= 7
    assert not found.failed


def test_the_types_are_told_to_others() -> None:
    assert Path(trueodds.__file__).with_name("py.typed").is_file()


def test_a_name_without_what_it_takes_is_seen() -> None:
    def plain(rows: int) -> int:
        """Give a number back, whatever it is."""
        if rows < 0:
            raise ValueError("below 0")
        return rows

    @dataclasses.dataclass
    class Bare:
        """A value that lacks a word about its field."""

        size: int

    assert problems(plain, "plain") == [
        "plain: the parameter rows is not described",
        "plain: what it raises is missing",
    ]
    assert of_class(Bare, "Bare") == ["Bare: the field size is not described"]
