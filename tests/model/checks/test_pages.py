"""``docs/checks``: one page for each code, an index, and the figures of the benchmark."""

import json
import re
from pathlib import Path

import pytest

from trueodds.health.findings import KINDS
from trueodds.model.checks import RULES

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "checks"
MEASURED = ROOT / "bench" / "results" / "check_alarms.json"


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    assert pages == set(RULES)


def test_the_index_lists_every_code_with_its_title() -> None:
    text = (PAGES / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(TO\d+)\]\(\1\.md\) \| (.*) \|$", text, re.M)
    assert listed == [(rule.code, rule.title) for rule in RULES.values()]


@pytest.mark.parametrize("code", RULES)
def test_a_page_has_all_parts(code: str) -> None:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: {RULES[code].title}\n")
    parts = re.findall(r"^\*\*(.*?)\.\*\*", text, re.M)
    assert parts == ["Rule", "Example", "What to do", "Measured"]
    assert f"**Example.** {code} " in text
    for part in text.split("**")[2::2]:
        assert len(part.strip()) > 20


@pytest.mark.parametrize("code", RULES)
def test_the_figures_of_a_page_are_those_of_the_benchmark(code: str) -> None:
    from_run = json.loads(MEASURED.read_text(encoding="utf-8"))["checks"]
    (one,) = [found for found in from_run if found["code"] == code]
    text = " ".join((PAGES / f"{code}.md").read_text(encoding="utf-8").split())
    assert f"fired on {one['alarms']} of {one['healthy']} healthy tables" in text
    assert f"found {one['found']} of {one['planted']} planted faults" in text
    assert one["alarms"] <= 0.02 * one["healthy"]
    assert one["found"] == one["planted"] > 0


def test_a_fault_of_training_has_the_title_of_its_kind() -> None:
    assert [RULES[f"TO{201 + i}"].title for i in range(len(KINDS))] == list(KINDS)
