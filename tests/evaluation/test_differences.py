"""Differences of some rows from the others, against plain formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.differences import Forecasts, differences
from trueodds.evaluation.weighted_auc import weighted_auc
from trueodds.functions.portable import sigmoid


def drawn(seed: int, rows: int = 400, shift: float = 0.0):
    rng = np.random.default_rng(seed)
    z, inside = rng.normal(-0.3, 1.2, rows), rng.random(rows) < 0.3
    y = (rng.random(rows) < sigmoid(z + shift * inside)).astype(np.uint8)
    return y, z, inside, rng.uniform(0.1, 2.0, rows)


def by_measure(rows: Forecasts, inside: np.ndarray):
    return {one.measure: one for one in differences(rows, inside)}


@given(st.integers(0, 10**6))
def test_values_are_those_of_each_side_alone(seed: int) -> None:
    y, z, inside, weight = drawn(seed)
    found = by_measure(Forecasts.of(y, z, weight), inside)
    assert set(found) == {"calibration", "log_loss", "auc"}
    p = sigmoid(z)
    loss = -np.where(y == 1, np.log(p), np.log1p(-p))
    for side, key in ((inside, "inside"), (~inside, "outside")):
        w = weight[side]
        assert getattr(found["calibration"], key) == pytest.approx(
            np.average((y - p)[side], weights=w)
        )
        assert getattr(found["log_loss"], key) == pytest.approx(np.average(loss[side], weights=w))
        assert getattr(found["auc"], key) == weighted_auc(y[side], z[side], w)[0]


@given(st.integers(0, 10**6), st.floats(0.01, 100.0))
def test_the_other_side_and_another_unit_of_weight_have_the_same_p_value(
    seed: int, unit: float
) -> None:
    y, z, inside, weight = drawn(seed)
    one = by_measure(Forecasts.of(y, z, weight), inside)
    other = by_measure(Forecasts.of(y, z, weight * unit), ~inside)
    for measure, found in one.items():
        assert other[measure].p_value == pytest.approx(found.p_value, rel=1e-6)
        assert 0.0 <= found.p_value <= 1.0


def test_expected_loss_is_the_entropy_of_the_forecast() -> None:
    y, z, _, _ = drawn(1)
    p = sigmoid(z)
    entropy = -p * np.log(p) - (1.0 - p) * np.log1p(-p)
    assert np.allclose(Forecasts.of(y, z).expected, entropy)


def test_a_planted_shift_is_found_and_clusters_make_it_less_sure() -> None:
    y, z, inside, _ = drawn(2, 4_000, 1.0)
    alone = by_measure(Forecasts.of(y, z), inside)["calibration"]
    assert alone.p_value < 1e-6
    twice = [np.concatenate([one, one]) for one in (y, z, inside)]
    numbers = np.concatenate([np.arange(4_000)] * 2)
    sure = by_measure(Forecasts.of(twice[0], twice[1]), twice[2])["calibration"]
    cluster = Forecasts.of(twice[0], twice[1], clusters=numbers)
    assert sure.p_value < by_measure(cluster, twice[2])["calibration"].p_value


def test_a_group_without_a_yes_is_not_sure_when_few_were_expected() -> None:
    rng = np.random.default_rng(3)
    z, inside = np.full(1_000, np.log(0.05 / 0.95)), np.arange(1_000) < 30
    y = (rng.random(1_000) < 0.05).astype(np.uint8)
    y[inside] = 0  # 1.5 are expected, and none has probability 0.21
    found = by_measure(Forecasts.of(y, z), inside)
    assert found["calibration"].p_value > 0.1
    assert found["log_loss"].p_value > 0.1
    assert "auc" not in found


@pytest.mark.parametrize("count", [0, 19, 381, 400])
def test_fewer_than_20_rows_on_a_side_are_not_tested(count: int) -> None:
    y, z, _, _ = drawn(4)
    assert list(differences(Forecasts.of(y, z), np.arange(400) < count)) == []


def test_one_cluster_is_not_tested() -> None:
    y, z, inside, _ = drawn(5)
    rows = Forecasts.of(y, z, clusters=inside.astype(np.int64))
    assert list(differences(rows, inside)) == []
