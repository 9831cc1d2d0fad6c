import altair
import numpy as np
import pytest

from trueodds.report.figures import all_figures, importance_figure
from trueodds.report.forecast_charts import forecast_range
from trueodds.report.model_charts import distinct
from trueodds.report.out_of_fold import ColumnImportance, OutOfFold
from trueodds.report.page import sections_of
from trueodds.report.reliability import Bin, reliability_bins
from trueodds.report.sample import sample_of


def figures(model, evidence):
    sample = sample_of(evidence)
    return all_figures(model, sample, reliability_bins(sample), evidence)


def test_every_figure_has_its_charts_and_words(model, evidence) -> None:
    found = figures(model, evidence)
    drawn = ["reliability", "log-odds", "roc", "precision", "spread", "importance", "learning"]
    assert sorted(found) == sorted([*drawn, "curve", "flow"])
    for figure in [found[key] for key in drawn]:
        assert figure.drawings
        assert not figure.missing
        assert len(figure.caption) > 60
        assert all(d.summary for d in figure.drawings)
        for drawing in figure.drawings:
            assert drawing.spec["width"] == "container"
            assert "$schema" not in drawing.spec


def test_one_label_leaves_no_ranking(model) -> None:
    found = figures(model, OutOfFold(np.zeros(9, np.uint8), np.linspace(-3, 0, 9), None, ()))
    assert "Only one of the two labels" in found["roc"].missing
    assert "Only one of the two labels" in found["precision"].missing
    assert "No importance of a column was measured" in found["importance"].missing
    assert found["reliability"].drawings


def test_only_the_first_columns_are_drawn() -> None:
    many = tuple(ColumnImportance(f"c{i}", 1 / (i + 1), 0.0, 1.0) for i in range(50))
    figure = importance_figure(many)
    assert "first 20 of 50" in figure.caption
    names = {r["name"] for r in figure.drawings[0].spec["data"]["values"]}
    assert names == {f"c{i}" for i in range(20)}


def test_importance_that_is_not_a_number_is_not_drawn() -> None:
    assert importance_figure((ColumnImportance("a", float("nan"), 0.0, 1.0),)).missing


def test_equal_names_stay_apart() -> None:
    assert distinct(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]
    assert len(set(distinct(["a", "a", "a (2)"]))) == 3


def test_rare_events_are_shown_large() -> None:
    rare = (Bin(100, 0.01, 0.005, 0.02, 0.012, 0.004, 0.03),)
    low, high = forecast_range(rare)
    assert 0 <= low < 0.005
    assert high == pytest.approx(0.032, abs=0.001)
    assert forecast_range((Bin(9, 0.2, 0.1, 0.3, 0.5, 0.1, 0.9),)) == (0.0, 1.0)
    assert forecast_range(()) == (0.0, 1.0)


def test_every_chart_is_valid_vega_lite(model, evidence) -> None:
    drawn = [
        drawing
        for section in sections_of(model, evidence)
        for figure in section.figures.values()
        for drawing in figure.drawings
    ]
    assert len(drawn) >= 8
    for drawing in drawn:
        altair.LayerChart.from_dict(drawing.spec)
