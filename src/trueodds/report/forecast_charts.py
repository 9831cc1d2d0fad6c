"""Charts of the forecast: reliability, spread, ROC and precision-recall.

Each function returns an Altair chart of a few hundred numbers. The functions import Altair
themselves, so that ``import trueodds`` stays fast.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from trueodds.functions.portable import sigmoid
from trueodds.report.chart import HEIGHT, LEFT, inline, layers
from trueodds.report.curves import Curve
from trueodds.report.distribution import Spread
from trueodds.report.reliability import Bin
from trueodds.report.theme import ACCENT, PAPER, PLAIN

if TYPE_CHECKING:
    import altair as alt

PERCENT_TICKS = np.array([0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
"""Probabilities that can be labels of the log-odds axis."""


def _percent_axis(span: float) -> str:
    return "%" if span >= 0.08 else ".1%" if span >= 0.008 else ".2%"


def forecast_range(bins: tuple[Bin, ...]) -> tuple[float, float]:
    """Range of probabilities that the reliability diagram shows: all, or the part with rows."""
    if not bins:
        return 0.0, 1.0
    low = min(min(b.forecast, b.low) for b in bins)
    high = max(max(b.forecast, b.high) for b in bins)
    if high - low > 0.5:
        return 0.0, 1.0
    margin = 0.08 * (high - low)
    return max(0.0, low - margin), min(1.0, high + margin)


def reliability(bins: tuple[Bin, ...], yes: str) -> alt.LayerChart:
    """Observed share over mean forecast for each bin, with intervals and the identity line."""
    import altair as alt

    low, high = forecast_range(bins)
    scale = alt.Scale(domain=[low, high], nice=False)
    form = _percent_axis(high - low)
    data = inline(
        [
            {
                "forecast": b.forecast,
                "observed": b.observed,
                "low": b.low,
                "high": b.high,
                "rows": b.rows,
                "range": f"{b.lowest:.2%} to {b.highest:.2%}",
            }
            for b in bins
        ]
    )
    x = alt.X("forecast:Q", title=None, scale=scale, axis=alt.Axis(format=form, tickCount=6))
    tooltip = [
        alt.Tooltip("range:N", title="forecasts"),
        alt.Tooltip("forecast:Q", title="mean forecast", format=".2%"),
        alt.Tooltip("observed:Q", title="observed", format=".2%"),
        alt.Tooltip("low:Q", title="interval from", format=".2%"),
        alt.Tooltip("high:Q", title="to", format=".2%"),
        alt.Tooltip("rows:Q", title="rows", format=",d"),
    ]
    identity = (
        alt.Chart(inline([{"x": low, "y": low}, {"x": high, "y": high}]))
        .mark_line(color=PLAIN, strokeDash=[4, 4], strokeWidth=1.25)
        .encode(x="x:Q", y="y:Q")
    )
    intervals = (
        alt.Chart(data)
        .mark_rule(color=ACCENT, strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y(
                "low:Q",
                title=f"observed share of {yes}",
                scale=scale,
                axis=alt.Axis(format=form, minExtent=LEFT, tickCount=6),
            ),
            y2="high:Q",
        )
    )
    points = (
        alt.Chart(data)
        .mark_circle(color=ACCENT, size=34, opacity=1)
        .encode(x=x, y="observed:Q", tooltip=tooltip)
    )
    return layers(identity, intervals, points, height=HEIGHT - 30)


def forecast_bars(spread: Spread, low: float, high: float) -> alt.LayerChart:
    """Small histogram of all forecasts, for the place under the reliability diagram."""
    import altair as alt

    share = spread.yes + spread.no
    rows = [
        {"from": a, "to": b, "share": s}
        for a, b, s in zip(spread.edges, spread.edges[1:], share.tolist(), strict=False)
        if s > 0
    ]
    bars = (
        alt.Chart(inline(rows))
        .mark_rect(color=PLAIN, opacity=0.75, stroke=PAPER, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "from:Q",
                title="forecast probability",
                scale=alt.Scale(domain=[low, high], nice=False),
                axis=alt.Axis(format=_percent_axis(high - low), tickCount=6, grid=False),
            ),
            x2="to:Q",
            y=alt.Y(
                "share:Q",
                title="rows",
                axis=alt.Axis(format=".0%", minExtent=LEFT, tickCount=2, grid=False),
            ),
            y2=alt.datum(0),
            tooltip=[
                alt.Tooltip("from:Q", title="forecast from", format=".2%"),
                alt.Tooltip("to:Q", title="to", format=".2%"),
                alt.Tooltip("share:Q", title="share of rows", format=".2%"),
            ],
        )
    )
    return layers(bars, height=56)


def percent_labels(ticks: list[float]) -> str:
    """A Vega expression that labels rising log-odds with their probabilities."""
    words = [f"'{100 * p:.3g}%'" for p in sigmoid(np.array(ticks)).tolist()]
    between = [(a + b) / 2 for a, b in pairwise(ticks)]
    cases = [f"datum.value < {v!r} ? {w} : " for v, w in zip(between, words, strict=False)]
    return "".join(cases) + words[-1]


def class_spread(spread: Spread, yes: str, no: str) -> alt.LayerChart:
    """Histogram of the forecasts of each class over log-odds; the labels are probabilities."""
    import altair as alt

    # Colours follow fixed keys, so that two equal labels keep two colours.
    rows = []
    for key, label, shares in (("no", no, spread.no), ("yes", yes, spread.yes)):
        for a, b, s in zip(spread.edges, spread.edges[1:], shares, strict=False):
            rows.append({"a": a, "b": b, "share": s, "key": key, "label": label})
    low, high = float(spread.edges[0]), float(spread.edges[-1])
    ticks = [v for v in np.log(PERCENT_TICKS / (1 - PERCENT_TICKS)).tolist() if low <= v <= high]
    if len(ticks) < 3:
        ticks = np.linspace(low, high, 5).tolist()
    chart = (
        alt.Chart(inline(rows))
        .mark_rect(opacity=0.5)
        .encode(
            x=alt.X(
                "a:Q",
                title="forecast probability (log-odds scale)",
                scale=alt.Scale(domain=[low, high], nice=False),
                axis=alt.Axis(
                    values=ticks,
                    labelExpr=percent_labels(ticks),
                    grid=False,
                    labelOverlap="greedy",
                    labelSeparation=6,
                ),
            ),
            x2="b:Q",
            y=alt.Y(
                "share:Q",
                title="share of the class's rows",
                stack=None,
                axis=alt.Axis(format="%", minExtent=LEFT, tickCount=5),
            ),
            y2=alt.datum(0),
            color=alt.Color(
                "key:N",
                scale=alt.Scale(domain=["no", "yes"], range=[PLAIN, ACCENT]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("label:N", title="class"),
                alt.Tooltip("share:Q", title="share of its rows", format=".2%"),
            ],
        )
    )
    return layers(chart)


def _curve(curve: Curve, base: list[dict[str, float]], x: str, y: str) -> alt.LayerChart:
    import altair as alt

    points = [
        {"x": float(a), "y": float(b), "order": i}
        for i, (a, b) in enumerate(zip(curve.x, curve.y, strict=True))
    ]
    scale = alt.Scale(domain=[0, 1], nice=False)
    line = (
        alt.Chart(inline(points))
        .mark_line(color=ACCENT, strokeWidth=2)
        .encode(
            x=alt.X("x:Q", title=x, scale=scale, axis=alt.Axis(format="%", tickCount=5)),
            y=alt.Y(
                "y:Q",
                title=y,
                scale=scale,
                axis=alt.Axis(format="%", minExtent=LEFT, tickCount=5),
            ),
            order="order:Q",
        )
    )
    reference = (
        alt.Chart(inline(base))
        .mark_line(color=PLAIN, strokeDash=[4, 4], strokeWidth=1.25)
        .encode(x="x:Q", y="y:Q")
    )
    return layers(reference, line, height=HEIGHT - 20)


def roc_curve(curve: Curve, yes: str, no: str) -> alt.LayerChart:
    """ROC curve with the diagonal."""
    diagonal = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    return _curve(curve, diagonal, f"share of {no} called {yes}", f"share of {yes} found")


def precision_recall_curve(curve: Curve, base_rate: float, yes: str) -> alt.LayerChart:
    """Precision-recall curve with a line at the base rate."""
    base = [{"x": 0.0, "y": base_rate}, {"x": 1.0, "y": base_rate}]
    return _curve(
        curve,
        base,
        f"share of {yes} found (recall)",
        f"share of rows called {yes} that are {yes} (precision)",
    )
