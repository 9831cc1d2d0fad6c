"""The decision curve: what the forecast is worth at every threshold."""

from __future__ import annotations

import numpy as np

from trueodds.evaluation.decision_curves import CurvePoint, decision_curve
from trueodds.report.chart import HEIGHT, LEFT, Spec, between, layer, layers, quantitative
from trueodds.report.figure import Figure, drawing
from trueodds.report.sample import Sample
from trueodds.report.theme import ACCENT, INK, PLAIN

TITLE = "What is the forecast worth at other thresholds?"


def decision_figure(sample: Sample, threshold: float) -> Figure:
    """Net benefit of the model, of calling every row, and of calling none, by threshold.

    The rule at ``threshold`` moves with the slider of the page.
    """
    if not sample.two_classes:
        gone = "Only one of the two labels has rows with a forecast, so nothing can be decided."
        return Figure("worth", TITLE, "", missing=gone)
    y = (sample.yes > 0.0).astype(np.uint8)
    points = decision_curve(y, sample.probability, sample.weight)
    better = sum(p.model > max(p.call_all, 0.0) for p in points)
    return Figure(
        "worth",
        TITLE,
        "The net benefit of a rule is the share of rows that it calls rightly, less the share that "
        "it calls wrongly, which counts threshold / (1 − threshold) times (Vickers & Elkin 2006). "
        "The model is worth using at thresholds where its line is the highest.",
        (
            drawing(
                "worth",
                f"Decision curve: at {better} of {len(points)} thresholds the model has a higher "
                "net benefit than calling every row or none.",
                net_benefit(points, threshold),
            ),
        ),
        legend=(
            ("line", "call by the model"),
            ("dashed", "call every row; calling none is 0"),
            ("upright", "the threshold above"),
        ),
    )


def net_benefit(points: tuple[CurvePoint, ...], threshold: float) -> Spec:
    """Both curves, and a rule at the parameter ``chosen``, which the page's script sets."""
    top = max(max(p.model, p.call_all) for p in points)
    # Below no benefit at all, how bad a rule is does not matter.
    bottom = -0.25 * top if top > 0.0 else min(p.model for p in points) - 0.01
    rows = [{"t": p.threshold, "model": p.model, "all": p.call_all} for p in points]
    axis = {"format": "%", "tickCount": 6}
    x = quantitative("t", title="threshold", scale=between(0, 1), axis=axis)
    scale = between(bottom, 1.05 * max(top, 0.0) + (top <= 0.0))
    title = "net benefit a row"
    axis = {"minExtent": LEFT, "tickCount": 5, "format": ".2~g"}
    every = {"x": x, "y": quantitative("all", title=title, scale=scale, axis=axis)}
    tooltip = [
        quantitative("t", title="threshold", format=".0%"),
        quantitative("model", title="net benefit of the model", format=".4f"),
        quantitative("all", title="of calling every row", format=".4f"),
    ]
    model = {"x": x, "y": quantitative("model", title=title, scale=scale), "tooltip": tooltip}
    rule = layer([{}], "rule", {"x": x}, color=INK, strokeWidth=1.5)
    rule["transform"] = [{"calculate": "chosen", "as": "t"}]
    dashed = {"color": PLAIN, "strokeDash": [4, 4], "strokeWidth": 1.5}
    return layers(
        layer([{"zero": 0}], "rule", {"y": quantitative("zero", title=title)}, color=PLAIN),
        layer(rows, "line", every, **dashed, clip=True),
        layer(rows, "line", model, color=ACCENT, strokeWidth=2, clip=True),
        rule,
        height=HEIGHT - 40,
        params=[{"name": "chosen", "value": threshold}],
    )
