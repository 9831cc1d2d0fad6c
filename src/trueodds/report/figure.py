"""One figure of the page: its charts and its texts."""

from dataclasses import dataclass

from trueodds.report.chart import Spec


@dataclass(frozen=True)
class Drawing:
    """One chart: the id of its place, its text for screen readers, and its specification."""

    key: str
    summary: str
    spec: Spec
    height: int


@dataclass(frozen=True)
class Figure:
    """A figure with a title; if it has no drawings, ``missing`` says why."""

    key: str
    title: str
    caption: str
    drawings: tuple[Drawing, ...] = ()
    missing: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    """(style, meaning) pairs; the style is a CSS class of the page."""


def drawing(key: str, summary: str, spec: Spec) -> Drawing:
    """Make the drawing of a chart."""
    # The page keeps this height before the chart is drawn, so that it does not move.
    return Drawing(key, summary, spec, int(spec["height"]) + 40)
