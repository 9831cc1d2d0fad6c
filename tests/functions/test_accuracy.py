"""float64 results are within 0.51 ULP of the exact value wherever tried."""

import pytest

from trueodds.errors import UsageError
from trueodds.functions.accuracy import BOUND, measure
from trueodds.functions.proof import FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_float64_within_bound(function: str) -> None:
    result = measure(function, 30_000, seed=11)
    assert result.tried > 40_000
    assert (result.wrong, result.worst_ulp <= BOUND) == (0, True), result
    assert result.worst_ulp > 0.49
    assert "stratified points" in str(result)


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_float64_within_bound_widely(function: str) -> None:
    assert measure(function, 1_000_000, seed=12).wrong == 0


def test_refuses_unknown_functions() -> None:
    with pytest.raises(UsageError, match="known are sigmoid"):
        measure("tanh")
