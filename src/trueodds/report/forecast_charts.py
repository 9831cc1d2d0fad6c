"""Charts of the forecast: reliability, spread, ROC and precision-recall.

Each function returns a Vega-Lite chart of a few hundred numbers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from trueodds.functions.portable import sigmoid
from trueodds.report.chart import HEIGHT, LEFT, Spec, between, layer, layers, nominal, quantitative
from trueodds.report.curves import Curve
from trueodds.report.distribution import Spread
from trueodds.report.reliability import Bin
from trueodds.report.theme import ACCENT, PAPER, PLAIN

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


def reliability(bins: tuple[Bin, ...], yes: str) -> Spec:
    """Observed share over mean forecast for each bin, with intervals and the identity line."""
    low, high = forecast_range(bins)
    scale = between(low, high)
    form = _percent_axis(high - low)
    rows = [
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
    x = quantitative("forecast", title=None, scale=scale, axis={"format": form, "tickCount": 6})
    axis = {"format": form, "minExtent": LEFT, "tickCount": 6}
    y = quantitative("low", title=f"observed share of {yes}", scale=scale, axis=axis)
    tooltip = [
        nominal("range", title="forecasts"),
        quantitative("forecast", title="mean forecast", format=".2%"),
        quantitative("observed", title="observed", format=".2%"),
        quantitative("low", title="interval from", format=".2%"),
        quantitative("high", title="to", format=".2%"),
        quantitative("rows", title="rows", format=",d"),
    ]
    intervals = {"x": x, "y": y, "y2": {"field": "high"}}
    points = {"x": x, "y": quantitative("observed"), "tooltip": tooltip}
    return layers(
        reference([{"x": low, "y": low}, {"x": high, "y": high}]),
        layer(rows, "rule", intervals, color=ACCENT, strokeWidth=2),
        layer(rows, "circle", points, color=ACCENT, size=34, opacity=1),
        height=HEIGHT - 30,
    )


def reference(rows: list[dict[str, float]]) -> Spec:
    """A dashed line through x and y, to compare with."""
    encoding = {"x": quantitative("x"), "y": quantitative("y")}
    return layer(rows, "line", encoding, color=PLAIN, strokeDash=[4, 4], strokeWidth=1.25)


def forecast_bars(spread: Spread, low: float, high: float) -> Spec:
    """Small histogram of all forecasts, for the place under the reliability diagram."""
    share = spread.yes + spread.no
    rows = [
        {"from": a, "to": b, "share": s}
        for a, b, s in zip(spread.edges, spread.edges[1:], share.tolist(), strict=False)
        if s > 0
    ]
    encoding = {
        "x": quantitative(
            "from",
            title="forecast probability",
            scale=between(low, high),
            axis={"format": _percent_axis(high - low), "tickCount": 6, "grid": False},
        ),
        "x2": {"field": "to"},
        "y": quantitative(
            "share",
            title="rows",
            axis={"format": ".0%", "minExtent": LEFT, "tickCount": 2, "grid": False},
        ),
        "y2": {"datum": 0},
        "tooltip": [
            quantitative("from", title="forecast from", format=".2%"),
            quantitative("to", title="to", format=".2%"),
            quantitative("share", title="share of rows", format=".2%"),
        ],
    }
    style = {"color": PLAIN, "opacity": 0.75, "stroke": PAPER, "strokeWidth": 0.5}
    return layers(layer(rows, "rect", encoding, **style), height=56)


def percent_labels(ticks: list[float]) -> str:
    """A Vega expression that labels rising log-odds with their probabilities."""
    words = [f"'{100 * p:.3g}%'" for p in sigmoid(np.array(ticks)).tolist()]
    between = [(a + b) / 2 for a, b in pairwise(ticks)]
    cases = [f"datum.value < {v!r} ? {w} : " for v, w in zip(between, words, strict=False)]
    return "".join(cases) + words[-1]


def log_odds_axis(low: float, high: float, **options: Any) -> Spec:
    """An axis of log-odds whose labels are probabilities."""
    ticks = [v for v in np.log(PERCENT_TICKS / (1 - PERCENT_TICKS)).tolist() if low <= v <= high]
    if len(ticks) < 3:
        ticks = np.linspace(low, high, 5).tolist()
    return {
        "values": ticks,
        "labelExpr": percent_labels(ticks),
        "labelOverlap": "greedy",
        "labelSeparation": 6,
        **options,
    }


def class_spread(spread: Spread, yes: str, no: str) -> Spec:
    """Histogram of the forecasts of each class over log-odds; the labels are probabilities."""
    # Colours follow fixed keys, so that two equal labels keep two colours.
    rows = []
    for key, label, shares in (("no", no, spread.no), ("yes", yes, spread.yes)):
        for a, b, s in zip(spread.edges, spread.edges[1:], shares, strict=False):
            rows.append({"a": a, "b": b, "share": s, "key": key, "label": label})
    low, high = float(spread.edges[0]), float(spread.edges[-1])
    encoding = {
        "x": quantitative(
            "a",
            title="forecast probability (log-odds scale)",
            scale=between(low, high),
            axis=log_odds_axis(low, high, grid=False),
        ),
        "x2": {"field": "b"},
        "y": quantitative(
            "share",
            title="share of the class's rows",
            stack=None,
            axis={"format": "%", "minExtent": LEFT, "tickCount": 5},
        ),
        "y2": {"datum": 0},
        "color": nominal(
            "key", scale={"domain": ["no", "yes"], "range": [PLAIN, ACCENT]}, legend=None
        ),
        "tooltip": [
            nominal("label", title="class"),
            quantitative("share", title="share of its rows", format=".2%"),
        ],
    }
    return layers(layer(rows, "rect", encoding, opacity=0.5))


def _curve(curve: Curve, base: list[dict[str, float]], x: str, y: str) -> Spec:
    points = [
        {"x": float(a), "y": float(b), "order": i}
        for i, (a, b) in enumerate(zip(curve.x, curve.y, strict=True))
    ]
    scale = between(0, 1)
    axis = {"format": "%", "tickCount": 5}
    encoding = {
        "x": quantitative("x", title=x, scale=scale, axis=axis),
        "y": quantitative("y", title=y, scale=scale, axis={**axis, "minExtent": LEFT}),
        "order": quantitative("order"),
    }
    line = layer(points, "line", encoding, color=ACCENT, strokeWidth=2)
    return layers(reference(base), line, height=HEIGHT - 20)


def roc_curve(curve: Curve, yes: str, no: str) -> Spec:
    """ROC curve with the diagonal."""
    diagonal = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
    return _curve(curve, diagonal, f"share of {no} called {yes}", f"share of {yes} found")


def precision_recall_curve(curve: Curve, base_rate: float, yes: str) -> Spec:
    """Precision-recall curve with a line at the base rate."""
    base = [{"x": 0.0, "y": base_rate}, {"x": 1.0, "y": base_rate}]
    return _curve(
        curve,
        base,
        f"share of {yes} found (recall)",
        f"share of rows called {yes} that are {yes} (precision)",
    )
