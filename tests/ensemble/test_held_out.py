"""Forecasts of rows by members that did not see them, and how much they would vary."""

import numpy as np
import pytest

from trueodds.ensemble.between_folds import BetweenFolds
from trueodds.ensemble.held_out import HeldOut, held_out
from trueodds.ensemble.stacking import Stack, fit_stack
from trueodds.functions.portable import sigmoid
from trueodds.network.forward import log_odds
from trueodds.training.folds import Folds

UNKNOWN = BetweenFolds(np.zeros(0, np.int64), np.zeros((0, 2, 2)), *np.zeros((2, 0)))
KINDS = ["one", "two", "groups", "weighted", "time"]


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_log_odds_are_those_of_the_wide_networks_in_float64(stages, kind) -> None:
    of = stages(kind)
    data, found = of.prepared.data, of.ensemble.held_out
    expected = np.zeros((len(of.table.y), len(found.kinds)))
    counts = np.zeros_like(expected)
    for member in of.attempts.made[0]:
        fold = member.record.fold
        rows = data.folds.held_out(fold)
        flat, layout = member.parameters.astype(np.float64), member.layout
        X = data.inputs(fold, rows).astype(np.float64)
        z = log_odds(X, layout.weights(flat), layout.biases(flat), layout.activation)
        expected[rows, found.kinds.index(member.record.sort)] += z - data.base_log_odds(fold)
        counts[rows, found.kinds.index(member.record.sort)] += 1
    known = (data.folds.of_row >= 0).any(axis=0)
    expected = expected[known] / counts[known]
    # The grids of the exact scorer and float32 differ by that much.
    np.testing.assert_allclose(found.log_odds[known], expected, atol=5e-4)
    assert np.isnan(found.log_odds[~known]).all()
    assert (counts[known] == found.members.sum(axis=0)).all()
    assert found.members.sum() == of.recipe.members_for(data.rows_shown)


@pytest.mark.parametrize("kind", ["one", "two", "time"])
def test_no_forecast_of_a_row_is_of_a_member_that_saw_it(stages, kind) -> None:
    of = stages(kind)
    for member in of.attempts.made[0]:
        task = of.prepared.data.task(member.record.fold, member.record.member)
        assert not np.isin(task.held_out, task.shown).any()
        assert member.log_odds.shape == (len(task.held_out),)


def test_kinds_are_column_fractions_largest_first(stages) -> None:
    of = stages("two")
    assert of.ensemble.held_out.kinds == (("mlp", 1.0), ("mlp", 0.8), ("mlp", 0.6))
    assert of.ensemble.held_out.members.tolist() == [[1, 1, 1], [1, 1, 1]]
    some = [m for m in of.attempts.made[0] if m.record.share == 0.8]
    found = held_out(some, of.prepared.data)
    assert found.kinds == (("mlp", 0.8),)
    np.testing.assert_array_equal(found.log_odds[:, 0], of.ensemble.held_out.log_odds[:, 1])


def test_a_kind_of_one_partition_alone_is_its_mean() -> None:
    """By turns a kind may have members in one partition only."""
    mean = np.array([[[1.0, np.nan], [2.0, np.nan]], [[3.0, 5.0], [4.0, 6.0]]])
    found = HeldOut(
        (("mlp", 1.0), ("mlp", 0.8)), mean, np.array([[1, 0], [3, 2]]), np.zeros((2, 2)), UNKNOWN
    )
    np.testing.assert_allclose(found.log_odds, [[2.5, 5.0], [3.5, 6.0]])
    folds = Folds(np.zeros((2, 2), np.int16), 5, "")
    varied = found.variances(np.array([0.5, 0.0]), folds)
    assert np.isfinite(varied.averaged).all()


