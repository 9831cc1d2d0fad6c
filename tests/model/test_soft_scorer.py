"""Soft splits in whole numbers: close to the engine, and the same bits by row, table and batch."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.errors import KernelError, TrainingError
from trueodds.features.blocks import Block, ClippedScale, Indicator
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.functions import portable
from trueodds.model import coalitions, soft_scorer
from trueodds.model.background import mixed as mixed_cells
from trueodds.model.coalitions import Coalitions
from trueodds.model.fixed import LARGEST_SUM, OUTPUT_BITS, FixedNetworks, require_exact
from trueodds.model.quantise import quantise
from trueodds.model.row_scorer import RowScorer
from trueodds.model.scorer import Scorer
from trueodds.network.initialise import initialise
from trueodds.network.kinds import AnyLayout
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits, initialise_soft_splits

INPUTS = 7
NAMES = [f"x{i}" for i in range(5)]


def encoder() -> Encoder:
    blocks: list[Block] = [ClippedScale(name, 0.0, 1.0) for name in NAMES]
    return Encoder((), (*blocks, Indicator("x0", (0.0, 1.0))))


def values_of(X: NDArray[np.float64]) -> Values:
    return Values(len(X), {name: X[:, i] for i, name in enumerate(NAMES)}, {})


def rows(count: int) -> NDArray[np.float64]:
    X = np.random.default_rng(2).normal(size=(count, 5)) * 2.0
    X[::3, 0] = 0.0
    X[1::3, 0] = 1.0
    X[5, 2] = np.nan
    return X


def trained(layout: AnyLayout, seed: int = 1) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    if isinstance(layout, Layout):
        return initialise(layout, rng, 0.3)
    flat = initialise_soft_splits(layout, rng, encoder().encode(values_of(rows(50))), 0.3)
    part = layout.views(flat)
    part["leaf"][:] = 3.0 * rng.standard_normal(part["leaf"].shape)
    return flat


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("depth", [1, 3, 4, 6])
def test_close_to_the_engine(depth: int, sparse: bool) -> None:
    layout = SoftSplits(INPUTS, 9, depth, sparse)
    flat = trained(layout)
    values = values_of(rows(200))
    X = encoder().encode(values)
    networks = quantise([0], [layout], [flat], [X])
    found = Scorer(networks, encoder(), [()]).outputs(values)[0] * 2.0**-OUTPUT_BITS
    plain = SoftEngine(layout, flat.astype(np.float64), 64).log_odds(X.astype(np.float64))
    np.testing.assert_allclose(found, plain, atol=1e-3)
    assert np.ptp(plain) > 1.0


def mixed() -> tuple[FixedNetworks, list[tuple[TargetEncoding, ...]]]:
    """Two folds with target encodings of their own, MLPs and soft splits of two depths."""
    cuts = (-1.0, 0.5)
    encodings = [
        (TargetEncoding("x1", np.array([0.5, -0.25, 1.0, 0.0, 0.125], np.float32), cuts),),
        (TargetEncoding("x1", np.array([1.5, 0.25, -1.0, 0.0, 0.25], np.float32), cuts),),
    ]
    wide = INPUTS + 1
    layouts: list[AnyLayout] = [
        SoftSplits(wide, 5, 2),
        Layout(wide, (4, 3)),
        SoftSplits(wide, 3, 4, sparse=True),
        SoftSplits(wide, 4, 2),
        Layout(wide, (6, 2)),
    ]
    parameters = []
    for seed, layout in enumerate(layouts):
        rng = np.random.default_rng(seed)
        if isinstance(layout, Layout):
            parameters.append(initialise(layout, rng, -0.2))
        else:
            sample = rng.standard_normal((40, wide)).astype(np.float32)
            flat = initialise_soft_splits(layout, rng, sample, -0.2)
            layout.views(flat)["leaf"][:] = rng.standard_normal((layout.trees, layout.leaves))
            parameters.append(flat)
    sample = np.zeros((3, wide), np.float32)
    return quantise([0, 1, 1, 0, 0], layouts, parameters, [sample] * 5), encodings


@pytest.mark.parametrize("members", [slice(None), slice(2, 4), slice(0, 1)])
def test_rows_alone_have_the_bits_of_tables(members: slice) -> None:
    networks, encodings = mixed()
    networks = FixedNetworks(
        networks.activation, networks.grids, networks.members[members], networks.shares
    )
    require_exact(networks)
    X = rows(60)
    scorer = Scorer(networks, encoder(), encodings)
    whole = scorer.outputs(values_of(X))
    assert (whole == np.rint(whole)).all()
    alone = RowScorer(networks, encoder(), encodings, NAMES)
    assert [alone.total(row.tolist()) for row in X] == whole.sum(axis=0).tolist()
    for start in (0, 17):
        part = scorer.outputs(values_of(X[start : start + 9]))
        assert part.tobytes() == np.ascontiguousarray(whole[:, start : start + 9]).tobytes()


@pytest.mark.parametrize("block", [1, 1 << 17])
def test_rows_mixed_for_reasons_have_the_bits_of_tables(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coalitions, "BLOCK", block)
    networks, encodings = mixed()
    values, background = values_of(rows(60)), values_of(rows(20)[::-1])
    scorer = Coalitions(networks, encoder(), encodings, background)
    rng = np.random.default_rng(0)
    at, own = rng.integers(0, 20, 300), rng.random((300, len(NAMES))) < 0.5
    for row in (0, 5, 59):
        cells = mixed_cells(values, row, background, at, own)
        expected = Scorer(networks, encoder(), encodings).outputs(cells).sum(axis=0)
        assert scorer.mixer(values, row)(at, own).tobytes() == expected.tobytes()


@pytest.mark.parametrize("loaded", [False, True])
def test_the_compiled_sigmoid_has_the_bits_of_the_portable_one(
    loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    z = np.random.default_rng(0).normal(size=(40, 50)) * 20.0
    expected = portable.sigmoid(z)
    assert soft_scorer.sigmoid(z, soft_scorer.WORTH).tobytes() == expected.tobytes()
    if not loaded:
        monkeypatch.delitem(sys.modules, "numba")
        monkeypatch.setattr(soft_scorer, "compiled", None)
    assert soft_scorer.sigmoid(z, 2000).tobytes() == expected.tobytes()


def test_the_portable_sigmoid_stands_in_for_a_kernel_that_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        @property
        def sigmoid(self) -> None:
            raise KernelError("no compiler")

    monkeypatch.setattr(soft_scorer, "compiled", Broken())
    z = np.linspace(-40.0, 40.0, 99)
    found = soft_scorer.sigmoid(z, soft_scorer.WORTH)
    assert found.tobytes() == portable.sigmoid(z).tobytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(-12.0, 8.0), st.floats(-12.0, 8.0))
def test_any_weights_are_proved_or_refused(seed: int, gate_scale: float, leaf_scale: float) -> None:
    layout = SoftSplits(INPUTS, 3, 3)
    flat = trained(layout, seed)
    part = layout.views(flat)
    part["weight"] *= np.float32(2.0**gate_scale)
    part["leaf"] *= np.float32(2.0**leaf_scale)
    values = values_of(rows(10))
    try:
        networks = quantise([0], [layout], [flat], [encoder().encode(values)])
    except TrainingError:
        assert gate_scale > 0.0 or leaf_scale > 0.0
        return
    assert 0.0 <= require_exact(networks) <= LARGEST_SUM
    assert np.isfinite(Scorer(networks, encoder(), [()]).outputs(values)).all()


def test_gates_that_make_no_whole_trees_are_refused() -> None:
    networks, _ = mixed()
    broken = networks.members[0]
    object.__setattr__(broken, "depth", 3)
    with pytest.raises(ValueError, match="no trees of 3 levels"):
        require_exact(networks)
