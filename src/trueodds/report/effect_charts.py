"""Figures of how columns act: a line or dots of accumulated local effects for each column."""

from __future__ import annotations

from math import exp, isfinite
from typing import Any

from trueodds.model.effect import ColumnEffect, EffectPoint, Effects
from trueodds.model.explanation import factor_text
from trueodds.report.chart import LEFT, Spec, between, layer, layers, nominal, quantitative
from trueodds.report.figure import Drawing, Figure, drawing
from trueodds.report.model_charts import distinct, levels
from trueodds.report.theme import ACCENT, PAPER, PLAIN
from trueodds.report.wording import clean, count

HEIGHT = 220
TITLE = "change of the log-odds (nats)"
TOOLTIP = [
    nominal("cell", title="cell"),
    quantitative("effect", title="effect (nats)", format="+.3f"),
    quantitative("low", title="band from", format="+.3f"),
    quantitative("high", title="to", format="+.3f"),
    nominal("odds", title="odds"),
    quantitative("rows", title="rows", format=",d"),
]
DASHED = {"color": PLAIN, "strokeDash": [4, 4]}


def effect_figures(effects: Effects | None, yes: str) -> tuple[Figure, ...]:
    """One figure for each column that acts; none if nothing was measured.

    Parameters
    ----------
    effects
        Of some training rows. Levels that have a place of their own have at least 10 of them.
    yes
        The label of yes, as the page quotes it.
    """
    shown = [found for found in (effects.columns if effects else ()) if found.points]
    if effects is None or not shown:
        return ()
    domain = _domain(shown)
    return tuple(_figure(number, found, domain, effects, yes) for number, found in enumerate(shown))


def effects_lead(effects: Effects | None) -> str:
    """How to read the figures, in a few sentences."""
    if effects is None:
        return ""
    return (
        "Each figure shows how the log-odds change along one column while all other cells of a row "
        "stay: accumulated local effects (Apley & Zhu 2020), with a band of how much the "
        "networks would differ after other training rows. 0 is the mean of the rows; +0.7 nats "
        f"doubles the odds. In each column, cells of about {count(effects.rows)} of "
        f"{count(effects.of)} rows were changed. An effect says what the forecast does, "
        "not what causes the answer. With few rows the band is too narrow."
    )


def _figure(
    number: int, found: ColumnEffect, domain: list[float], effects: Effects, yes: str
) -> Figure:
    key, name = f"effect{number}", clean(found.column, 60)
    low, high = (f(found.points, key=lambda p: p.effect) for f in (min, max))
    caption = (
        f"The odds of {yes} are highest at {clean(high.cell, 40)}, {_times(high)} the mean row’s, "
        f"and lowest at {clean(low.cell, 40)}, {_times(low)}."
    )
    if found.missing is not None:
        caption += f" Missing cells ({_rows(found.missing)}): {_times(found.missing)}."
    if found.other is not None:
        caption += f" Levels of fewer rows ({_rows(found.other)}): {_times(found.other)}."
    if found.kind in ("number", "date"):
        summary = f"Line of the effect of {name} at {len(found.points)} places."
        drawings: tuple[Drawing, ...] = (
            drawing(key, summary, line(found, domain)),
            drawing(f"{key}-rows", f"Rows by {name}, on the same axis.", rows_bars(found)),
        )
        legend = [("line", "effect, with its band")]
        if found.missing is not None:
            legend.append(("block plain", "missing cells"))
    else:
        drawings = (
            drawing(
                key,
                f"Effect of {len(found.points)} levels of {name}.",
                dots(found, domain),
            ),
        )
        legend = [("dot", "effect of a level, its band, and its number of rows")]
    return Figure(key, name, caption, drawings, legend=tuple(legend))


def _times(point: EffectPoint) -> str:
    return f"{factor_text(exp(min(max(point.effect, -700.0), 700.0)))} times"


def _rows(point: EffectPoint) -> str:
    return f"{count(point.rows)} row{'' if point.rows == 1 else 's'}"


def _every(found: ColumnEffect) -> list[EffectPoint]:
    return [*found.points, *(p for p in (found.missing, found.other) if p is not None)]


def _domain(shown: list[ColumnEffect]) -> list[float]:
    """One scale for all figures: all effects, and bands up to twice as far."""
    every = [point for found in shown for point in _every(found)]
    most = max((abs(point.effect) for point in every), default=0.0)
    ends = [e for p in every for e in (p.effect, p.low, p.high) if isfinite(e)]
    limit = max(2.0 * most, 0.1)
    return [max(min(0.0, *ends), -limit), min(max(0.0, *ends), limit)]


