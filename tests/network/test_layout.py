import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.network.activations import ACTIVATIONS
from trueodds.network.layout import Layout

layouts = st.builds(
    Layout,
    st.integers(1, 9),
    st.lists(st.integers(1, 9), max_size=4).map(tuple),
    st.sampled_from(ACTIVATIONS),
)


@given(layouts)
def test_segments_cover_the_buffer_once_and_in_order(layout):
    stops = [0]
    for start, stop in layout.segments().values():
        assert start == stops[-1]
        stops.append(stop)
    assert stops[-1] == layout.size
    assert list(layout.segments()) == [name for name, _ in layout.shapes]


@given(layouts)
def test_views_share_the_buffer(layout):
    flat = np.arange(layout.size, dtype=np.float32)
    joined = np.concatenate([view.ravel() for view in layout.views(flat).values()])
    np.testing.assert_array_equal(joined, flat)
    for weight, bias in zip(layout.weights(flat), layout.biases(flat), strict=True):
        assert weight.shape[1:] == bias.shape
        weight[:] = -1.0
        bias[:] = -1.0
    assert (flat == -1.0).all()


def test_sizes_and_shapes():
    layout = Layout(3, (5, 2), "silu")
    assert layout.sizes == (3, 5, 2, 1)
    assert layout.depth == 3
    assert layout.size == 3 * 5 + 5 + 5 * 2 + 2 + 2 + 1
    assert [w.shape for w in layout.weights(np.zeros(layout.size))] == [(3, 5), (5, 2), (2, 1)]


def test_a_buffer_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"flat buffer of 3 elements, got \(4,\)"):
        Layout(2, ()).views(np.zeros(4))


@pytest.mark.parametrize(("inputs", "widths"), [(0, (3,)), (3, (0,))])
def test_empty_layers_are_refused(inputs, widths):
    with pytest.raises(ValueError, match="at least one unit"):
        Layout(inputs, widths)


def test_unknown_activation_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="relu, leaky_relu"):
        Layout(2, (2,), "swish")  # type: ignore[arg-type]
