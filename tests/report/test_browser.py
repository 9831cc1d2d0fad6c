"""The page as a browser shows it: every chart drawn, nothing logged, nothing fetched."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from trueodds.report import ColumnImportance, OutOfFold, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


def browse(page: Path, profile: Path, *flags: str) -> tuple[str, list[str]]:
    """Return the document after its scripts have run, and what was logged to the console."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def charts(document: str) -> dict[str, str]:
    """Each chart's place and what was drawn in it."""
    parts = re.split(r'<div class="chart[^"]*" id="chart-([a-z]+)"', document)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn(model, evidence, tmp_path: Path, scheme: str) -> None:
    write_report(model, evidence, tmp_path / "report.html")
    setting = f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
    document, logged = browse(tmp_path / "report.html", tmp_path / "profile", setting)
    assert logged == []
    assert 'data-charts="drawn"' in document
    drawn = charts(document)
    assert len(drawn) == 7
    for key, content in drawn.items():
        assert "<svg" in content, key
        assert content.count("<path") > 2, key
        assert "NaN" not in content.split("</svg>")[0], key


def test_degenerate_and_hostile_pages_are_drawn(model, tmp_path: Path, make_members) -> None:
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
    document, logged = browse(tmp_path / "report.html", tmp_path / "profile")
    assert logged == []
    assert 'data-charts="drawn"' in document
    # Parsed, because a serialised attribute may hold a bare "<".
    seen: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: seen.append(tag)  # type: ignore[method-assign]
    parser.feed(document)
    assert "svg" in seen
    assert "img" not in seen
    assert all("<svg" in content for content in charts(document).values())
