"""One figure of the page: its charts, and the words around them."""

from dataclasses import dataclass
from typing import Any

from trueodds.report.chart import specification


@dataclass(frozen=True)
class Drawing:
    """One chart: its place's id, what a screen reader says, and its Vega-Lite specification."""

    key: str
    summary: str
    spec: dict[str, Any]
    height: int


@dataclass(frozen=True)
class Figure:
    """A titled figure; without drawings, ``missing`` says why there is nothing to draw."""

    key: str
    title: str
    caption: str
    drawings: tuple[Drawing, ...] = ()
    missing: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    """(look, meaning) pairs; the look is a CSS class of the page."""


def drawing(key: str, summary: str, chart: Any) -> Drawing:
    """A chart as it stands on the page."""
    spec = specification(chart)
    # Room is kept before the chart is drawn, so that the page does not jump.
    return Drawing(key, summary, spec, int(spec["height"]) + 40)
