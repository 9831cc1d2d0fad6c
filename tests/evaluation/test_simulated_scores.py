"""Intervals and test against simulation: the short form of bench/calibration_test.py."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.evaluation.scores import score

pytestmark = pytest.mark.slow
RUNS = 300


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "bench"))
    import calibration_test

    return calibration_test


def p_values(bench, law, runs: int = RUNS, rows: bool = False) -> np.ndarray:
    rng = np.random.default_rng(1)
    found = [bench.scored(bench.draw(law, rng), run, 199, rows) for run in range(runs)]
    return np.array([scores.calibration_error.p_value for scores in found])


def test_a_perfect_forecast_has_uniform_p_values(bench) -> None:
    laws = [
        bench.Law(20),
        bench.Law(300),
        bench.Law(100, centre=-3.4),
        bench.Law(300, weighted=True),
    ]
    found = np.concatenate([p_values(bench, law) for law in laws])
    assert 0.035 <= np.mean(found <= 0.05) <= 0.065
    assert 0.44 <= np.mean(found <= 0.5) <= 0.56


def test_groups_are_no_false_alarm(bench) -> None:
    law = bench.grouped(40)
    assert np.mean(p_values(bench, law) <= 0.05) <= 0.085
    assert np.mean(p_values(bench, law, rows=True) <= 0.05) >= 0.15


@pytest.mark.parametrize(
    ("truth", "least"), [("slope 0.8", 0.7), ("slope 1.25", 0.6), ("shift 0.2", 0.5), ("wave", 0.6)]
)
def test_wrong_forecasts_are_found(bench, truth: str, least: float) -> None:
    assert np.mean(p_values(bench, bench.Law(1000, truth), 150) <= 0.05) >= least


def test_intervals_hold_the_truth(bench) -> None:
    for law in (bench.Law(300), bench.grouped(5), bench.grouped(40)):
        rng = np.random.default_rng(2)
        endless = bench.draw(replace(law, rows=500_000, groups=0), rng)
        truth = score(endless.y, endless.z, draws=1)
        samples = [bench.draw(law, rng) for _ in range(RUNS)]
        found = [bench.scored(sample, 0, 1) for sample in samples]
        for name in ("log_loss", "brier", "auc"):
            true = getattr(truth, name).value
            held = [getattr(made, name).low <= true <= getattr(made, name).high for made in found]
            assert 0.91 <= np.mean(held) <= 0.985, (law.name, name)


def test_debiased_error_is_nearer_than_the_error_and_than_the_error_minus_its_floor(bench) -> None:
    far = {"value": 0.0, "minus": 0.0, "debiased": 0.0}
    for truth in ("perfect", "slope 0.8", "shift 0.2"):
        law, rng = bench.Law(1000, truth), np.random.default_rng(3)
        true = bench.true_gap(law)
        found = [bench.scored(bench.draw(law, rng), 0, 99).calibration_error for _ in range(100)]
        means = {
            "value": np.mean([e.value for e in found]),
            "minus": np.mean([max(e.value - e.floor, 0.0) for e in found]),
            "debiased": np.mean([e.debiased for e in found]),
        }
        far = {name: max(far[name], abs(means[name] - true)) for name in far}
    assert far["debiased"] < 0.8 * min(far["value"], far["minus"])


def test_every_table_of_the_bench_has_a_line_for_each_law(bench, monkeypatch) -> None:
    monkeypatch.setattr(bench, "TRUTH_ROWS", 20_000)
    laws = [
        bench.Law(50),
        bench.Law(60, weighted=True),
        bench.grouped(6),
        bench.Law(100, in_time=True),
    ]
    for text, found in (bench.alarms(laws, 2), bench.coverage(laws, 2)):
        assert [line["law"] for line in found] == [law.name for law in laws]
        assert all(law.name in text for law in laws)
    text, found = bench.biases(laws[:1], 2)
    assert found[0]["truth"] == 0.0
    assert bench.pulled_auc(20)[1][0]["within_folds"] > bench.pulled_auc(20)[1][0]["all_pairs"]
