"""The log-odds view shows the bins of the reliability diagram, and their residuals."""

import numpy as np
import pytest

from trueodds.report.log_odds_charts import FARTHEST, log_odds_figure
from trueodds.report.reliability import Bin


def a_bin(forecast: float, observed: float) -> Bin:
    return Bin(50, forecast, forecast, forecast, observed, max(0.0, observed - 0.1), 1.0)


def points(drawing) -> list[dict]:
    return drawing.spec["layer"][-1]["data"]["values"]


def test_dots_are_log_odds_and_residuals_are_points() -> None:
    figure = log_odds_figure((a_bin(0.25, 0.5), a_bin(0.9, 0.8)), "“1”")
    shares, residuals = figure.drawings
    assert points(shares)[0]["forecast"] == pytest.approx(np.log(1 / 3))
    assert points(shares)[0]["observed"] == 0.0
    assert [row["residual"] for row in points(residuals)] == pytest.approx([25.0, -10.0])
    assert "the intervals of 1 do not hold 0" in residuals.summary


def test_shares_of_0_and_1_are_drawn_at_the_end() -> None:
    shares, _ = log_odds_figure((a_bin(0.0, 0.0), a_bin(1.0, 1.0)), "“1”").drawings
    assert [row["observed"] for row in points(shares)] == [-FARTHEST, FARTHEST]
    low, high = shares.spec["layer"][0]["data"]["values"]
    for row in points(shares):
        assert low["x"] <= row["low"] <= row["high"] <= high["x"]


def test_no_rows_no_drawing() -> None:
    assert log_odds_figure((), "“1”").missing
