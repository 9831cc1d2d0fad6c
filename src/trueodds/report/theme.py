"""One style for all charts. Colours are CSS variables of the page, for light, dark and print.

Charts are drawn as SVG, where a colour may be ``var(--…)``. When the scheme changes, the browser
changes the colours without drawing the charts again.
"""

from typing import Any

INK = "var(--ink)"
MUTED = "var(--muted)"
GRID = "var(--grid)"
ACCENT = "var(--accent)"
PLAIN = "var(--plain)"
"""The neutral colour: the "no" class, the base rate, and other context."""
PAPER = "var(--paper)"

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def config() -> dict[str, Any]:
    """Vega-Lite configuration shared by every chart."""
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "domainColor": PLAIN,
            "gridColor": GRID,
            "tickColor": PLAIN,
            "labelColor": MUTED,
            "labelFontSize": 11,
            "titleColor": MUTED,
            "titleFontSize": 11.5,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "tickSize": 4,
            "labelPadding": 4,
        },
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": INK,
            "labelFontSize": 11.5,
            "labelLimit": 260,
            "symbolStrokeWidth": 2,
            "offset": 6,
            "padding": 0,
        },
        "text": {"color": MUTED, "fontSize": 11, "font": FONT},
        "rule": {"color": PLAIN},
    }