@pytest.mark.parametrize("slopes", [(1.0, 0.0), (0.3, 0.7), (0.6, 0.9)])
def test_two_partitions_show_the_variance_that_an_average_of_all_loses(slopes) -> None:
    """z of a partition = f + what its training rows add; half of that, say, all share."""
    rng, rows, each = np.random.default_rng(0), 200_000, 5
    members = np.array([[2, 1], [1, 2]])
    f, noise = rng.normal(size=rows), rng.normal(size=(2, rows))
    mean = np.repeat((f + 0.4 * noise)[:, :, None], 2, axis=2)
    found = HeldOut((("mlp", 1.0), ("mlp", 0.8)), mean, members, np.zeros((2, rows)), UNKNOWN)
    folds = Folds(np.zeros((2, rows), np.int16), each, "")
    z = found.log_odds @ np.array(slopes)
    varied = found.variances(np.array(slopes), folds)
    # About f the forecast varies by this much …
    of_both = (z - sum(slopes) * f).var()
    # … of which the mean of the members of all folds loses all but what one fold's rows decide.
    assert varied.averaged.mean() == pytest.approx(of_both * (1.0 - 1.0 / each), rel=0.02)
    # Over other tables what both partitions share varies, too: (each − 1) times as much.
    shared = sum(slopes) ** 2 * 0.4**2 * (each - 1)
    assert varied.training.mean() == pytest.approx(of_both + shared, rel=0.02)
    assert (varied.averaged >= 0.0).all()
    assert (varied.training >= varied.averaged).all()


def test_one_partition_shows_the_variance_between_its_folds(stages) -> None:
    of = stages("one")
    found, slopes = of.ensemble.held_out, np.array([0.5, 0.2, 0.3])
    varied = found.variances(slopes, of.prepared.folds)
    assert (varied.averaged == found.between.variance(slopes)).all()
    assert not varied.training.any()


def test_by_time_the_spread_of_a_fold_s_members_is_known(stages) -> None:
    of = stages("time")
    found, folds = of.ensemble.held_out, of.prepared.folds
    each = np.full((of.recipe.many_members, len(of.table.y)), np.nan)
    for member in of.attempts.made[0]:
        if (fold := member.record.fold) < folds.held:
            z = member.log_odds.astype(np.float64)
            each[member.record.member, folds.held_out(fold)] = z
    known = folds.of_row[0] >= 0
    spread = each[:, known].var(axis=0, ddof=1)
    np.testing.assert_allclose(found.spread[0, known], spread, rtol=1e-6, atol=1e-9)
    varied = found.variances(np.array([0.5, 0.5, 0.5]), folds)
    expected = 1.5**2 * (1.0 - 1.0 / folds.each) / of.recipe.many_members * spread
    np.testing.assert_allclose(varied.averaged[known], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("rarity", [-4.0, -2.0, 0.0, 3.0])
def test_the_shift_of_the_mean_of_all_members_makes_up_for_the_variance_it_loses(rarity) -> None:
    rng, rows, each = np.random.default_rng(0), 200_000, 5
    f, noise = rng.normal(size=rows), rng.normal(size=(2, rows))
    mean = (f + 0.6 * noise)[:, :, None]
    found = HeldOut((("mlp", 1.0),), mean, np.array([[1], [1]]), np.zeros((2, rows)), UNKNOWN)
    stack, folds = Stack(np.array([1.0]), rarity), Folds(np.zeros((2, rows), np.int16), each, "")
    by_fold = sigmoid(stack.apply(found.log_odds)).mean()
    # The mean over the folds keeps a fifth of the variance of the two partitions' mean.
    of_all = rarity + f + 0.6 * noise.mean(axis=0) / np.sqrt(each)
    raised = sigmoid(of_all + found.lowered(stack, folds, None)).mean()
    assert abs(raised / by_fold - 1.0) < 0.005
    if rarity == -4.0:
        assert sigmoid(of_all).mean() / by_fold < 0.97
    if rarity == 0.0:
        assert abs(found.lowered(stack, folds, None)) < 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_s_shift_is_that_of_the_mean_of_all_members(stages, kind) -> None:
    of = stages(kind)
    ensemble, folds = of.ensemble, of.prepared.folds
    found, y, weight = ensemble.held_out, of.table.y, of.table.sample_weight
    judging = folds.of_row[0] >= (1 if folds.forward else 0)
    some = None if weight is None else weight[judging]
    stack = fit_stack(found.log_odds[judging], y[judging], some, found.between.removed(judging))
    lowered = found.lowered(stack, folds, weight)
    assert ensemble.stack.shift == pytest.approx(stack.shift + lowered, abs=1e-12)
    assert (lowered != 0.0) is (kind in ("two", "groups", "weighted"))


def test_huge_variances_do_not_shift_without_bound() -> None:
    mean = np.stack([np.full((50, 1), 40.0), np.full((50, 1), -40.0)])
    found = HeldOut((("mlp", 1.0),), mean, np.array([[1], [1]]), np.zeros((2, 50)), UNKNOWN)
    folds = Folds(np.zeros((2, 50), np.int16), 5, "")
    assert abs(found.lowered(Stack(np.array([1.0]), -2.0), folds, None)) <= 0.5
