"""Every figure on a page for users has a source, and its source says the same."""

from pathlib import Path

import pytest

from page_figures import RESULTS, ROOT, blocks, wrong

WRITTEN = {"commands", "json", "api", "reading"}
"""Pages that are written from the program, or from the cases of a test."""
FOR_CONTRIBUTORS = {"decisions", "experiments", "format", "architecture", "changelog"}
"""Their figures have links to their runs, and are too many to be held here."""
PAGES = [ROOT / "README.md"] + [
    path
    for path in sorted((ROOT / "docs").glob("*.md"))
    if path.stem not in WRITTEN | FOR_CONTRIBUTORS
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_figure_has_a_source_that_says_the_same(page: Path) -> None:
    found = blocks(page.read_text(encoding="utf-8"))
    assert [told for block in found for told in wrong(block)] == []
    assert [figure for block in found for figure in block.without_source()] == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It takes 2.8 ms, or 30\nseconds, and 1,200 MB.", ["2.8 ms", "30 seconds", "1,200 MB"]),
        ("From 9 to 16 times; 4 % of 12 rows; 683 MB/s", ["9 to 16 times", "4 %", "683 MB/s"]),
        ("The loss is 0.4952, the AUC 0.78.", ["0.4952"]),
        ("A 95 % interval, `0.1234`, CatBoost × 5, [one](a.md#12-ms), 5 samples", []),
        ("```text\n12 ms\n```", []),
        ("<!-- figures: bench/x.py -->\n12 ms\n<!-- end of figures -->", []),
        ("At most 5 %.\n<!-- 5 %: example -->", []),
        ("At most 5 %.\n\n<!-- 5 %: example -->\nOf 6 %.", ["5 %", "6 %"]),
    ],
)
def test_figures_are_found(text: str, figures: list[str]) -> None:
    assert [one for block in blocks(text) for one in block.without_source()] == figures


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (r'12 ms; 0.345: made.txt "^took (\S+) ms, (\S+)$"', ""),
        (r'12 ms: made.txt "(\S+) ms" = a / 1', ""),
        (r'12 ms: made.txt "(\S+) ms" = a / 2', "the page has"),
        (r'0.345: made.txt "(0.2)"', "the page has"),
        (r'0.345; 12: made.txt "(0.3447)"', "2 numbers, 1 values"),
        (r'13 ms: made.txt "(\S+) ms"', "not in the paragraph"),
        (r'12 ms: made.txt "(took|ms)"', "2 places"),
        (r'12 ms: made.txt "never"', "0 places"),
        ("12 ms: a run of mine", "no source"),
        ("12 ms: example", ""),
    ],
)
def test_a_source_is_read(
    source: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RESULTS.is_dir()
    monkeypatch.setattr("page_figures.RESULTS", tmp_path)
    (tmp_path / "made.txt").write_text("took 12.3 ms, 0.3447\nin 0.2 s\n")
    (block,) = blocks(f"It takes 12 ms, and\nthe loss is 0.345.\n<!-- {source} -->")
    assert [one[: len(told)] for one in wrong(block)] == [told] * bool(told)
