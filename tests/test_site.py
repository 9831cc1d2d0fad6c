"""The site as a reader has it: opened from a folder, at three widths, without a network."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chromium import CHROMIUM, Page, browser

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "site"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
WIDTHS = (390, 768, 1280)
WIDE = ("index", "start", "sigmoid", "deciding", "compare", "api", "examples/churn")
"""Pages that are looked at in every width; of the others, only the narrowest is."""

CUT_OFF = """
[...document.querySelectorAll('article *, header *')].filter((part) => {
  const { right, left, width } = part.getBoundingClientRect();
  if (!width || (right <= innerWidth + 1 && left >= -1)) return false;
  for (let above = part; above !== document.body; above = above.parentElement)
    if (/auto|scroll|hidden/.test(getComputedStyle(above).overflowX)) return false;
  return true;
}).map((part) => part.outerHTML.slice(0, 80))
"""
BROKEN_LINKS = """
[...document.querySelectorAll('a[href^="#"]')]
  .map((link) => decodeURIComponent(link.getAttribute('href').slice(1)))
  .filter((name) => name && !document.getElementById(name))
"""
SCROLL = "{ block: 'center', behavior: 'instant' }"
SMALL = """
[...document.querySelectorAll('.live svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    const inside = box.left >= frame.left - 1 && box.right <= frame.right + 1;
    return !inside || parseFloat(getComputedStyle(text).fontSize) * scale < 10;
  }).map((text) => text.textContent);
})
"""
"""Words of figures that are cut off, or of fewer than ten pixels."""
FAINT = """
(() => {
  const light = (colour) => {
    const part = (value) => value / 255 <= 0.03928
      ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const opaque = (colour) => !/^rgba.*, 0(\\.\\d+)?\\)$/.test(colour);
  const behind = (part) => {
    for (; part; part = part.parentElement)
      if (opaque(getComputedStyle(part).backgroundColor))
        return getComputedStyle(part).backgroundColor;
    return 'rgb(255, 255, 255)';
  };
  const words = (part) =>
    [...part.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
  return [...document.querySelectorAll('article *')].filter((part) => {
    if (part.closest('svg') || !words(part) || !part.getClientRects().length) return false;
    const both = [light(getComputedStyle(part).color), light(behind(part))].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05) < 4.5;
  }).map((part) => part.outerHTML.slice(0, 80));
})()
"""
"""Words whose contrast with what is behind them is below 4.5, the limit of WCAG 2.2."""
PICTURES = "[...document.images].filter((one) => !one.naturalWidth).map((one) => one.src)"


@pytest.fixture(scope="module")
def site() -> Path:
    for name in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(name)
    # What `make docs` has built is read again only where it is older than its sources.
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    built = subprocess.run(
        [*command, str(ROOT / "docs"), str(SITE)], capture_output=True, text=True, cwd=ROOT
    )
    assert built.returncode == 0, built.stderr
    return SITE


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def show(page: Page, path: Path, width: int) -> None:
    page.open(path, width)
    page.wait("document.readyState === 'complete'")


def drag(page: Page, target: str, by: int) -> None:
    """Press the mouse on the first element that a selector finds, and move it to the right."""
    page.run(f"document.querySelector('{target}').scrollIntoView({SCROLL})")
    box = f"document.querySelector('{target}').getBoundingClientRect()"
    x, y = page.run(f"(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])({box})")
    for kind, at, pressed in (
        ("mousePressed", x, 1),
        ("mouseMoved", x + by, 1),
        ("mouseReleased", x + by, 0),
    ):
        page.call(
            "Input.dispatchMouseEvent", type=kind, x=at, y=y, button="left", buttons=pressed,
            clickCount=1,
        )  # fmt: skip


def names(site: Path) -> list[str]:
    """All pages but the lists that Sphinx makes itself; of the checks, those of tables."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    left_out = (
        "_",
        "genindex",
        "search",
        "py-",
        "checks/TO2",
        "checks/TO3",
        "checks/TO4",
        "checks/TO5",
    )
    return sorted(name for name in found if not name.startswith(left_out))


def test_dark_pages_fit_and_their_words_stand_out(site: Path, page: Page) -> None:
    page.media(dark=True)
    try:
        for stem in WIDE:
            show(page, site / f"{stem}.html", 390)
            ground = page.run("getComputedStyle(document.body).backgroundColor")
            assert all(int(part) < 64 for part in re.findall(r"\d+", ground)[:3]), stem
            assert page.run("document.documentElement.scrollWidth") <= 390, stem
            assert page.run(FAINT) == [], stem
    finally:
        page.media()


def test_every_page_fits_and_every_link_and_picture_is_there(site: Path, page: Page) -> None:
    assert len(names(site)) > 50
    for name in names(site):
        stem = name.removesuffix(".html")
        for width in WIDTHS if stem in WIDE else WIDTHS[:1]:
            show(page, site / name, width)
            assert page.run("document.documentElement.scrollWidth") <= width, (name, width)
            assert page.run(CUT_OFF) == [], (name, width)
        assert page.run(PICTURES) == [], name
        assert page.run(BROKEN_LINKS) == [], name
        assert page.logged == [], name
        assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == [], name


def test_search_finds_a_page_without_a_network(site: Path, page: Page) -> None:
    show(page, site / "index.html", 1280)
    page.run("document.querySelector('input[name=q]').focus()")
    page.call("Input.insertText", text="saturated")
    for kind in ("keyDown", "keyUp"):
        page.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
            windowsVirtualKeyCode=13,
        )  # fmt: skip
    page.wait("location.pathname.endsWith('search.html')")
    page.wait("document.querySelectorAll('#search-results li a').length > 0")
    page.wait("/found/.test(document.querySelector('.search-summary').textContent)")
    found = page.run(
        "[...document.querySelectorAll('#search-results li a')].map((a) => a.getAttribute('href'))"
    )
    assert any("health.html" in target for target in found)
    assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == []


def test_the_figures_can_be_moved(site: Path, page: Page) -> None:
    show(page, site / "sigmoid.html", 768)
    assert page.run("document.querySelectorAll('.live').length") == 5
    assert page.run("[...document.querySelectorAll('.live')].every((one) => one.children.length)")
    told = "document.querySelector('[data-figure=slope] p[aria-live]').textContent"
    before = page.run(told)
    page.run("document.querySelector('[data-figure=slope] .handle').focus()")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    assert page.run(told) != before
    before = page.run(told)
    drag(page, "[data-figure=slope] .handle", 40)
    assert page.run(told) != before
    corner = "document.querySelector('[data-figure=corner]')"
    loss = f"Number(/log-loss is ([\\d.]+)\\./.exec({corner}.textContent)[1])"
    line = f"Number(/better than ([\\d.]+),/.exec({corner}.textContent)[1])"
    assert page.run(loss) > page.run(line)
    for _ in range(6):
        page.run(f"{corner}.querySelectorAll('button')[1].click()")
    assert page.run(loss) < 0.6 * page.run(line)
    show(page, site / "sigmoid.html", 390)
    assert page.run(SMALL) == []
    show(page, site / "calibration.html", 390)
    assert page.run(SMALL) == []
    told = "document.querySelector('.live p[aria-live]').textContent"
    assert "forecast of 90 %, 75 % are yes" in page.run(told)
    page.run(
        "for (const one of document.querySelectorAll('.live input')) {"
        "one.value = one.previousSibling.textContent === 'slope' ? 1 : 0;"
        "one.dispatchEvent(new Event('input'))}"
    )
    assert "forecast of 90 %, 90 % are yes" in page.run(told)
    assert page.logged == []
