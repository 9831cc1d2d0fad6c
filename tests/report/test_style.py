"""The page's colours and weight: readable in light and dark, and no library loaded too early."""

import re
import subprocess
import sys

import pytest

from trueodds.report.bundle import read_asset

STYLE = read_asset("page.css")
SCHEMES = [
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_text_and_marks_stand_out(scheme: dict[str, str]) -> None:
    assert scheme.keys() == SCHEMES[0].keys()
    for text in ("ink", "muted", "accent"):
        assert contrast(scheme[text], scheme["paper"]) >= 4.5
    assert contrast(scheme["warn-ink"], scheme["warn-paper"]) >= 4.5
    assert contrast(scheme["plain"], scheme["paper"]) >= 3


def test_every_colour_of_the_charts_is_in_the_style() -> None:
    from trueodds.report import theme

    used = re.findall(
        r"var\(--([a-z-]+)\)", " ".join(vars(theme)[n] for n in vars(theme) if n.isupper())
    )
    assert len(used) == 6
    assert set(used) <= SCHEMES[0].keys()


def test_importing_the_report_loads_no_large_library() -> None:
    heavy = "jinja2 sklearn scipy"
    code = f"import sys, trueodds.report; print(set('{heavy}'.split()) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
