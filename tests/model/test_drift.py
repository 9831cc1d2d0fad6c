"""The stability index and the two-sample test against their definitions and SciPy's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from trueodds import load
from trueodds.columns.profile import profile_rows
from trueodds.columns.roles import RoleColumns
from trueodds.errors import ModelFileError
from trueodds.model import Model
from trueodds.model.drift import drift, same_distribution, stability_index

GOLDEN = Path(__file__).parents[1] / "golden"


def test_the_index_is_its_formula() -> None:
    before, now = np.array([100, 300, 600, 0]), np.array([300, 300, 400, 0])
    p, q = np.array([100.5, 300.5, 600.5]) / 1001.5, np.array([300.5, 300.5, 400.5]) / 1001.5
    assert stability_index(before, now) == pytest.approx(float(np.sum((q - p) * np.log(q / p))))
    assert stability_index(before, before) == 0.0
    assert np.isfinite(stability_index(np.array([5, 0]), np.array([0, 5])))


def test_the_p_value_is_that_of_scipy() -> None:
    before, now = np.array([100, 300, 600]), np.array([30, 110, 170])
    expected = chi2_contingency(np.array([before, now]), correction=False).pvalue
    assert same_distribution(before, now) == pytest.approx(expected)
    assert same_distribution(np.array([7]), np.array([3])) == 1.0
    assert same_distribution(np.array([7, 3]), np.array([0, 0])) == 1.0


def test_p_values_of_one_law_are_rarely_small() -> None:
    rng = np.random.default_rng(0)
    share = np.full(10, 0.1)
    small = sum(
        same_distribution(rng.multinomial(2000, share), rng.multinomial(80, share)) < 0.01
        for _ in range(2000)
    )
    assert 4 <= small <= 45


@pytest.fixture
def model() -> Model:
    made = load(GOLDEN / "relu.odds")
    values = made.read(rows(0, 1000))
    return replace(made, profile=profile_rows(values, made.schema, made.log_odds_of(values)))


def rows(seed: int, count: int, shift: float = 0.0) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    return [
        {
            "amount": float(rng.normal() * 10 + shift),
            "skewed": float(rng.lognormal(3, 2)),
            "count": int(rng.integers(0, 6)),
            "town": f"town {rng.integers(13)}" if shift == 0 else "elsewhere",
            "colour": str(rng.choice(["red", "green", "blue"])),
            "member": str(rng.choice(["yes", "no"])),
            "begun": f"2022-{rng.integers(1, 13):02d}-01 10:00:00",
            "ended": f"2023-{rng.integers(1, 13):02d}-01 10:00:00",
        }
        for _ in range(count)
    ]


def test_the_same_distribution_does_not_drift_and_another_does(model: Model) -> None:
    for seed in range(1, 6):
        values = model.read(rows(seed, 120))
        assert not any(moved.drifted for moved in drift(model, values, model.log_odds_of(values)))
    values = model.read(rows(7, 120, shift=15.0))
    found = {moved.column: moved for moved in drift(model, values, model.log_odds_of(values))}
    assert {name for name, moved in found.items() if moved.drifted} == {"", "amount", "town"}
    assert found["town"].unseen == 120
    assert found["town"].p_value < 1e-20
    high = drift(model, values, model.log_odds_of(values), threshold=100.0)
    assert not any(moved.drifted for moved in high)


def test_a_model_without_a_summary_is_refused(model: Model) -> None:
    values = model.read(rows(1, 10))
    with pytest.raises(ModelFileError, match="fit it again"):
        drift(replace(model, profile=None), values, model.log_odds_of(values))


def test_the_forecast_of_a_model_by_time_drifts_only_with_a_column(model: Model) -> None:
    values = model.read(rows(1, 1000))
    moved = model.log_odds_of(values) + 3.0
    assert drift(model, values, moved)[0].drifted
    by_time = replace(model, roles=RoleColumns(time="moment"))
    assert not any(found.drifted for found in drift(by_time, values, moved))
    others = by_time.read(rows(1, 1000, shift=40.0))
    found = drift(by_time, others, moved)
    assert found[0].drifted
    assert any(column.drifted for column in found[1:])
