"""Charts of the model: the importance of its columns, and how its members learned."""

from __future__ import annotations

from trueodds.report.chart import HEIGHT, LEFT, Spec, layer, layers, nominal, quantitative
from trueodds.report.evidence import ColumnImportance
from trueodds.report.learning import MemberCurves, loss_range
from trueodds.report.theme import ACCENT, INK, PAPER, PLAIN


def distinct(names: list[str]) -> list[str]:
    """Return the names with repeated names numbered, because a chart merges rows of one name."""
    found: dict[str, None] = {}
    for name in names:
        copy, free = 1, name
        while free in found:
            copy += 1
            free = f"{name} ({copy})"
        found[free] = None
    return list(found)


def levels(names: list[str]) -> Spec:
    """A channel of names, one below the other in this order."""
    axis = {"labelLimit": 170, "labelColor": INK, "ticks": False, "domain": False}
    return nominal("name", title=None, sort=names, axis={**axis, "labelPadding": 8})


def importance(found: tuple[ColumnImportance, ...]) -> Spec:
    """One dot with its interval for each column, the most important on top."""
    names = distinct([c.name for c in found])
    rows = [
        {"name": name, "mean": c.mean, "low": c.low, "high": c.high}
        for name, c in zip(names, found, strict=True)
    ]
    y = levels(names)
    mean = quantitative("mean", title="rise of the log-loss (nats)", axis={"tickCount": 6})
    tooltip = [
        nominal("name", title="column"),
        quantitative("mean", title="rise", format=".4f"),
        quantitative("low", title="interval from", format=".4f"),
        quantitative("high", title="to", format=".4f"),
    ]
    bars = {"x": mean, "y": y, "tooltip": tooltip}
    rules = {"x": quantitative("low"), "x2": {"field": "high"}, "y": y}
    dots = {"x": quantitative("mean"), "y": y, "tooltip": tooltip}
    return layers(
        layer(rows, "bar", bars, color=ACCENT, opacity=0.25, height=13),
        layer(rows, "rule", rules, color=ACCENT, strokeWidth=2),
        layer(rows, "circle", dots, color=ACCENT, size=50, opacity=1, stroke=PAPER, strokeWidth=1),
        height=24 * len(rows) + 12,
    )


def learning(curves: tuple[MemberCurves, ...]) -> Spec | None:
    """Losses of every member by epoch: training dashed, left-out fold solid, kept epoch marked.

    None if no loss is finite.
    """
    span = loss_range(curves)
    if span is None:
        return None
    x = quantitative("epoch", title="epoch", axis={"tickMinStep": 1, "format": "d", "grid": False})
    y = quantitative(
        "loss",
        title="log-loss (nats)",
        scale={"domain": list(span), "nice": False, "zero": False},
        axis={"minExtent": LEFT, "tickCount": 6},
    )

    def lines(part: str, color: str, dash: list[int], opacity: float) -> Spec:
        rows = [
            {"epoch": epoch, "loss": loss, "member": c.label}
            for c in curves
            for epoch, loss in (c.train if part == "training" else c.fold)
        ]
        style = {"color": color, "strokeDash": dash, "strokeWidth": 1.5, "opacity": opacity}
        encoding = {"x": x, "y": y, "detail": nominal("member")}
        return layer(rows, "line", encoding, **style, clip=True)

    kept = [{"epoch": c.kept[0], "loss": c.kept[1], "member": c.label} for c in curves if c.kept]
    tooltip = [
        nominal("member", title="member"),
        quantitative("epoch", title="kept epoch"),
        quantitative("loss", title="log-loss on its fold", format=".4f"),
    ]
    style = {"color": ACCENT, "size": 60, "opacity": 1, "stroke": PAPER, "strokeWidth": 1.5}
    return layers(
        lines("training", PLAIN, [5, 3], 0.8),
        lines("fold", ACCENT, [1, 0], 0.75),
        layer(kept, "circle", {"x": x, "y": y, "tooltip": tooltip}, **style),
        height=HEIGHT,
    )
