"""The worked examples run again, and give what their pages show."""

import re
from pathlib import Path

import pytest

from worked_examples import (
    NOTEBOOKS,
    PAGES,
    ROOT,
    alike,
    cells,
    check,
    differences,
    notebook,
    notebook_text,
    output_of,
    pages,
    with_outputs,
)

EXAMPLES = pages()
by_name = pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.stem)


@pytest.mark.slow
@by_name
def test_cells_give_the_outputs_of_the_page(page: Path) -> None:
    if "import torch" in page.read_text(encoding="utf-8"):
        pytest.importorskip("torch")
    assert check(page) == []


@by_name
def test_a_page_stands_on_the_site_and_has_a_notebook_of_the_same_cells(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert f"\nexamples/{page.stem}\n" in index
    assert f"](../_static/notebooks/{page.stem}.ipynb)" in text
    assert (NOTEBOOKS / f"{page.stem}.ipynb").read_text(encoding="utf-8") == notebook_text(text)


def test_six_pages_have_cells_and_most_cells_an_output() -> None:
    assert len(EXAMPLES) >= 6
    for page in EXAMPLES:
        text = page.read_text(encoding="utf-8")
        found = cells(text)
        assert text.count("```python") == len(found) >= 3
        assert sum(bool(cell.output) for cell in found) >= len(found) - 1
        assert all(len(line) <= 100 for cell in found for line in cell.code.splitlines())
        # A block that is no cell would be code that nothing runs.
        assert not re.search(r"^```(?!python\n|text\n|\n|$)", text, re.M), page.name
        assert not re.search(r"^    \$? ?trueodds ", text, re.M), page.name
    assert not {path.stem for path in NOTEBOOKS.glob("*.ipynb")} - {page.stem for page in EXAMPLES}


def test_outputs_are_what_a_cell_prints_warns_of_and_ends_with() -> None:
    module = type(pytest)("worked")
    code = (
        "import warnings\nfrom trueodds import TableWarning\n"
        "print('first  ')\nwarnings.warn(TableWarning('told'))\n1 + 1"
    )
    assert output_of(code, module) == "first\nTableWarning: told\n2\n"
    assert output_of("kept = 3", module) == ""
    assert output_of("kept", module) == "3\n"
    with pytest.raises(RuntimeWarning):
        output_of("import numpy\nnumpy.float32(1) / numpy.float32(0)", module)


def test_outputs_are_put_below_their_cells_and_found_again() -> None:
    page = "# T\n\n```python\na = 1\n```\n\nWords.\n\n```python\na\n```\n\nEnd.\n"
    once = with_outputs(page, ["", "1\n"])
    assert with_outputs(once, ["", "1\n"]) == once
    assert [(cell.code, cell.output) for cell in cells(once)] == [("a = 1\n", ""), ("a\n", "1\n")]
    kinds = [(part["cell_type"], "".join(part["source"])) for part in notebook(once)["cells"]]
    assert kinds == [
        ("markdown", "# T"),
        ("code", "a = 1"),
        ("markdown", "Words."),
        ("code", "a"),
        ("markdown", "End."),
    ]
    assert "1\\n" in notebook_text(once)


def test_only_last_digits_may_differ() -> None:
    assert alike("log-loss 0.2091 (1,200 rows)", "log-loss  0.2093 (1,201 rows)")
    assert not alike("log-loss 0.2091", "log-loss 0.2591")
    assert not alike("log-loss 0.2091", "log-lost 0.2091")
    assert not alike("1,200 rows", "2,200 rows")
    assert not alike("+0.30 too low", "-0.30 too low")
    assert differences("a\n", "a\n") == []
    assert differences("a\n", "a\nb\n")
    assert len(differences("a 1\nb 2\n", "a 1\nc 2\n")) == 1


def test_the_tables_of_examples_are_attributed() -> None:
    text = (ROOT / "examples" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for path in (ROOT / "examples").iterdir():
        assert path.name == "ATTRIBUTION.md" or path.name in text
        assert path.stat().st_size < 1_000_000
    assert (PAGES / "tables.md").is_file()
