"""The page of a real fit with all its sections, as axe-core, a keyboard and a phone meet it."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chromium import CHROMIUM, Page, browser
from page_layout import OPEN_ALL, WIDTHS, require_in_place, require_quiet

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
ROOT = Path(__file__).parents[2]
FIT = "fit examples/german_credit.csv --target default --positive 2 --effort quick"
FIT += " --cost-fp 1 --cost-fn 5 --show-rows 10"


def axe_core() -> Path | None:
    """``axe.min.js``: the one that AXE_CORE names, or that of the package that carries it."""
    if named := os.environ.get("AXE_CORE"):
        return Path(named)
    package = importlib.util.find_spec("axe_playwright_python")
    places = package.submodule_search_locations if package else None
    return Path(places[0]) / "axe.min.js" if places else None


AXE = axe_core()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every section, also the rows of the largest surprise."""
    folder = tmp_path_factory.mktemp("whole")
    command = [sys.executable, "-m", "trueodds", *FIT.split(), "--out", str(folder / "m.odds")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder / "m.html"


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def page(browsed: Page, whole: Path) -> Page:
    browsed.media()
    browsed.open(whole)
    browsed.wait("document.documentElement.dataset.model === 'ready'")
    return browsed


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_of_the_largest_surprise_fit_every_width(page: Page, width: int) -> None:
    page.resize(width)
    rows = (
        "[...document.querySelectorAll('[aria-label=\"Rows of the largest surprise\"] tbody tr')]"
    )
    assert page.run(f"{rows}.length") == 10
    page.run("document.getElementById('why-button').click()")
    page.wait("document.querySelector('#why-told li') !== null")
    require_in_place(page)
    if width == min(WIDTHS):  # a table is cards on a phone, which need no scrolling
        wide = "[...document.querySelectorAll('.scroll:has(.cards)')]"
        assert page.run(f"{wide}.filter((p) => p.scrollWidth > p.clientWidth + 1).length") == 0
    require_quiet(page)


@pytest.mark.skipif(AXE is None, reason="no axe.min.js: make slow installs it, AXE_CORE names it")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(page: Page, width: int, dark: bool) -> None:
    assert AXE is not None
    page.media(dark=dark)
    page.resize(width)
    page.run(OPEN_ALL)
    page.run("document.getElementById('why-button').click()")
    page.wait("document.querySelector('#why-told li') !== null")
    page.run(f"{AXE.read_text(encoding='utf-8')}; 0")
    found = page.run(
        "axe.run().then((all) => all.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    assert found == []


FOCUSED = """(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    name: at.id || at.getAttribute("aria-label") || at.textContent.trim().slice(0, 60),
    tag: at.tagName,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
})()"""
STOPS = """[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((part) => part.checkVisibility()).length"""


def tabbed(page: Page) -> list[dict[str, object]]:
    """What Tab reaches from the start of the page, in its order, once through."""
    found: list[dict[str, object]] = []
    for _ in range(page.run(STOPS)):
        page.press("Tab")
        found.append(page.run(FOCUSED))
    return found


@pytest.mark.parametrize("script", ["0", OPEN_ALL], ids=["folded", "open"])
def test_tab_reaches_everything_and_shows_where_it_is(page: Page, script: str) -> None:
    page.run(script)
    stops = tabbed(page)
    assert [stop for stop in stops if not (stop["outlined"] and stop["seen"])] == []
    names = [stop["name"] for stop in stops]
    assert len({(stop["tag"], stop["name"]) for stop in stops}) == len(stops)  # trapped nowhere
    for name in ("cost-fp", "slider", "threshold", "by-costs", "try-0", "why-button"):
        assert name in names
    folded = page.run("document.querySelectorAll('details.section').length")
    assert sum(stop["tag"] == "SUMMARY" for stop in stops) >= folded


def test_keys_move_the_slider_open_a_section_and_give_reasons(page: Page) -> None:
    def focus(selector: str) -> None:
        page.run(f"document.querySelector({selector!r}).focus()")

    threshold = "document.getElementById('decide-form').dataset.threshold"
    before, called = page.run(threshold), page.run("document.getElementById('called').textContent")
    focus("#slider")
    for _ in range(5):
        page.press("ArrowRight")
    assert page.run(threshold) != before
    assert page.run("document.getElementById('called').textContent") != called
    focus("details.section > summary")
    page.press("Enter")
    assert page.run("document.querySelector('details.section').open")
    page.press(" ")
    assert not page.run("document.querySelector('details.section').open")
    forecast = "document.getElementById('try-probability').dataset.logOdds"
    before = page.run(forecast)
    focus("#try-form select")
    page.press("ArrowDown")
    assert page.run(forecast) != before
    focus("#why-button")
    page.press("Enter")
    page.wait("document.querySelector('#why-told li') !== null")
    require_quiet(page)
