"""The worked examples of ``docs/examples``: runs their cells, writes outputs and notebooks.

Usage: ``python bench/worked_examples.py [NAME ...] [--check | --notebooks]``. The cells of a page
are its Python blocks, in order and in one namespace; what a cell prints, warns of and ends with
stands below it as its output. Without an option, every page gets the outputs of this run and its
notebook in ``docs/_static/notebooks``. ``--check`` runs the cells, changes nothing and fails if an
output has other words, or a number there differs by more than `RELATIVE` and `ABSOLUTE` allow: the
last digits of a trained model differ between machines. ``--notebooks`` runs no cell and writes the
notebooks from the pages.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "examples"
NOTEBOOKS = ROOT / "docs" / "_static" / "notebooks"
CELL = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n<!-- output -->\n```text\n(?P<output>.*?)^```\n)?",
    re.M | re.S,
)
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
RELATIVE, ABSOLUTE = 0.1, 0.02


@dataclass(frozen=True)
class Cell:
    """One Python block of a page and the output below it."""

    code: str
    output: str


def pages() -> list[Path]:
    """The pages that have cells, in order of their names."""
    return [path for path in sorted(PAGES.glob("*.md")) if CELL.search(path.read_text("utf-8"))]


def cells(text: str) -> list[Cell]:
    """All cells of a page."""
    return [Cell(m["code"], m["output"] or "") for m in CELL.finditer(text)]


def run(codes: list[str]) -> list[str]:
    """Outputs of the codes, run one after another in a folder that holds ``examples``."""
    # Dataclasses and pickles look their module up by its name.
    module = ModuleType("worked_example")
    sys.modules[module.__name__] = module
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        shutil.copytree(ROOT / "examples", "examples")
        try:
            return [output_of(code, module) for code in codes]
        finally:
            del sys.modules[module.__name__]


def output_of(code: str, module: ModuleType) -> str:
    """What a cell prints, then the value of its last expression, with warnings as they come."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with shown(printed), contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), module.__dict__)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), module.__dict__)
            if value is not None:
                print(value)
    lines = [line.rstrip() for line in printed.getvalue().splitlines()]
    return "\n".join(lines).strip("\n") + "\n" if any(lines) else ""


@contextlib.contextmanager
def shown(printed: io.StringIO) -> Iterator[None]:
    """Print the warnings of trueodds as a notebook does, and refuse all others."""
    from trueodds import TableWarning

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        printed.write(f"{category.__name__}: {message}\n")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("always", TableWarning)
        # Some libraries warn of each other; that is no output of a page.
        for other in (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning):
            warnings.simplefilter("ignore", other)
        warnings.showwarning = show
        yield


def with_outputs(text: str, outputs: list[str]) -> str:
    """The page with these outputs below its cells."""
    left = iter(outputs)

    def replaced(match: re.Match[str]) -> str:
        output = next(left)
        below = f"\n<!-- output -->\n```text\n{output}```\n" if output else ""
        return f"```python\n{match['code']}```\n{below}"

    return CELL.sub(replaced, text)


def differences(written: str, found: str) -> list[str]:
    """What differs between two outputs: lines with other words, or with numbers too far off."""
    before, after = written.splitlines(), found.splitlines()
    if len(before) != len(after):
        return [f"{len(before)} lines on the page, {len(after)} in this run:\n{found}"]
    return [
        f"on the page: {old}\nin this run: {new}"
        for old, new in zip(before, after, strict=True)
        if not alike(old, new)
    ]


def alike(old: str, new: str) -> bool:
    """Whether two lines have the same words, and numbers that are near each other."""
    if " ".join(NUMBER.sub("#", old).split()) != " ".join(NUMBER.sub("#", new).split()):
        return False
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return all(near(value(a), value(b)) for a, b in pairs)


def value(text: str) -> float:
    """A number as it is written."""
    return float(text.replace(",", "").replace("−", "-"))


def near(a: float, b: float) -> bool:
    """Whether two numbers may stand for each other on two machines."""
    return abs(a - b) <= max(ABSOLUTE, RELATIVE * max(abs(a), abs(b)))


def notebook(text: str) -> dict[str, Any]:
    """The page as a Jupyter notebook (nbformat 4.5), outputs included."""
    parts: list[dict[str, Any]] = []

    def add(kind: str, source: str, **more: Any) -> None:
        if source.strip():
            lines = source.strip("\n").splitlines(keepends=True)
            head = {"cell_type": kind, "id": f"cell-{len(parts)}", "metadata": {}}
            parts.append({**head, "source": lines, **more})

    at = 0
    for count, match in enumerate(CELL.finditer(text), 1):
        add("markdown", text[at : match.start()])
        output = (match["output"] or "").splitlines(keepends=True)
        streams = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
        add("code", match["code"], execution_count=count, outputs=streams)
        at = match.end()
    add("markdown", text[at:])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": parts,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def notebook_text(text: str) -> str:
    """The notebook as its file holds it."""
    return json.dumps(notebook(text), indent=1, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    """Replace a file whole."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def check(page: Path) -> list[str]:
    """What another run of the page's cells shows differently."""
    known = cells(page.read_text(encoding="utf-8"))
    outputs = run([cell.code for cell in known])
    found = zip(known, outputs, strict=True)
    return [line for cell, output in found for line in differences(cell.output, output)]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="the worked examples of docs/examples")
    parser.add_argument("names", nargs="*", help="pages, without .md; all if none is named")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="change nothing, compare")
    only.add_argument("--notebooks", action="store_true", help="run nothing, write notebooks")
    chosen = parser.parse_args()
    failed = 0
    for page in pages():
        if chosen.names and page.stem not in chosen.names:
            continue
        if chosen.check:
            wrong = check(page)
            failed += bool(wrong)
            print(f"{page.name}: {'differs' if wrong else 'same'}", *wrong, sep="\n")
            continue
        text = page.read_text(encoding="utf-8")
        if not chosen.notebooks:
            text = with_outputs(text, run([cell.code for cell in cells(text)]))
            write(page, text)
        write(NOTEBOOKS / f"{page.stem}.ipynb", notebook_text(text))
        print(f"{page.name}: written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
