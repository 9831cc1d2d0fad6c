"""What is said of the rows that were scored."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from trueodds.cli.facts import rows_text, scored_text
from trueodds.evaluation.scores import Scores, score
from trueodds.model import Model


def scores(clusters: list[int] | None = None) -> Scores:
    y = np.array([1, 0, 1, 0], np.uint8)
    units = None if clusters is None else np.array(clusters)
    return score(y, np.array([0.5, -0.5, -0.1, 0.2]), clusters=units)


@pytest.mark.parametrize(
    ("clusters", "text"),
    [
        (None, "4 scored, 2 of them yes; base rate 50.0%"),
        ([0, 0, 1, 1], "; intervals count 2 groups or blocks of time"),
        ([0, 0, 0, 0], "; intervals count 1 group or block of time; no intervals: a single row, "),
    ],
)
def test_what_intervals_count_is_reported(clusters: list[int] | None, text: str) -> None:
    assert text in rows_text(scores(clusters))
    assert ("no intervals" in rows_text(scores(clusters))) == ("no intervals" in text)


def test_earlier_rows_that_are_not_scored_are_reported() -> None:
    model: Any = SimpleNamespace(scores=scores(), schema=SimpleNamespace(rows=9))
    assert scored_text(cast(Model, model)).endswith("; 5 earlier rows are not scored")
    model.scores = replace(model.scores, rows=9)
    assert "earlier" not in scored_text(cast(Model, model))
