"""Scripts that find what is cut off, broken or out of place on a page, for tests in a browser."""

from chromium import Page

WIDTHS = (390, 768, 1280)
"""Widths of a phone, a tablet and a screen, in CSS pixels."""
OPEN_ALL = "for (const part of document.querySelectorAll('details')) part.open = true"
CHARTS = "[...document.querySelectorAll('.chart')]"

CUT_OFF = """
[...document.querySelectorAll('main *, header *')].filter((part) => {
  if (part.closest('.scroll, thead, svg') || part.matches('option')) return false;
  const { right, left } = part.getBoundingClientRect();
  return right > innerWidth + 1 || left < -1 ||
    (part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== 'inline' &&
      getComputedStyle(part).overflowX === 'hidden');
}).map((part) => part.outerHTML.slice(0, 80))
"""
CUT_OFF_IN_CHARTS = """
[...document.querySelectorAll('.chart svg text')].filter((label) => {
  const box = label.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth || box.left < 0);
}).map((label) => label.textContent)
"""
BROKEN_WORDS = """
[...document.querySelectorAll('h1, h2, h3, p, th, td, dt, label, summary, button, li')]
  .flatMap((part) => {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { 0: word, index } of node.data.matchAll(/[\\p{L}]+/gu)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (tops.size > 1) broken.push(word);
      }
    }
    return broken;
  })
"""


def require_in_place(page: Page) -> None:
    """Nothing is cut off, no word is broken, every chart has its width: folded, and all open."""
    for script in ("0", OPEN_ALL):
        page.run(script)
        page.run("new Promise((done) => setTimeout(done, 400))")
        assert page.run("document.scrollingElement.scrollWidth <= innerWidth")
        assert page.run(CUT_OFF) == []
        assert page.run(CUT_OFF_IN_CHARTS) == []
        assert page.run(BROKEN_WORDS) == []
    widths = page.run(f"{CHARTS}.map((p) => [p.clientWidth, p.querySelector('svg').clientWidth])")
    assert all(0.9 * place <= drawn <= place + 1 for place, drawn in widths), widths


def require_quiet(page: Page) -> None:
    """Nothing was logged, no script refused, and nothing but the file itself was asked for."""
    assert page.logged == []
    assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == []
