"""The worst combination of two columns, found on one half and judged on the other."""

import numpy as np
import pytest

from trueodds.evaluation import worst_slice as module
from trueodds.evaluation.differences import Forecasts
from trueodds.evaluation.worst_slice import worst_slice
from trueodds.functions.portable import sigmoid


def drawn(seed: int, rows: int = 4_000, shift: float = 1.5):
    rng = np.random.default_rng(seed)
    z, a, b = rng.normal(size=rows), rng.integers(0, 3, rows), rng.integers(0, 2, rows)
    y = (rng.random(rows) < sigmoid(z + shift * ((a == 1) & (b == 0)))).astype(np.uint8)
    return y, z, [("a", ("x", "y", "z"), a), ("b", ("u", "v"), b)]


def test_a_planted_combination_is_found_and_holds_on_the_other_half() -> None:
    y, z, columns = drawn(0)
    found = worst_slice(Forecasts.of(y, z), columns, 0)
    assert found is not None
    assert found.name == "a = y and b = u"
    assert found.p_value < 1e-4
    assert (found.searched, found.complete) == (6, True)
    assert found.calibration.low <= found.calibration.value <= found.calibration.high
    assert found.calibration.value == found.difference.inside > 0.1
    inside = (columns[0][2] == 1) & (columns[1][2] == 0)
    assert 0.4 * inside.sum() < found.rows < 0.6 * inside.sum()


def test_the_judging_half_alone_decides() -> None:
    y, z, columns = drawn(1, shift=0.0)
    rows = Forecasts.of(y, z)
    first = worst_slice(rows, columns, 3)
    assert first is not None
    # The labels of the half that finds do not change the judged figures of the same combination.
    finds = np.random.default_rng(3).permutation(len(y))[rows.units] < len(y) // 2
    a, b = (columns[i][1].index(first.groups[i]) for i in (0, 1))
    cell = (columns[0][2] == a) & (columns[1][2] == b)
    changed = np.where(finds & cell, 1, y).astype(np.uint8)
    again = worst_slice(Forecasts.of(changed, z), columns, 3)
    assert again == first


def test_clusters_are_not_split() -> None:
    y, z, columns = drawn(2, shift=0.0)
    clusters = np.arange(len(y)) // 50
    found = worst_slice(Forecasts.of(y, z, clusters=clusters), columns, 0)
    assert found is not None
    halves = np.random.default_rng(0).permutation(80)[clusters] < 40
    a, b = (columns[i][1].index(found.groups[i]) for i in (0, 1))
    assert found.rows == int((~halves & (columns[0][2] == a) & (columns[1][2] == b)).sum())


def test_the_search_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    y, z, columns = drawn(3)
    monkeypatch.setattr(module, "MOST", 4)
    found = worst_slice(Forecasts.of(y, z), columns, 0)
    assert found is not None
    assert (found.searched, found.complete) == (4, False)


def test_one_column_or_too_few_rows_have_no_combination() -> None:
    y, z, columns = drawn(4)
    assert worst_slice(Forecasts.of(y, z), columns[:1], 0) is None
    few = [(name, names, codes[:60]) for name, names, codes in columns]
    assert worst_slice(Forecasts.of(y[:60], z[:60]), few, 0) is None
