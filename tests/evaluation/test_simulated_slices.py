"""False alarms and power of slices against simulation: the short form of bench/slice_alarms.py."""

from pathlib import Path

import pytest
from scipy.stats import binom

pytestmark = pytest.mark.slow
RUNS = 200


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "bench"))
    import slice_alarms

    return slice_alarms


def test_tables_without_differences_have_at_most_one_alarm_in_twenty(bench) -> None:
    laws = [law for law in bench.LAWS if not law.shift and law.rows < 10_000]
    assert len(laws) == 5
    for law in laws:
        told = bench.figures(law, RUNS, 50_000)["told"]
        # More alarms than this have probability 0.001 if the rate is 5 %.
        assert told * RUNS <= binom.ppf(0.999, RUNS, 0.05), law


def test_planted_differences_are_named(bench) -> None:
    named = {
        (law.name, law.rows): bench.figures(law, 30, 50_000)["named"]
        for law in bench.LAWS
        if law.shift
    }
    assert named["a level, 1 nats", 1_000] >= 0.5
    assert named["a level, 0.5 nats", 10_000] >= 0.9
    assert named["a pair, 0.5 nats", 10_000] >= 0.6
    assert named["a pair, 1 nats", 10_000] >= 0.9
