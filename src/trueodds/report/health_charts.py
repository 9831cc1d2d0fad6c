"""Charts of the layers: where neurons are on their activation curve, and the gradients' size."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from trueodds.health.health_record import HealthRecord
from trueodds.health.measure import DENSITY_BINS, DENSITY_REACH, LARGEST_SLOPE
from trueodds.health.state import LARGEST
from trueodds.network.activations import Activation, activate, slope
from trueodds.report.chart import LEFT, Spec, between, layer, layers, quantitative
from trueodds.report.theme import ACCENT, PLAIN

MOST_LAYERS = 4
"""Most layers whose densities are drawn: the first, the last, and some between."""
SMALL = 130
MOST_TICKS = 8


def drawn_layers(record: HealthRecord) -> list[int]:
    """Positions of the layers whose densities are drawn."""
    count = len(record.densities)
    return sorted(set(np.linspace(0, count - 1, min(count, MOST_LAYERS)).round().astype(int)))


def on_the_curve(record: HealthRecord, position: int) -> Spec:
    """Density of one layer's pre-activations under φ and φ′, each scaled to at most 1."""
    activation = cast(Activation, record.activations[position])
    edges = np.linspace(-DENSITY_REACH, DENSITY_REACH, DENSITY_BINS + 1)
    shares = np.array(record.densities[position], dtype=np.float64)
    peak = float(shares.max()) or 1.0
    bars = [
        {"from": low, "to": high, "zero": 0, "height": share / peak, "share": share / 1000.0}
        for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True)
        if share
    ]
    z = np.linspace(-DENSITY_REACH, DENSITY_REACH, 81)
    value, steep = activate(z, activation), slope(z, activation)
    value = value / np.abs(value).max()
    steep = steep / LARGEST_SLOPE[activation]
    x = quantitative(
        "from",
        title=f"pre-activation z, {record.names[position]}",
        scale={"domain": [-DENSITY_REACH, DENSITY_REACH]},
        axis={"grid": False, "tickCount": 9},
    )
    hidden = {"labels": False, "ticks": False, "grid": False, "domain": False, "minExtent": LEFT}
    scale = between(min(0.0, float(value.min())), 1.05)
    y = quantitative("height", title=None, scale=scale, axis=hidden)
    tooltip = [
        quantitative("from", title="z from", format=".2f"),
        quantitative("to", title="to", format=".2f"),
        quantitative("share", title="share", format=".1%"),
    ]
    density = {"x": x, "x2": {"field": "to"}, "y": y, "y2": {"field": "zero"}, "tooltip": tooltip}

    def curve(heights: Any, color: str, dash: list[int]) -> Spec:
        rows = [{"from": a, "height": round(float(b), 4)} for a, b in zip(z, heights, strict=True)]
        style = {"color": color, "strokeDash": dash, "strokeWidth": 1.5, "clip": True}
        return layer(rows, "line", {"x": x, "y": y}, **style)

    return layers(
        layer(bars, "rect", density, color=ACCENT, opacity=0.45),
        curve(value, ACCENT, [1, 0]),
        curve(steep, PLAIN, [5, 3]),
        height=SMALL,
    )


def flow_over_depth(record: HealthRecord) -> Spec | None:
    """Size of the gradient by pre-activations, by layer, at the first and the last snapshot."""
    return _flow(record, "layer", "layer")


def flow_over_time(record: HealthRecord) -> Spec | None:
    """Size of the gradient by pre-activations of the first and the last layer, over the steps."""
    return _flow(record, "step", "step")


def _flow(record: HealthRecord, across: str, title: str) -> Spec | None:
    """Log-scaled flow, first snapshot or layer dashed, the last solid; None if there is none."""
    ends = (0, -1)
    rows = []
    for end in ends:
        if across == "layer":
            found = [(state.layer, state.flow) for state in record.snapshots[end].states]
        else:
            found = [(snapshot.step, snapshot.states[end].flow) for snapshot in record.snapshots]
        rows.append([{"at": a, "flow": f} for a, f in found if 0.0 < f < LARGEST])
    if not all(rows):
        return None
    # Few layers get one tick each: otherwise the axis has ticks between them.
    places = sorted({row["at"] for part in rows for row in part})
    ticks = {"values": places} if len(places) <= MOST_TICKS else {"tickCount": 8}
    encoding = {
        "x": quantitative("at", title=title, axis={"format": "d", "grid": False, **ticks}),
        "y": quantitative(
            "flow",
            title="size of the gradient",
            scale={"type": "log"},
            axis={"minExtent": LEFT, "tickCount": 4, "format": "~e"},
        ),
        "tooltip": [
            quantitative("at", title=title),
            quantitative("flow", title="gradient", format=".2e"),
        ],
    }

    def line(part: list[dict[str, Any]], color: str, dash: list[int]) -> Spec:
        style = {"color": color, "strokeDash": dash, "strokeWidth": 1.5, "point": {"color": color}}
        return layer(part, "line", encoding, **style)

    return layers(line(rows[0], PLAIN, [5, 3]), line(rows[1], ACCENT, [1, 0]), height=170)
