"""The reliability diagram over log-odds, and what is left of the forecast: its residuals."""

from __future__ import annotations

from typing import Any

import numpy as np

from trueodds.report.chart import LEFT, Spec, between, layer, layers, nominal, quantitative
from trueodds.report.figure import Figure, drawing
from trueodds.report.forecast_charts import log_odds_axis, reference
from trueodds.report.reliability import Bin
from trueodds.report.theme import ACCENT

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


TOOLTIP = [
    nominal("range", title="forecasts"),
    nominal("share", title="observed"),
    quantitative("residual", title="residual, points", format="+.2f"),
    quantitative("rows", title="rows", format=",d"),
]


def _shares(rows: list[dict[str, Any]], yes: str, low: float, high: float) -> Spec:
    scale = between(low, high)
    x = quantitative("forecast", title=None, scale=scale, axis=log_odds_axis(low, high))
    axis = log_odds_axis(low, high, minExtent=LEFT)
    y = quantitative("low", title=f"observed share of {yes}", scale=scale, axis=axis)
    intervals = {"x": x, "y": y, "y2": {"field": "high"}}
    points = {"x": x, "y": quantitative("observed"), "tooltip": TOOLTIP}
    return layers(
        reference([{"x": low, "y": low}, {"x": high, "y": high}]),
        layer(rows, "rule", intervals, color=ACCENT, strokeWidth=2),
        layer(rows, "circle", points, color=ACCENT, size=34, opacity=1),
        height=200,
    )


def _residuals(rows: list[dict[str, Any]], low: float, high: float) -> Spec:
    x = quantitative(
        "forecast",
        title="forecast probability (log-odds scale)",
        scale=between(low, high),
        axis=log_odds_axis(low, high, grid=False),
    )
    axis = {"minExtent": LEFT, "tickCount": 4}
    y = quantitative("from", title="residual, points", axis=axis)
    points = {"x": x, "y": quantitative("residual"), "tooltip": TOOLTIP}
    return layers(
        reference([{"x": low, "y": 0.0}, {"x": high, "y": 0.0}]),
        layer(rows, "rule", {"x": x, "y": y, "y2": {"field": "to"}}, color=ACCENT, strokeWidth=2),
        layer(rows, "circle", points, color=ACCENT, size=34, opacity=1),
        height=110,
    )
