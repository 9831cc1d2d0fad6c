"""Members of every kind: what differs in training, and what is kept of them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits, initialise_soft_splits
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.kinds import Member, SoftAdamW
from trueodds.training.member_run import train_member
from trueodds.training.prune_soft import prune_trees, tree_outputs, widened_trees
from trueodds.training.recipe import DENSE, LEAN, SPARSE, Recipe, SoftMember

RECIPE = replace(
    Recipe(),
    column_fractions=(1.0,),
    soft_splits=(
        SoftMember(trees=8, depth=3),
        SoftMember(trees=8, depth=3, sparse=True, rate_factor=6.0, weight_decay=0.0),
    ),
    members=3,
    many_members=3,
    widths=(8,),
    epochs=20,
    least_steps=600,
)


def corners(rows: int = 1200) -> TrainingData:
    """Yes where two of six numbers are both above a threshold."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 6)).astype(np.float32)
    y = ((X[:, 0] > 0.3) & (X[:, 1] > 0.3)) ^ (rng.random(rows) < 0.03)
    folds = make_folds(y.astype(np.uint8), 3, 0)
    own = tuple(np.zeros((rows, 0), np.float32) for _ in range(folds.count))
    columns = tuple(np.array([i]) for i in range(6))
    labels, ones = y.astype(np.float32), np.ones(rows, np.float32)
    return TrainingData(X, own, labels, ones, folds, columns)


def test_kinds_take_turns() -> None:
    kinds = [Member.of(RECIPE, turn) for turn in range(4)]
    assert [kind.name for kind in kinds] == ["mlp", "soft splits", "sparse soft splits", "mlp"]
    assert [kind.column_fraction for kind in kinds] == [1.0, 1.0, 1.0, 1.0]
    assert kinds[0].learning_rate == RECIPE.learning_rate
    assert kinds[2].learning_rate == 6.0 * RECIPE.learning_rate
    assert kinds[2].decay_for(100) == 0.0
    assert kinds[1].decay_for(100_000) == 1.0 < kinds[1].decay_for(100)
    assert len({DENSE.name, LEAN.name, SPARSE.name}) == 3


@pytest.mark.parametrize("member", [1, 2])
def test_soft_splits_learn_a_corner_and_are_kept_as_they_forecast(member: int) -> None:
    data = corners()
    task = data.task(0, member)
    recipe = RECIPE if member == 2 else replace(RECIPE, soft_splits=(DENSE, LEAN))
    made = train_member(task, recipe, 0, until=20)
    assert made.record.kind == Member.of(recipe, task.turn).name
    layout = made.layout
    assert isinstance(layout, SoftSplits)
    assert not layout.sparse
    assert layout.inputs == data.width
    X = data.inputs(0, task.held_out)
    kept = SoftEngine(layout, made.parameters, 256).log_odds(X)
    # But for the trees that were dropped.
    np.testing.assert_allclose(kept, made.log_odds, atol=0.15)
    y = data.y[task.held_out]
    base = -np.mean(np.log(np.where(y > 0, y.mean(), 1 - y.mean())))
    assert np.mean(np.logaddexp(0.0, np.where(y > 0, -kept, kept))) < 0.6 * base
    if member == 2:
        assert (layout.gate_weights(made.parameters) == 0.0).any()


def test_soft_splits_do_not_use_inputs_that_are_constant_in_their_rows() -> None:
    task = replace(corners().task(0, 1), unseen=np.array([1, 4, 5]))
    made = train_member(task, RECIPE, 0, until=1)
    assert isinstance(made.layout, SoftSplits)
    used = made.layout.gate_weights(made.parameters).any(axis=1)
    assert np.flatnonzero(used).tolist() == [0, 2, 3]


def network(trees: int = 6) -> tuple[SoftSplits, NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(4)
    X = rng.standard_normal((300, 5)).astype(np.float32)
    layout = SoftSplits(5, trees, 2, sparse=True)
    flat = initialise_soft_splits(layout, rng, X, 0.3)
    layout.views(flat)["leaf"][:] = rng.standard_normal((trees, 4))
    return layout, flat, X


def test_trees_outputs_add_up_to_the_network() -> None:
    layout, flat, X = network()
    z = SoftEngine(layout, flat, 64).log_odds(X)
    bias = layout.views(flat)["bias"][0]
    outputs = tree_outputs(layout, flat, X)
    np.testing.assert_allclose(outputs.sum(axis=1) / 6**0.5 + bias, z, atol=1e-5)


def test_a_tree_that_others_hold_is_dropped_and_the_forecast_stays() -> None:
    layout, flat, X = network()
    part = layout.views(flat)
    for name in ("weight", "offset", "slope"):  # the last tree has the first one's gates
        array = part[name].reshape(-1, layout.depth, layout.trees)
        array[:, :, 5] = array[:, :, 0]
    part["leaf"][5] = -0.5 * part["leaf"][0]
    smaller, kept = prune_trees(layout, flat, X, 1e-9)
    assert smaller.trees == 5
    assert not smaller.sparse
    found = SoftEngine(smaller, kept, 64).log_odds(X)
    np.testing.assert_allclose(found, SoftEngine(layout, flat, 64).log_odds(X), atol=1e-4)


def test_no_tree_is_dropped_for_nothing() -> None:
    layout, flat, X = network()
    smaller, kept = prune_trees(layout, flat, X, -1.0)
    assert smaller.trees == layout.trees
    found = SoftEngine(smaller, kept, 64).log_odds(X)
    np.testing.assert_allclose(found, SoftEngine(layout, flat, 64).log_odds(X), atol=1e-5)


def test_inputs_that_were_not_shown_have_no_weight() -> None:
    layout, flat, X = network()
    plain, flat = prune_trees(layout, flat, X, 0.0)
    wide, parameters = widened_trees(plain, flat, np.array([0, 2, 3, 6, 7]), 9)
    spread = np.random.default_rng(0).standard_normal((300, 9)).astype(np.float32)
    found = SoftEngine(wide, parameters, 64).log_odds(spread)
    shown = np.ascontiguousarray(spread[:, [0, 2, 3, 6, 7]])
    np.testing.assert_allclose(found, SoftEngine(plain, flat, 64).log_odds(shown), atol=1e-5)


def test_gate_weights_and_leaves_decay_and_shrink_and_nothing_else() -> None:
    layout = SoftSplits(3, 2, 2)
    for l1, factor in ((0.0, 0.9), (0.2, 0.88)):
        flat = np.ones(layout.size, np.float32)
        SoftAdamW(layout, flat, l1).step(np.zeros_like(flat), 0.1, 1.0)
        part = layout.views(flat)
        np.testing.assert_allclose(part["weight"], factor, rtol=1e-6)
        np.testing.assert_allclose(part["leaf"], 0.9, rtol=1e-6)
        for name in ("offset", "slope", "bias"):
            assert (part[name] == 1.0).all()


def test_mlps_are_as_before() -> None:
    made = train_member(corners().task(0, 0), RECIPE, 0, until=1)
    assert isinstance(made.layout, Layout)
    assert made.record.kind == "mlp"
