"""Figures of how columns act: what is drawn, what is said, what is not named."""

from typing import Any

import altair
import pytest

from trueodds.model.effect import ColumnEffect, EffectPoint, Effects, PairEffect, PairPoint
from trueodds.report.effect_charts import HEIGHT, effect_figures, effects_lead

NAN = float("nan")


def point(cell: str, effect: float, at: float | None = None, rows: int = 20) -> EffectPoint:
    return EffectPoint(cell, at, effect, effect - 0.5, effect + 0.5, rows)


AGE = ColumnEffect(
    "age",
    "number",
    (point("20", 0.7, 20.0), point("40", -0.1, 40.0), point("60", -0.69, 60.0)),
    point("missing", 0.2, rows=1),
    None,
    0.4,
)
SINCE = ColumnEffect(
    "since",
    "date",
    (point("2020-01-01", 0.1, 1577836800.0), point("2021-01-01", 0.2, 1609459200.0)),
    None,
    None,
    0.1,
)
JOB = ColumnEffect(
    "<b>job</b>\n",
    "category",
    (point("cook", -0.2), point("clerk\x1b[2J", 0.4, rows=1200)),
    point("missing", 0.3),
    point("other levels", -0.3, rows=7),
    0.2,
)
NOTHING = ColumnEffect("same", "number", (), None, None, 0.0)
TOGETHER = PairEffect(
    "age", "<b>job</b>\n", 0.4, 0.1, (PairPoint("20", "<i>cook", 0.7, 0.5, 0.9, 30),), 150, True
)
ALL = Effects((AGE, SINCE, JOB, NOTHING), 400, 1200, (TOGETHER,))


def values(spec: dict[str, Any], layer: int) -> list[dict[str, Any]]:
    return spec["layer"][layer].get("data", spec.get("data"))["values"]


def test_every_column_with_places_is_a_figure() -> None:
    figures = effect_figures(ALL, "“yes”")
    assert [f.key for f in figures] == ["effect0", "effect1", "effect2"]
    assert [f.title for f in figures] == ["age", "since", "<b>job</b>\\n"]
    keys = [d.key for f in figures for d in f.drawings]
    assert keys == ["effect0", "effect0-rows", "effect1", "effect1-rows", "effect2"]
    assert effect_figures(None, "yes") == effect_figures(Effects((NOTHING,), 1, 1), "yes") == ()


def test_the_caption_tells_the_ends_and_what_stands_apart() -> None:
    age, _, job = effect_figures(ALL, "“yes”")
    assert age.caption == (
        "The odds of “yes” are highest at 20, 2 times the mean row’s, and lowest at 60, 0.5 times. "
        "Missing cells (1 row): 1.2 times."
    )
    assert "highest at clerk\\x1b[2J" in job.caption
    assert job.caption.endswith("Levels of fewer rows (7 rows): 0.74 times.")


def test_numbers_are_a_line_with_missing_cells_beyond_its_end() -> None:
    line, rows = effect_figures(ALL, "yes")[0].drawings
    assert [row["at"] for row in values(line.spec, 2)] == [20.0, 40.0, 60.0]
    assert [row["at"] for row in values(line.spec, 4)] == [64.0]
    assert line.spec["layer"][2]["encoding"]["x"]["scale"]["domain"] == [20.0, 64.0]
    assert [row["rows"] for row in values(rows.spec, 0)] == [20, 20, 20, 1]
    assert line.height == HEIGHT + 40


def test_dates_stand_on_an_axis_of_dates() -> None:
    line, _ = effect_figures(ALL, "yes")[1].drawings
    x = line.spec["layer"][2]["encoding"]["x"]
    assert (x["type"], x["scale"]["type"]) == ("temporal", "utc")
    assert [row["at"] for row in values(line.spec, 2)] == [1577836800000.0, 1609459200000.0]


def test_levels_come_by_their_effects_and_those_apart_last() -> None:
    (dots,) = effect_figures(ALL, "yes")[2].drawings
    names = [row["name"] for row in values(dots.spec, 1)]
    assert names == ["clerk\\x1b[2J (1,200)", "cook (20)", "missing (20)", "other levels (7)"]
    assert dots.spec["layer"][1]["encoding"]["y"]["sort"] == names


def test_all_figures_have_one_scale_and_a_band_that_is_not_known_is_none() -> None:
    figures = effect_figures(ALL, "yes")
    domains = {
        tuple(figures[0].drawings[0].spec["layer"][2]["encoding"]["y"]["scale"]["domain"]),
        tuple(figures[2].drawings[0].spec["layer"][2]["encoding"]["x"]["scale"]["domain"]),
    }
    assert domains == {(-1.19, 1.2)}
    lone = EffectPoint("1", 1.0, 0.3, NAN, NAN, 10), EffectPoint("2", 2.0, -0.3, NAN, NAN, 10)
    found = effect_figures(
        Effects((ColumnEffect("x", "number", lone, None, None, 0.3),), 20, 20), "yes"
    )
    row = values(found[0].drawings[0].spec, 1)[0]
    assert row["low"] == row["high"] == row["effect"] == 0.3


def test_the_lead_says_on_what_it_was_measured() -> None:
    assert "about 400 of 1,200 rows" in effects_lead(ALL)
    assert effects_lead(None) == ""


@pytest.mark.parametrize("effects", [ALL, None])
def test_the_page_has_the_section_where_there_are_effects(model, evidence, effects) -> None:
    from dataclasses import replace

    from trueodds.report.markdown import markdown_of
    from trueodds.report.page import render

    page = render(model, replace(evidence, effects=effects))
    assert ("How the columns act" in page) == (effects is not None)
    assert ('id="chart-effect2"' in page) == (effects is not None)
    assert "<b>job</b>" not in page
    assert ("Pairs of columns" in page) == (effects is not None)
    assert ("20 and &lt;i&gt;cook" in page) == (effects is not None)
    assert "<i>cook" not in page
    text = markdown_of(model, replace(evidence, effects=effects))
    assert ("Of 1 pair of columns, 1 acts together" in text) == (effects is not None)
    assert ("× 2 |" in text) == (effects is not None)


def test_every_chart_is_valid_vega_lite() -> None:
    for figure in effect_figures(ALL, "“yes”"):
        for drawing in figure.drawings:
            altair.LayerChart.from_dict(drawing.spec)
