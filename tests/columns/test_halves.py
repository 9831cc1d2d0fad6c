import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns.halves import halves


@given(st.lists(st.booleans(), min_size=1))
def test_halves_have_as_many_of_each_class(labels: list[bool]) -> None:
    y = np.array(labels, dtype=np.float64)
    half = halves(y)
    for label in (0, 1):
        first, second = (int(((half == h) & (y == label)).sum()) for h in (0, 1))
        assert first - second in (0, 1)
