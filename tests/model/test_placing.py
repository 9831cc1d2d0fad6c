"""Places in the tables stand for the inputs that the encoder makes, to the last bit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.features.blocks import (
    Block,
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.cross import Cross, Part, keys_end
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.model import slots
from trueodds.model.fixed import Grid
from trueodds.model.lookups import Lookups
from trueodds.model.placing import Placing
from trueodds.model.scorer import on_grid

GRID = Grid(20, 3 * 2**20)
FOLDS = 2
KINDS, TOWNS = 3, 4
SOURCES = ("a", "b", "kind", "town")
Encodings = list[tuple[TargetEncoding, ...]]

breaks = st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=9, unique=True).map(sorted)
odds = st.integers(0, 2**32 - 1)


def encoder_of(knots: list[list[float]], rng: np.random.Generator) -> Encoder:
    blocks: list[Block] = []
    for name, x in zip("ab", knots, strict=True):
        y = tuple(np.sort(rng.normal(size=len(x))).tolist())
        blocks += [
            ClippedScale(name, x[1], float(rng.choice([1.0, 1e-300, 1e300, -0.5]))),
            QuantileTransform(name, tuple(x), y),
            PiecewiseLinear(name, tuple(x[::2])),
            Indicator(name, (x[1], 0.0)),
            Missing(name),
        ]
    return Encoder((), (*blocks, Levels("kind", (1, -1, 0), 2, -1, 3)))


def encodings_of(cuts: list[list[float]], rng: np.random.Generator) -> Encodings:
    parts = (Part("kind", KINDS), Part("a", len(cuts[0]) + 1, tuple(cuts[0])), Part("town", TOWNS))
    keys = rng.choice(keys_end(parts), 12, replace=False)
    crosses = [
        Cross(parts, np.sort(keys)),
        Cross(parts[1:2], np.arange(1, len(cuts[0]) + 3)),
        Cross(parts[:1], np.zeros(0, np.int64)),
    ]

    def table(source: str, levels: int, *rest: Any) -> TargetEncoding:
        return TargetEncoding(source, rng.normal(size=levels + 2).astype(np.float32), *rest)

    return [
        (
            table("kind", KINDS),
            table("town", TOWNS),
            table("b", len(cuts[1]) + 1, tuple(cuts[1])),
            *(table(f"cross {n}", len(c.keys), (), c) for n, c in enumerate(crosses)),
        )
        for _ in range(FOLDS)
    ]


def values_at(knots: list[float], rng: np.random.Generator, rows: int) -> Values:
    """Cells on breaks, just beside them, between them and far from them."""
    at = np.array([*knots, 0.0, -0.0, 1.7e308, -1.7e308, np.inf, -np.inf, np.nan])
    with np.errstate(over="ignore"):
        near = np.concatenate([at, np.nextafter(at, np.inf), np.nextafter(at, -np.inf)])
    between = np.concatenate([near, rng.normal(size=9), rng.uniform(-1e300, 1e300, 9)])
    numbers = {name: rng.choice(between, rows) for name in "ab"}
    codes = {"kind": rng.integers(-2, KINDS, rows), "town": rng.integers(-2, TOWNS, rows)}
    return Values(rows, numbers, {name: each.astype(np.int32) for name, each in codes.items()})


def inputs(encoder: Encoder, encodings: Encodings, values: Values) -> NDArray[np.float64]:
    """Inputs on the grid by the blocks and target encodings themselves."""
    parts = [np.zeros((values.rows, block.width)) for block in encoder.blocks]
    encoder.encode_blocks(values, parts)
    parts += [t.inputs(values).astype(np.float64)[:, None] for each in encodings for t in each]
    return np.concatenate([on_grid(part, GRID) for part in parts], axis=1)


@pytest.mark.parametrize("joined", [slots.MOST_JOINED, 0])
@settings(max_examples=25, deadline=None)
@given(knots=st.tuples(breaks, breaks), cuts=st.tuples(breaks, breaks), seed=odds)
def test_the_rows_of_a_place_add_up_to_the_inputs(
    joined: int, knots: Any, cuts: Any, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    encoder, encodings = encoder_of(knots, rng), encodings_of(cuts, rng)
    values = values_at([*knots[0], *knots[1], *cuts[0], *cuts[1]], rng, 60)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(slots, "MOST_JOINED", joined)
        lookups = Lookups(encoder, encodings, GRID, 1 << 20)
    expected = inputs(encoder, encodings, values)
    one = np.eye(expected.shape[1])
    sums, weights = lookups.sums_of(one), lookups.weights_of(one)
    starts = np.cumsum([encoder.width, *map(len, encodings)])
    looked = Placing(lookups, SOURCES).look(values)
    assert (looked.at[:, : looked.common] == looked.at[0, : looked.common]).all()
    assert len(looked.amounts) == FOLDS
    for fold, amounts in enumerate(looked.amounts):
        found = sums[looked.units].sum(axis=1) * 2.0 ** (GRID.bits - 1)
        found += np.einsum("rp,rpi->ri", amounts, weights[looked.at])
        own = [*range(encoder.width), *range(starts[fold], starts[fold + 1])]
        assert found[:, own].tolist() == expected[:, own].tolist()


def test_small_sources_are_joined_while_there_is_room() -> None:
    sources = {0: 1, 1: 5, 6: 4, 10: 70, 80: 3}
    found = slots.slots_of(sources.items(), 1 << 20)
    assert [(slot.base, slot.rows) for slot in found] == [(0, 1 * 3 * 4 * 5), (60, 70)]
    assert {at for slot in found for at, _ in slot.sources} == set(sources)
    assert [slot.rows for slot in slots.slots_of(sources.items(), 5)] == [5, 12, 70]
    assert [slot.rows for slot in slots.slots_of(sources.items(), 3)] == [3, 4, 5, 70]


def test_a_joined_row_is_the_sum_of_its_sources_rows() -> None:
    sources = {0: 1, 1: 5, 6: 4}
    table = np.random.default_rng(0).integers(0, 9, (10, 2)).astype(float)
    (slot,) = slots.slots_of(sources.items(), 1 << 20)
    out = slots.joined((slot,), sources, table)
    assert len(out) == slot.rows + 1
    assert out[-1].tolist() == [0.0, 0.0]
    strides = dict(slot.sources)
    for a in range(5):
        for b in range(4):
            row = slot.base + a * strides[1] + b * strides[6]
            assert out[row].tolist() == (table[0] + table[1 + a] + table[6 + b]).tolist()


def test_what_the_tables_cannot_hold_is_refused() -> None:
    encoder = Encoder((), (Levels("kind", (0, 1), -1, -1, 2), Indicator("a", (0.0, 1.0))))
    for grid in (Grid(0, 8), Grid(20, 2**20 - 1)):
        with pytest.raises(ValueError, match="a half and a 1"):
            Lookups(encoder, [()], grid, 1 << 20)
    with pytest.raises(ValueError, match="too large"):
        Lookups(encoder, [()], GRID, 10)
    lookups = Lookups(encoder, [()], GRID, 1 << 20)
    most = np.full((4, 1), 2.0**29)  # two of the inputs may be 1, and a 1 is two halves
    assert lookups.sums_of(most - 1.0).max() == 2**31 - 4
    with pytest.raises(ValueError, match="32 bits"):
        lookups.sums_of(most)
