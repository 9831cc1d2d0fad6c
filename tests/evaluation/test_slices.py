"""Scores by group, and sentences of differences beyond chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import decide
from trueodds.evaluation.differences import Difference
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.scores import score
from trueodds.evaluation.slices import (
    Grouping,
    Slice,
    SliceDifference,
    Slices,
    slice_scores,
    too_text,
)
from trueodds.evaluation.worst_slice import WorstSlice
from trueodds.functions.portable import sigmoid
from trueodds.json_text import json_text

NONE = Interval(float("nan"), float("nan"), float("nan"))


def drawn(seed: int, rows: int = 1_000, levels: int = 3):
    rng = np.random.default_rng(seed)
    z, codes = rng.normal(-0.3, 1.2, rows), rng.integers(0, levels, rows)
    y = (rng.random(rows) < sigmoid(z)).astype(np.uint8)
    names = tuple("abcdef"[:levels])
    return y, z, Grouping("race", names, codes), rng.uniform(0.1, 2.0, rows)


@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_figures_of_a_group_are_those_of_its_rows_alone(
    seed: int, weighted: bool, clustered: bool
) -> None:
    y, z, groups, weight = drawn(seed, 300)
    w = weight if weighted else None
    clusters = np.arange(300) // 3 if clustered else None
    costs = Costs(1.0, np.linspace(1.0, 5.0, 300))
    found = slice_scores(y, z, [groups], w, clusters=clusters, costs=costs)
    assert sum(one.rows for one in found.slices) == found.rows == 300
    for code, one in enumerate(found.slices):
        part = groups.codes == code
        own = None if w is None else w[part]
        near = None if clusters is None else clusters[part]
        alone = score(y[part], z[part], own, clusters=near, draws=1)
        assert (one.rows, one.positives) == (alone.rows, alone.positives)
        assert (one.log_loss, one.brier, one.auc) == (alone.log_loss, alone.brier, alone.auc)
        assert one.observed.value == alone.base_rate
        assert one.calibration.value == pytest.approx(one.observed.value - one.forecast)
        assert one.calibration.low < one.calibration.value < one.calibration.high
        same = decide(y[part], z[part], costs.of_rows(part), own, clusters=near).cost
        assert one.cost is not None
        for figure in ("value", "low", "high"):
            assert getattr(one.cost, figure) == pytest.approx(getattr(same, figure))


def test_every_group_and_measure_is_a_comparison_but_two_groups_count_once() -> None:
    y, z, groups, _ = drawn(0)
    two = Grouping("sex", ("f", "m"), (np.arange(1_000) % 2).astype(np.int64))
    assert slice_scores(y, z, [groups]).comparisons == 9
    assert slice_scores(y, z, [two]).comparisons == 3
    both = slice_scores(y, z, [groups, two])
    assert both.comparisons == 13  # and the worst combination
    assert both.worst is not None
    raw = [one.difference.p_value for one in both.differences]
    assert all(one.p_value >= p for one, p in zip(both.differences, raw, strict=True))


def test_of_two_groups_the_worse_is_told() -> None:
    rng = np.random.default_rng(1)
    z, codes = rng.normal(size=6_000), rng.integers(0, 2, 6_000)
    y = (rng.random(6_000) < sigmoid(z + 1.0 * (codes == 1))).astype(np.uint8)
    found = slice_scores(y, z, [Grouping("sex", ("f", "m"), codes)])
    (told,) = [text for text in found.sentences if "points" in text]
    assert told.startswith("sex = m: the forecast is ")
    assert "points too low" in told.split(",")[0]


def test_no_difference_and_no_comparison_are_said() -> None:
    y, z, groups, _ = drawn(2)
    assert slice_scores(y, z, [groups]).sentences == (
        "No group differs from the other rows beyond chance, after correction for 9 comparisons.",
    )
    one = Grouping("race", ("a",), np.zeros(1_000, np.int64))
    assert slice_scores(y, z, [one]).sentences == (
        "No group can be compared: two groups of at least 20 rows are needed.",
    )


def group(**changes: object) -> Slice:
    figures = dict.fromkeys(("observed", "calibration", "log_loss", "brier", "auc"), NONE)
    given_ = {"column": "race", "group": "Other", "rows": 90, "positives": 9, "forecast": 0.1}
    return Slice(**{**given_, **figures, "cost": None, **changes})


@pytest.mark.parametrize(
    ("one", "found", "p_value", "sentence"),
    [
        (
            group(calibration=Interval(0.041, 0.02, 0.062)),
            Difference("calibration", 0.041, -0.003, 1e-4),
            0.002,
            "race = Other: the forecast is 4.1 points too low (2.0 to 6.2), in the other rows 0.3 "
            "points too high, p = 0.002 after correction for 1 comparison",
        ),
        (
            group(calibration=Interval(-0.041, -0.062, 0.005)),
            Difference("calibration", -0.041, 0.0, 1e-5),
            1e-5,
            "race = Other: the forecast is 4.1 points too high (−0.5 to 6.2), in the other rows "
            "0.0 points too low, p < 0.001 after correction for 1 comparison",
        ),
        (
            group(log_loss=Interval(0.45, 0.42, 0.48)),
            Difference("log_loss", 0.45, 0.321, 0.01),
            0.049,
            "race = Other: the log-loss is higher than in the other rows, 0.4500 (0.4200 to "
            "0.4800) against 0.3210, p = 0.049 after correction for 1 comparison",
        ),
        (
            group(auc=Interval(0.7, 0.68, 0.72)),
            Difference("auc", 0.7, 0.8, 0.01),
            0.01,
            "race = Other: the AUC is lower than in the other rows, 0.7000 (0.6800 to 0.7200) "
            "against 0.8000, p = 0.010 after correction for 1 comparison",
        ),
    ],
)
def test_each_difference_is_one_sentence(
    one: Slice, found: Difference, p_value: float, sentence: str
) -> None:
    slices = Slices((one,), (SliceDifference(one, found, p_value),), None, 90)
    assert slices.sentences == (sentence,)


def test_the_worst_combination_is_told_only_if_it_holds() -> None:
    judged = Difference("calibration", 0.09, 0.01, 1e-3)
    worst = WorstSlice(
        ("race", "sex"), ("Other", "Male"), 50, Interval(0.09, 0.05, 0.13), judged, 12, True, 0.001
    )
    found = Slices((), (), worst, 90)
    assert found.sentences == (
        "race = Other and sex = Male: the forecast is 9.0 points too low (5.0 to 13.0) on the half "
        "of the rows that did not find it, in the other rows 1.0 points too low, p = 0.001 after "
        "correction for 1 comparison",
    )
    (text,) = Slices((), (), worst.corrected(0.051), 90).sentences
    assert text.startswith("No group differs")


def test_a_search_that_stops_early_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    y, z, groups, _ = drawn(4)
    two = Grouping("sex", ("f", "m"), (np.arange(1_000) % 2).astype(np.int64))
    assert slice_scores(y, z, [groups, two]).notes == ()
    monkeypatch.setattr("trueodds.evaluation.worst_slice.MOST", 2)
    assert slice_scores(y, z, [groups, two]).notes == (
        "only the first 2 combinations of two groups were searched",
    )


def test_a_gap_that_rounds_to_nothing_has_no_sign() -> None:
    assert too_text(Interval(0.02, -0.0001, 0.04)).endswith("(0.0 to 4.0)")


def test_json_holds_all_comparisons() -> None:
    y, z, groups, _ = drawn(3)
    found = slice_scores(y, z, [groups], notes=("a note",))
    plain = found.to_json()
    assert len(plain["differences"]) == plain["comparisons"] == 9
    assert plain["correction"] == "Holm"
    assert plain["notes"] == ["a note"]
    assert [one["group"] for one in plain["groups"]] == ["a", "b", "c"]
    assert '"corrected_p_value"' in json_text(plain)