def _row(point: EffectPoint, **more: Any) -> dict[str, Any]:
    banded = isfinite(point.low) and isfinite(point.high)
    return {
        "cell": clean(point.cell, 60),
        "effect": point.effect,
        "low": point.low if banded else point.effect,
        "high": point.high if banded else point.effect,
        "odds": f"× {factor_text(exp(min(max(point.effect, -700.0), 700.0)))}",
        "rows": point.rows,
        **more,
    }


def _places(found: ColumnEffect) -> tuple[list[float], float]:
    """Places on the axis (milliseconds for dates), and that of missing cells beyond their end."""
    scale = 1000.0 if found.kind == "date" else 1.0
    at = [scale * point.at for point in found.points if point.at is not None]
    return at, at[-1] + 0.1 * (at[-1] - at[0])


def _across(found: ColumnEffect, title: str | None) -> Spec:
    at, beyond = _places(found)
    ends = [at[0], at[-1] if found.missing is None else beyond]
    axis = {"tickCount": 6, "grid": False}
    if found.kind == "date":
        # Its ends are those of the rows: under the page's policy Vega reads no domain of dates.
        scale = {"type": "utc", "nice": False}
        return {"field": "at", "type": "temporal", "title": title, "scale": scale, "axis": axis}
    return quantitative("at", title=title, scale=between(*ends), axis=axis)


def line(found: ColumnEffect, domain: list[float]) -> Spec:
    """Effect of a number or a date along its cells; missing cells stand beyond the end."""
    at, beyond = _places(found)
    rows = [_row(point, at=place) for point, place in zip(found.points, at, strict=True)]
    x = _across(found, None)
    axis = {"minExtent": LEFT, "tickCount": 5}
    y = quantitative("effect", title=TITLE, scale=between(*domain), axis=axis)
    band = {"x": x, "y": quantitative("low"), "y2": {"field": "high"}}
    dot = {"x": x, "y": y, "tooltip": TOOLTIP}
    parts = [
        layer([{"y": 0.0}], "rule", {"y": quantitative("y")}, **DASHED),
        layer(rows, "area", band, color=ACCENT, opacity=0.18, clip=True),
        layer(rows, "line", {"x": x, "y": y}, color=ACCENT, strokeWidth=2, clip=True),
        layer(rows, "circle", dot, color=ACCENT, size=26, opacity=1, clip=True),
    ]
    if found.missing is not None:
        apart = [_row(found.missing, at=beyond)]
        parts += [
            layer(apart, "rule", band, color=PLAIN, strokeWidth=2, clip=True),
            layer(apart, "square", dot, color=PLAIN, size=60, opacity=1),
        ]
    return layers(*parts, height=HEIGHT)


def rows_bars(found: ColumnEffect) -> Spec:
    """How many rows lie at each place of a number or a date."""
    at, beyond = _places(found)
    rows = [_row(point, at=place) for point, place in zip(found.points, at, strict=True)]
    if found.missing is not None:
        rows.append(_row(found.missing, at=beyond))
    axis = {"minExtent": LEFT, "tickCount": 2, "grid": False}
    encoding = {
        "x": _across(found, clean(found.column, 60)),
        "y": quantitative("rows", title="rows", axis=axis),
        "y2": {"datum": 0},
        "tooltip": TOOLTIP,
    }
    bars = layer(rows, "rule", encoding, color=PLAIN, strokeWidth=4, opacity=0.75)
    return layers(bars, height=44)


def dots(found: ColumnEffect, domain: list[float]) -> Spec:
    """Effects of levels, the highest on top; missing cells and rare levels come last."""
    ordered = sorted(found.points, key=lambda p: -p.effect)
    apart = [p for p in (found.missing, found.other) if p is not None]
    every = [*ordered, *apart]
    names = distinct([f"{clean(p.cell, 40)} ({count(p.rows)})" for p in every])
    rows = [_row(point, name=name) for point, name in zip(every, names, strict=True)]
    y = levels(names)
    x = quantitative("effect", title=TITLE, scale=between(*domain), axis={"tickCount": 5})
    band = {"x": quantitative("low"), "x2": {"field": "high"}, "y": y}
    dot = {"x": x, "y": y, "tooltip": TOOLTIP}
    style = {"color": ACCENT, "size": 50, "opacity": 1, "stroke": PAPER, "strokeWidth": 1}
    return layers(
        layer([{"x": 0.0}], "rule", {"x": quantitative("x")}, **DASHED),
        layer(rows, "rule", band, color=ACCENT, strokeWidth=2, clip=True),
        layer(rows, "circle", dot, **style),
        height=24 * len(rows) + 12,
    )
