import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.functions.portable import sigmoid
from trueodds.report.calls_table import MOST_THRESHOLDS, calls_table
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.sample import sample_of


def table_of(y, log_odds, weight, *wanted):
    given_ = OutOfFold(np.array(y, np.uint8), np.array(log_odds, np.float64), weight, ())
    return calls_table(sample_of(given_), *wanted)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-9, 9), st.integers(0, 4)), max_size=60),
    st.floats(0.0, 1.0),
)
def test_few_forecasts_are_all_counted(rows, t: float) -> None:
    y, z, w = (np.array([r[i] for r in rows], np.float64) for i in range(3))
    table = table_of(y, z / 2.0, w)
    assert table.complete
    at = np.searchsorted(table.thresholds, t)
    called = sigmoid(z / 2.0) >= t
    found = (table.rows[at], table.yes[at], table.no[at]) if at < len(table.rows) else (0, 0.0, 0.0)
    assert found[0] == (called & (w > 0)).sum()
    assert found[1] == (w * y)[called].sum()
    assert found[2] == (w * (1 - y))[called].sum()


@pytest.mark.parametrize("weighted", [False, True])
def test_many_rows_give_a_small_table_that_is_exact(weighted: bool) -> None:
    rng = np.random.default_rng(3)
    z = np.round(rng.normal(-4.0, 2.0, 300_000), 4)
    y = (rng.random(z.size) < sigmoid(z)).astype(np.uint8)
    w = rng.uniform(0.1, 3.0, z.size) if weighted else None
    wanted = 0.0123456
    table = table_of(y, z, w, wanted)
    assert not table.complete
    assert 1500 < len(table.thresholds) <= MOST_THRESHOLDS
    assert np.all(np.diff(table.thresholds) > 0.0)
    assert table.rows[0] == z.size
    p, weight = sigmoid(z), np.ones(z.size) if w is None else w
    for t in (*rng.choice(table.thresholds, 50), *table.thresholds[-3:], wanted, 0.01, 0.5, 0.99):
        at = np.searchsorted(table.thresholds, t)
        called = p >= t
        assert table.rows[at] == called.sum()
        assert table.yes[at] == pytest.approx(weight[called & (y == 1)].sum(), rel=1e-12)
        assert table.no[at] == pytest.approx(weight[called & (y == 0)].sum(), rel=1e-12)
    assert len(str(table.to_json())) < 160_000
