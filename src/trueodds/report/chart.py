"""Vega-Lite as plain values: the parts that all charts are made of.

The page's bundle draws them. The tests hold every chart to the schema of Vega-Lite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trueodds.report.theme import config

HEIGHT = 300
LEFT = 44
"""Least width of a y axis in pixels, so that charts above each other are aligned."""

Spec = dict[str, Any]
"""A part of a chart, or a whole one, as Vega-Lite writes it in JSON."""


def quantitative(field: str, **options: Any) -> Spec:
    """A channel or a line of a tooltip that shows numbers."""
    return {"field": field, "type": "quantitative", **options}


def nominal(field: str, **options: Any) -> Spec:
    """A channel or a line of a tooltip that shows names."""
    return {"field": field, "type": "nominal", **options}


def between(low: float, high: float) -> Spec:
    """A scale that ends exactly there."""
    return {"domain": [low, high], "nice": False}


def layer(rows: list[dict[str, Any]], kind: str, encoding: Spec, **style: Any) -> Spec:
    """One layer: a mark for each row; NumPy scalars of the rows become Python numbers."""
    plain = [
        {k: v.item() if isinstance(v, np.generic) else v for k, v in row.items()} for row in rows
    ]
    return {"data": {"values": plain}, "mark": {"type": kind, **style}, "encoding": encoding}


def layers(*parts: Spec, height: int = HEIGHT, **more: Any) -> Spec:
    """One chart made of several layers, as wide as its place on the page."""
    chart: Spec = {
        "layer": list(parts),
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": config(),
        **more,
    }
    data = parts[0]["data"]
    if all(part["data"] == data for part in parts):  # written once
        chart["data"] = data
        chart["layer"] = [{k: v for k, v in part.items() if k != "data"} for part in parts]
    return chart
