"""The interval over tables and rows holds the truth as often as it says."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import paired
from journal import Losses

STUDIES, TABLES, ROWS = 250, 15, 120
Floats = NDArray[np.float64]


def covered(
    between: Callable[[np.random.Generator], Floats], noise: float, truth: float
) -> tuple[float, float]:
    """How often the two-level interval, and one over rows alone, hold the true mean."""
    rng = np.random.default_rng(1)
    both, rows_alone = 0, 0
    for _ in range(STUDIES):
        tables = [gap + noise * rng.standard_normal((ROWS, 1)) for gap in between(rng)]
        gaps = [float(rows.mean()) for rows in tables]
        pools = [paired.resampled_means(rows, rng, 100)[:, 0] for rows in tables]
        found = paired.two_level(gaps, pools, rng, 2_000)
        assert found.low is not None
        assert found.high is not None
        both += found.low <= truth <= found.high
        low, high = np.quantile(np.mean(pools, axis=0), (0.025, 0.975))
        rows_alone += bool(low <= truth <= high)
    return both / STUDIES, rows_alone / STUDIES


def test_tables_that_differ() -> None:
    both, rows_alone = covered(lambda rng: rng.normal(0.01, 0.03, TABLES), 0.1, 0.01)
    assert 0.92 <= both <= 0.99
    assert rows_alone < 0.8  # why tables are drawn


def test_one_table_in_a_few_differs_much() -> None:
    both, _ = covered(lambda rng: rng.exponential(0.03, TABLES), 0.1, 0.03)
    assert 0.88 <= both <= 0.99


def test_tables_that_do_not_differ() -> None:
    both, rows_alone = covered(lambda rng: np.full(TABLES, 0.01), 0.1, 0.01)
    assert both >= 0.95  # the rows' noise is counted twice
    assert 0.9 <= rows_alone <= 0.99


def test_the_tail_is_smaller_for_few_tables() -> None:
    tails = [paired.expanded_tail(count) for count in (2, 5, 15, 1_000)]
    assert tails == sorted(tails)
    assert 0.01 < tails[2] < 0.015
    assert tails[3] == pytest.approx(0.025, abs=3e-4)


def test_few_tables_get_no_interval() -> None:
    rng = np.random.default_rng(0)
    pools = [rng.normal(-1.0, 0.01, 500), rng.normal(1.0, 0.01, 500), rng.normal(0.0, 1.0, 500)]
    found = paired.two_level([-1.0, 1.0, 0.0], pools, rng)
    assert (found.low, found.high) == (None, None)
    assert (found.tables, found.won, found.lost) == (3, 1, 1)


def test_resampled_means_are_the_columns_own() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal([0.0, 5.0], [1.0, 2.0], size=(400, 2))
    means = paired.resampled_means(rows, rng, 1_000)
    assert means.shape == (1_000, 2)
    assert means.mean(axis=0) == pytest.approx(rows.mean(axis=0), abs=0.02)
    assert means.std(axis=0) == pytest.approx(rows.std(axis=0) / 20.0, rel=0.1)


def test_differences_are_on_the_rows_that_both_were_scored_on(tmp_path: Path) -> None:
    losses = Losses(tmp_path / "losses", tmp_path / "peers.npz")
    rng = np.random.default_rng(0)
    lines = []
    names = [f"table {i}" for i in range(6)]
    for name in names:
        for fold in (0, 1):
            hard = rng.exponential(1.0, 300)
            for contender, extra in (("trueodds", 0.0), ("logreg", 0.1), ("tabm", 0.3)):
                line = {"table": name, "contender": contender, "fold": fold, "rows": 900}
                each = hard + extra + 0.01 * rng.standard_normal(300)
                line |= {"log_loss": each.mean(), "relative_log_loss": each.mean() / 2.0}
                lines.append(line)
                if contender != "tabm":
                    np.save(losses.file(line), each.astype(np.float32))
    lines[1]["error"] = "no memory"  # logreg, first table
    (found,) = paired.differences(lines, names, losses)
    assert (found["ours"], found["peer"], found["tables"]) == ("trueodds", "logreg", 5)
    assert found["mean"] == pytest.approx(-0.05, abs=0.002)
    assert found["low"] < found["mean"] < found["high"] < 0.0
    assert (found["won"], found["lost"]) == (5, 0)
    again = paired.differences(lines, names, losses)
    assert again == [found]
