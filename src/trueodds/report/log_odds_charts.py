"""The reliability diagram over log-odds, and what is left of the forecast: its residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trueodds.report.chart import LEFT, inline, layers
from trueodds.report.figure import Figure, drawing
from trueodds.report.forecast_charts import PERCENT_TICKS, percent_labels
from trueodds.report.reliability import Bin
from trueodds.report.theme import ACCENT, PLAIN

if TYPE_CHECKING:
    import altair as alt

FARTHEST = 8.0
"""Log-odds beyond ±8 are drawn there; so are shares of 0 and 1."""
KEY = "log-odds"


def log_odds_figure(bins: tuple[Bin, ...], yes: str) -> Figure:
    """The reliability diagram over log-odds above the residuals of the same bins."""
    title = "The same over log-odds"
    if not bins:
        return Figure(KEY, title, "", missing="No row has a forecast.")
    rows = [_row(b) for b in bins]
    values = np.array([[r["forecast"], r["observed"]] for r in rows])
    low, high = float(values.min()) - 0.3, float(values.max()) + 0.3
    for row in rows:
        row["low"], row["high"] = max(row["low"], low), min(row["high"], high)
    off = sum(not b.low <= b.forecast <= b.high for b in bins)
    return Figure(
        KEY,
        title,
        "Small and large probabilities have room here. Below it stand the residuals: the observed "
        "share less the mean forecast, in points. Dots above 0 have too low a forecast.",
        (
            drawing(
                KEY,
                f"Reliability diagram over log-odds with {len(bins)} bins.",
                _shares(rows, yes, low, high),
            ),
            drawing(
                "residuals",
                f"Residuals of {len(bins)} bins; the intervals of {off} do not hold 0.",
                _residuals(rows, low, high),
            ),
        ),
        legend=(("dot", "observed share, 95% interval"), ("dashed", "perfect calibration")),
    )


def _log_odds(share: float) -> float:
    if share <= 0.0 or share >= 1.0:
        return -FARTHEST if share <= 0.0 else FARTHEST
    return float(np.clip(np.log(share) - np.log1p(-share), -FARTHEST, FARTHEST))


def _row(b: Bin) -> dict[str, Any]:
    return {
        "forecast": _log_odds(b.forecast),
        "observed": _log_odds(b.observed),
        "low": _log_odds(b.low),
        "high": _log_odds(b.high),
        "residual": 100.0 * (b.observed - b.forecast),
        "from": 100.0 * (b.low - b.forecast),
        "to": 100.0 * (b.high - b.forecast),
        "rows": b.rows,
        "range": f"{b.lowest:.2%} to {b.highest:.2%}",
        "share": f"{b.observed:.2%}",
    }


def _axis(low: float, high: float, **options: Any) -> alt.Axis:
    """An axis of log-odds whose labels are probabilities."""
    import altair as alt

    ticks = [v for v in np.log(PERCENT_TICKS / (1 - PERCENT_TICKS)).tolist() if low <= v <= high]
    if len(ticks) < 3:
        ticks = np.linspace(low, high, 5).tolist()
    return alt.Axis(
        values=ticks,
        labelExpr=percent_labels(ticks),
        labelOverlap="greedy",
        labelSeparation=6,
        **options,
    )


def _tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("range:N", title="forecasts"),
        alt.Tooltip("share:N", title="observed"),
        alt.Tooltip("residual:Q", title="residual, points", format="+.2f"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
    ]


def _shares(rows: list[dict[str, Any]], yes: str, low: float, high: float) -> alt.LayerChart:
    import altair as alt

    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("forecast:Q", title=None, scale=scale, axis=_axis(low, high))
    identity = (
        alt.Chart(inline([{"x": low, "y": low}, {"x": high, "y": high}]))
        .mark_line(color=PLAIN, strokeDash=[4, 4], strokeWidth=1.25)
        .encode(x="x:Q", y="y:Q")
    )
    intervals = (
        alt.Chart(inline(rows))
        .mark_rule(color=ACCENT, strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y(
                "low:Q",
                title=f"observed share of {yes}",
                scale=scale,
                axis=_axis(low, high, minExtent=LEFT),
            ),
            y2="high:Q",
        )
    )
    points = (
        alt.Chart(inline(rows))
        .mark_circle(color=ACCENT, size=34, opacity=1)
        .encode(x=x, y="observed:Q", tooltip=_tooltip())
    )
    return layers(identity, intervals, points, height=200)


def _residuals(rows: list[dict[str, Any]], low: float, high: float) -> alt.LayerChart:
    import altair as alt

    x = alt.X(
        "forecast:Q",
        title="forecast probability (log-odds scale)",
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=_axis(low, high, grid=False),
    )
    zero = (
        alt.Chart(inline([{"x": low, "y": 0.0}, {"x": high, "y": 0.0}]))
        .mark_line(color=PLAIN, strokeDash=[4, 4], strokeWidth=1.25)
        .encode(x="x:Q", y="y:Q")
    )
    intervals = (
        alt.Chart(inline(rows))
        .mark_rule(color=ACCENT, strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y(
                "from:Q",
                title="residual, points",
                axis=alt.Axis(minExtent=LEFT, tickCount=4),
            ),
            y2="to:Q",
        )
    )
    points = (
        alt.Chart(inline(rows))
        .mark_circle(color=ACCENT, size=34, opacity=1)
        .encode(x=x, y="residual:Q", tooltip=_tooltip())
    )
    return layers(zero, intervals, points, height=110)
