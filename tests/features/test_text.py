"""Words as inputs: exact sums, and names that mean one thing."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trueodds.features.text import LARGEST, UNIT, Text, in_units, text_names


@given(st.lists(st.floats(-20, 20), min_size=4, max_size=4))
def test_sums_of_units_are_exact_in_any_order(amounts: list[float]) -> None:
    units = in_units(np.array(amounts))
    assert units.dtype == np.float32
    assert np.abs(units).max() <= LARGEST
    assert np.array_equal(in_units(units.astype(np.float64)), units)
    assert np.abs(units - np.clip(amounts, -LARGEST, LARGEST)).max() <= UNIT / 2 + 1e-9
    sums = {sum(order) for order in permutations(units.tolist())}
    assert len(sums) == 1


def test_names_are_no_other_input_s() -> None:
    words = {"a": ("good", "bad", ""), "b": ("good",)}
    texts = [Text("a", (0,)), Text("a", (2,)), Text("a", (0, 1, 2)), Text("b", (0,))]
    names = text_names(texts, words, {"words of a"})
    assert dict(names) == {
        '"good" in a': texts[0],
        "a missing cell in a": texts[1],
        "words of a'": texts[2],
        '"good" in b': texts[3],
    }
