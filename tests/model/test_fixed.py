"""The bound on sums is a proof: it holds for the worst inputs, and fails where it must."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.model.fixed import LARGEST_SUM, FixedLayer, FixedNetworks, Grid, Member, require_exact


def layer(rng: np.random.Generator, fan_in: int, fan_out: int, size: int) -> FixedLayer:
    return FixedLayer(
        rng.integers(-size, size + 1, (fan_in, fan_out)).astype(np.int16),
        rng.integers(-(2**30), 2**30, fan_out),
        rng.integers(0, 20, fan_out).astype(np.int16),
    )


def networks(seed: int = 0, limit: int = 2**20, size: int = 32767) -> FixedNetworks:
    rng = np.random.default_rng(seed)
    layers = (layer(rng, 5, 4, size), layer(rng, 4, 1, size))
    return FixedNetworks("relu", (Grid(10, limit), Grid(12, limit)), (Member(0, layers),))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 2**40), st.integers(1, 32767))
def test_the_bound_is_reached_by_the_worst_inputs(seed: int, limit: int, size: int) -> None:
    found = networks(seed, limit, size)
    worst = 0
    for member in found.members:
        for one, grid in zip(member.layers, found.grids, strict=True):
            for unit in range(len(one.biases)):
                weights = [abs(int(w)) for w in one.weights[:, unit]]
                worst = max(worst, grid.limit * sum(weights) + abs(int(one.biases[unit])))
    if worst <= LARGEST_SUM:
        assert require_exact(found) == pytest.approx(worst, rel=1e-15)
    elif worst > LARGEST_SUM * (1 + 1e-12):
        with pytest.raises(ValueError, match="leave the exact whole numbers"):
            require_exact(found)


def changed(**fields: object) -> FixedNetworks:
    """The first layer of the only member with some fields of its own."""
    found = networks()
    first, last = found.members[0].layers
    return replace(found, members=(Member(0, (replace(first, **fields), last)),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (replace(networks(), activation="cubic"), "unknown activation"),  # type: ignore[arg-type]
        (replace(networks(), members=()), "no members"),
        (replace(networks(), grids=networks().grids[:1]), "number of layers"),
        (replace(networks(), grids=(Grid(99, 1), Grid(1, 1))), "99 bits"),
        (replace(networks(), grids=(Grid(1, 0), Grid(1, 1))), "limit 0"),
        (changed(weights=np.ones((5, 3), np.int16)), "do not fit"),
        (changed(weights=np.ones((0, 4), np.int16)), "follows"),
        (changed(weights=np.ones((5, 4), np.float32)), "float32"),
        (changed(biases=np.full(4, 2**62)), "leave the exact"),
        (changed(shifts=np.full(4, 1000, np.int16)), "out of range"),
        (changed(shifts=np.ones(3, np.int16)), "do not fit"),
    ],
)
def test_what_does_not_fit_is_refused(bad: FixedNetworks, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        require_exact(bad)


def test_the_last_layer_has_one_unit() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="2 units, not 1"):
        require_exact(FixedNetworks("relu", (Grid(4, 9),), (Member(0, (layer(rng, 3, 2, 9),)),)))
