import numpy as np
import pytest

from trueodds.errors import TrueOddsError
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.sample import sample_of


def evidence(y, log_odds, weight=None) -> OutOfFold:
    return OutOfFold(
        np.array(y, dtype=np.uint8),
        np.array(log_odds, dtype=np.float64),
        None if weight is None else np.array(weight, dtype=np.float64),
        (),
    )


def test_rows_are_sorted_and_split_by_class() -> None:
    found = sample_of(evidence([1, 0, 1], [0.0, 2.0, -1.0], [1.0, 2.0, 3.0]))
    assert found.log_odds.tolist() == [2.0, 0.0, -1.0]
    assert found.yes.tolist() == [0.0, 1.0, 3.0]
    assert found.no.tolist() == [2.0, 0.0, 0.0]
    assert found.two_classes


def test_rows_without_forecast_or_weight_are_left_out_and_counted() -> None:
    found = sample_of(evidence([1, 0, 1, 0], [np.nan, 2.0, np.inf, 1.0], [1, 1, 1, 0]))
    assert (found.rows, found.left_out) == (2, 2)
    assert found.probability[0] == 1.0


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(TrueOddsError, match="2 labels, 3 log-odds and 2 weights"):
        sample_of(evidence([1, 0], [0.0, 1.0, 2.0]))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_impossible_weights_are_refused(bad: float) -> None:
    with pytest.raises(TrueOddsError, match="weights"):
        sample_of(evidence([1, 0], [0.0, 1.0], [1.0, bad]))
