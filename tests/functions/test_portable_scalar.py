"""σ of one float: the bits of the array's σ, which are the compiled kernel's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.functions.portable import sigmoid
from trueodds.functions.portable_scalar import sigmoid_of


@settings(max_examples=1000, deadline=None)
@given(st.floats())
def test_same_bits_as_the_array(z: float) -> None:
    found = np.array([sigmoid_of(z)])
    assert found.tobytes() == sigmoid(np.array([z])).tobytes()


def test_a_walk_over_all_binades() -> None:
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2**64, 50_000, dtype=np.uint64).view(np.float64)
    z = np.concatenate([z[~np.isnan(z)], rng.uniform(-750.0, 40.0, 50_000)])
    found = np.array([sigmoid_of(float(x)) for x in z])
    assert found.tobytes() == sigmoid(z).tobytes()
