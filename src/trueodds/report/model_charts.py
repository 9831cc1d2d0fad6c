"""Charts of the model: the importance of its columns, and how its members learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trueodds.report.chart import HEIGHT, LEFT, inline, layers
from trueodds.report.evidence import ColumnImportance
from trueodds.report.learning import MemberCurves, loss_range
from trueodds.report.theme import ACCENT, INK, PAPER, PLAIN

if TYPE_CHECKING:
    import altair as alt


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


def importance(found: tuple[ColumnImportance, ...]) -> alt.LayerChart:
    """One dot with its interval for each column, the most important on top."""
    import altair as alt

    names = distinct([c.name for c in found])
    rows = [
        {"name": name, "mean": c.mean, "low": c.low, "high": c.high}
        for name, c in zip(names, found, strict=True)
    ]
    base = alt.Chart(inline(rows))
    y = alt.Y(
        "name:N",
        title=None,
        sort=names,
        axis=alt.Axis(labelLimit=170, labelColor=INK, ticks=False, domain=False, labelPadding=8),
    )
    title = "rise of the log-loss (nats)"
    tooltip = [
        alt.Tooltip("name:N", title="column"),
        alt.Tooltip("mean:Q", title="rise", format=".4f"),
        alt.Tooltip("low:Q", title="interval from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
    ]
    bars = base.mark_bar(color=ACCENT, opacity=0.25, height=13).encode(
        x=alt.X("mean:Q", title=title, axis=alt.Axis(tickCount=6)), y=y, tooltip=tooltip
    )
    rules = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y)
    dots = base.mark_circle(color=ACCENT, size=50, opacity=1, stroke=PAPER, strokeWidth=1).encode(
        x="mean:Q", y=y, tooltip=tooltip
    )
    return layers(bars, rules, dots, height=24 * len(rows) + 12)


def learning(curves: tuple[MemberCurves, ...]) -> alt.LayerChart | None:
    """Losses of every member by epoch: training dashed, left-out fold solid, kept epoch marked.

    None if no loss is finite.
    """
    import altair as alt

    span = loss_range(curves)
    if span is None:
        return None
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y(
        "loss:Q",
        title="log-loss (nats)",
        scale=alt.Scale(domain=list(span), nice=False, zero=False),
        axis=alt.Axis(minExtent=LEFT, tickCount=6),
    )

    def lines(part: str, color: str, dash: list[int], opacity: float) -> Any:
        rows = [
            {"epoch": epoch, "loss": loss, "member": c.label}
            for c in curves
            for epoch, loss in (c.train if part == "training" else c.fold)
        ]
        return (
            alt.Chart(inline(rows))
            .mark_line(color=color, strokeDash=dash, strokeWidth=1.5, opacity=opacity, clip=True)
            .encode(x=x, y=y, detail="member:N")
        )

    kept = [{"epoch": c.kept[0], "loss": c.kept[1], "member": c.label} for c in curves if c.kept]
    marks = (
        alt.Chart(inline(kept))
        .mark_circle(color=ACCENT, size=60, opacity=1, stroke=PAPER, strokeWidth=1.5)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("member:N", title="member"),
                alt.Tooltip("epoch:Q", title="kept epoch"),
                alt.Tooltip("loss:Q", title="log-loss on its fold", format=".4f"),
            ],
        )
    )
    return layers(
        lines("training", PLAIN, [5, 3], 0.8),
        lines("fold", ACCENT, [1, 0], 0.75),
        marks,
        height=HEIGHT,
    )
