"""The page as a browser shows it: every chart drawn, nothing logged, nothing fetched."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chromium import CHROMIUM, Page, browser
from page_layout import CHARTS, OPEN_ALL, WIDTHS, require_in_place, require_quiet
from trueodds.evaluation.slices import Grouping, slice_scores
from trueodds.model.effect import ColumnEffect, EffectPoint, Effects
from trueodds.report import ColumnImportance, OutOfFold, write_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def places(*at: float) -> tuple[EffectPoint, ...]:
    return tuple(EffectPoint(f"{a:g}", a, 0.1 * n, -0.1, 0.6, 20) for n, a in enumerate(at))


MISSING = EffectPoint("missing", None, 0.2, 0.1, 0.3, 9)
EFFECTS = Effects(
    (
        ColumnEffect("age", "number", places(17.0, 40.0, 90.0), MISSING, None, 0.4),
        ColumnEffect("since", "date", places(1.58e9, 1.61e9, 1.7e9), None, None, 0.3),
        ColumnEffect("seen", "date", places(1.58e9, 1.61e9, 1.7e9), MISSING, None, 0.2),
        ColumnEffect("job", "category", places(0.0, 1.0), MISSING, None, 0.1),
    ),
    100,
    100,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def report(model, evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    rng = np.random.default_rng(0)
    groupings = [
        Grouping("marital-status", ("Married-civ-spouse", "Never-married"), part)
        for part in rng.integers(0, 2, (2, evidence.y.size))
    ]
    shifted = evidence.log_odds + groupings[0].codes
    slices = slice_scores(evidence.y, shifted, groupings, notes=("a note",))
    write_report(model, replace(evidence, slices=slices, effects=EFFECTS), path)
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_chart_is_drawn(page: Page, report: Path, dark: bool) -> None:
    page.media(dark=dark)
    page.open(report)
    page.run(OPEN_ALL)
    require_quiet(page)
    assert page.run("document.documentElement.dataset.charts") == "drawn"
    drawn = page.run(f"{CHARTS}.map((place) => [place.id, place.innerHTML.split('</svg>')[0]])")
    assert len(drawn) == 10 + 7
    for key, content in drawn:
        assert "<svg" in content, key
        assert content.count("<path") > 2, key
        assert "NaN" not in content, key


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_no_word_is_broken(page: Page, report: Path, width: int) -> None:
    page.media()
    page.open(report, width)
    require_in_place(page)


def test_a_link_of_the_contents_opens_its_section(page: Page, report: Path) -> None:
    page.open(report)
    assert not page.run("document.querySelector('details.section').open")
    page.run("document.querySelector('nav a[href=\"#training\"]').click()")
    page.wait("document.getElementById('training').closest('details').open")
    box = "document.querySelector('#chart-learning svg').getBoundingClientRect().width > 500"
    page.wait(box)


def test_the_code_of_a_warning_leads_to_what_to_do(page: Page, report: Path) -> None:
    page.open(report)
    page.run("document.querySelector('.warning a').click()")
    page.wait("document.getElementById('checks').closest('details').open")
    assert page.run("document.querySelector(location.hash).textContent.includes('What to do:')")


def test_print_opens_all_sections_and_closes_them_again(page: Page, report: Path) -> None:
    page.open(report)
    page.media(printed=True)
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run("document.querySelectorAll('details.section:not([open])').length") == 0
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run("document.querySelectorAll('details.section[open]').length") == 0
    page.media()


def test_degenerate_and_hostile_pages_are_drawn(
    page: Page, model, tmp_path: Path, make_members
) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    evidence = OutOfFold(
        np.array([0, 1, 0, 0, 1], np.uint8),
        np.zeros(5),
        None,
        (ColumnImportance(hostile, 0.0, 0.0, 0.0),),
    )
    odd = replace(
        model,
        target_yes=hostile,
        record=replace(model.record, members=make_members(1, epochs=1)),
    )
    write_report(odd, evidence, tmp_path / "report.html")
    page.open(tmp_path / "report.html")
    require_quiet(page)
    assert page.run("document.documentElement.dataset.charts") == "drawn"
    assert page.run("document.images.length") == 0
    assert page.run(f"{CHARTS}.every((place) => place.querySelector('svg'))")
