"""Rounded networks stay close to the trained ones, whatever their depth, width and scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.errors import TrainingError
from trueodds.features.blocks import Block, ClippedScale
from trueodds.features.encoder import Encoder
from trueodds.model.fixed import LARGEST_SUM, OUTPUT_BITS, FixedNetworks, require_exact
from trueodds.model.quantise import quantise
from trueodds.model.scorer import Scorer
from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout

INPUTS = 7


def scored(networks: FixedNetworks, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of numbers that an encoder squeezes into ±3."""
    blocks: list[Block] = [ClippedScale(f"x{i}", 0.0, 1.0) for i in range(INPUTS)]
    values = Values(len(X), {f"x{i}": X[:, i] for i in range(INPUTS)}, {})
    return Scorer(networks, Encoder((), tuple(blocks)), [()]).outputs(values)[0] * 2.0**-OUTPUT_BITS


def squeezed(X: NDArray[np.float64]) -> NDArray[np.float32]:
    return (X / np.sqrt(1.0 + (X / 3.0) ** 2)).astype(np.float32)


@pytest.mark.parametrize("widths", [(), (5,), (64, 64), (300, 20, 3), (16,) * 24])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_close_to_the_engine_in_float64(activation: Activation, widths: tuple[int, ...]) -> None:
    layout = Layout(INPUTS, widths, activation)
    rng = np.random.default_rng(1)
    flat = initialise(layout, rng, 0.3)
    X = rng.normal(size=(200, INPUTS)) * 2.0
    networks = quantise([0], [layout], [flat], [squeezed(X)])
    plain = Engine(layout, flat.astype(np.float64), 200).log_odds(squeezed(X).astype(np.float64))
    # Deep networks hand every layer's rounding on; weights have 16 bits.
    np.testing.assert_allclose(scored(networks, X), plain, atol=3e-4 * (1 + len(widths)), rtol=2e-3)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 40), max_size=4),
    st.floats(-12.0, 6.0),
    st.floats(-12.0, 6.0),
)
def test_any_weights_are_proved_or_refused(
    seed: int, widths: list[int], weight_scale: float, bias_scale: float
) -> None:
    layout = Layout(INPUTS, tuple(widths))
    rng = np.random.default_rng(seed)
    flat = np.zeros(layout.size, dtype=np.float32)
    for weight, bias in zip(layout.weights(flat), layout.biases(flat), strict=True):
        weight[:] = rng.standard_normal(weight.shape) * 2.0**weight_scale
        bias[:] = rng.standard_normal(bias.shape) * 2.0**bias_scale
        if rng.random() < 0.3:
            weight[:, 0] = 0.0
    X = rng.normal(size=(30, INPUTS))
    try:
        networks = quantise([0], [layout], [flat], [squeezed(X)])
    except TrainingError:
        assert weight_scale > 0.0 or bias_scale > 0.0
        return
    assert 0.0 <= require_exact(networks) <= LARGEST_SUM
    assert np.isfinite(scored(networks, X)).all()


def test_a_diverged_network_is_refused_in_one_sentence() -> None:
    layout = Layout(INPUTS, (8, 8))
    flat = np.full(layout.size, 1e30, dtype=np.float32)
    with pytest.raises(TrainingError, match="too large to be scored exactly"):
        quantise([0], [layout], [flat], [np.ones((5, INPUTS), np.float32)])


def test_members_share_their_grids_and_keep_their_widths() -> None:
    layouts = [Layout(INPUTS, (9, 4)), Layout(INPUTS, (3, 6))]
    rng = np.random.default_rng(2)
    flats = [initialise(layout, rng) for layout in layouts]
    networks = quantise([0, 0], layouts, flats, [rng.normal(size=(50, INPUTS)).astype("f")] * 2)
    assert [m.sizes for m in networks.members] == [(INPUTS, 9, 4, 1), (INPUTS, 3, 6, 1)]
    X = rng.normal(size=(40, INPUTS))
    both = np.stack(
        [scored(FixedNetworks("relu", networks.grids, (m,)), X) for m in networks.members]
    )
    values = Values(40, {f"x{i}": X[:, i] for i in range(INPUTS)}, {})
    blocks = tuple(ClippedScale(f"x{i}", 0.0, 1.0) for i in range(INPUTS))
    glued = Scorer(networks, Encoder((), blocks), [()]).outputs(values) * 2.0**-OUTPUT_BITS
    assert glued.tobytes() == both.tobytes()
