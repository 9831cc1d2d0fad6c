"""The run, the weights and the calibrator are chosen twice: for the model, and honestly."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.ensemble.ensemble import combine, of_choices
from trueodds.ensemble.stacking import fit_stack
from trueodds.execution.train import Members
from trueodds.functions import log_loss_from_logits
from trueodds.network.forward import log_odds
from trueodds.training.folds import Folds

KINDS = ["one", "two", "groups", "weighted"]


def flipped(y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.where(rows, 1 - y, y).astype(np.uint8)


def scaled(members: Members, folds: Folds, factor: np.ndarray) -> Members:
    """Members whose log-odds of each row left out are multiplied by a factor for the row."""
    return tuple(
        replace(m, log_odds=m.log_odds * factor[folds.held_out(m.record.fold)].astype(np.float32))
        for m in members
    )


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_a_fold_do_not_choose_for_its_rows(stages, kind) -> None:
    of = stages(kind)
    data, y, weight = of.prepared.data, of.table.y, of.table.sample_weight
    plain = of.ensemble
    for fold in range(data.folds.each):
        there = data.folds.of_row[0] == fold
        changed = combine(of.attempts.made, data, flipped(y, there), weight)
        assert np.array_equal(changed.log_odds[there], plain.log_odds[there])
        assert (changed.log_odds[~there] != plain.log_odds[~there]).all()
        assert changed.calibrator != plain.calibrator


def test_the_choices_of_the_folds_show_what_they_are_uncertain_by() -> None:
    """A regression of d numbers on n rows: p(1 − p) times the variance is d/n in the mean."""
    rng = np.random.default_rng(3)
    rows, folds, found = 2000, 5, []
    for _ in range(60):
        z = rng.normal(0.0, 1.5, (rows, 1))
        y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-z[:, 0]))).astype(np.uint8)
        of_row = rng.permutation(rows) % folds
        stacks = [fit_stack(z[of_row != k], y[of_row != k], None) for k in range(folds)]
        variances = of_choices(np.array([stack.apply(z) for stack in stacks]))
        p = 1.0 / (1.0 + np.exp(-z[:, 0]))
        found.append([(p * (1.0 - p) * v).sum() for v in (variances.averaged, variances.training)])
    gained, whole = np.mean(found, axis=0)
    part = (folds - 1) / folds  # of the rows, which each choice uses
    assert whole == pytest.approx(2.0 / part, rel=0.2)
    assert gained == pytest.approx(2.0 / part - 2.0, rel=0.2)


def test_variances_are_those_of_the_members_and_of_the_choices(stages) -> None:
    of = stages("one")
    ensemble, folds = of.ensemble, of.prepared.folds
    for fold in range(folds.each):
        there = folds.of_row[0] == fold
        members = ensemble.held_out.variances(ensemble.stack.slopes, folds).averaged[there]
        # For few rows in one partition only the choices are known to vary.
        assert not members.any()
        assert ensemble.variances.averaged[there].min() > 0.0


def test_by_time_nothing_later_changes_an_earlier_forecast(stages) -> None:
    of = stages("time")
    data, y = of.prepared.data, of.table.y
    of_row, plain = data.folds.of_row[0], of.ensemble
    for fold in range(2, data.folds.each):
        changed = combine(of.attempts.made, data, flipped(y, of_row >= fold), None)
        earlier, later = (of_row >= 2) & (of_row <= fold), of_row > fold
        assert np.array_equal(changed.log_odds[earlier], plain.log_odds[earlier])
        assert (changed.log_odds[later] != plain.log_odds[later]).all()


def test_by_time_rows_without_an_honest_choice_are_not_scored(stages) -> None:
    """The earliest rows are only trained on; the first two folds only serve to choose."""
    of = stages("time")
    scored = np.isfinite(of.ensemble.log_odds)
    assert np.array_equal(scored, of.prepared.folds.of_row[0] >= 2)
    assert np.array_equal(np.isfinite(of.ensemble.variances.averaged), scored)


def test_by_time_a_single_fold_is_scored_with_nothing_chosen(stages) -> None:
    of = stages("time")
    data = of.prepared.data
    of_row = np.minimum(data.folds.of_row, 0)
    one = replace(
        data, folds=Folds(of_row, 1, "", forward=True), fold_features=data.fold_features[:2]
    )
    known = np.flatnonzero(of_row[0] == 0)
    made = []
    for member in of.attempts.made[0][:12]:
        fold, number = divmod(len(made), 6)
        record = replace(member.record, fold=fold, member=number)
        z = np.linspace(-2.0, 2.0, len(known) if fold == 0 else 0, dtype=np.float32)
        made.append(replace(member, record=record, log_odds=z))
    found = combine([tuple(made)], one, of.table.y, None)
    other = combine([tuple(made)], one, flipped(of.table.y, of_row[0] == 0), None)
    z = np.linspace(-2.0, 2.0, len(known)) - one.base_log_odds(0)
    for ensemble in (found, other):
        np.testing.assert_allclose(ensemble.log_odds[known], z, atol=1e-6)
    assert np.isfinite(found.log_odds).sum() == len(known)


def test_the_run_of_a_fold_s_rows_is_chosen_on_the_others(stages) -> None:
    """Another run is worse for the rows of one fold alone, by so much that it is not kept."""
    of = stages("one")
    folds, made = of.prepared.folds, of.attempts.made[0]
    there = folds.of_row[0] == 2
    other = scaled(made, folds, np.where(there, -30.0, 1.0))
    worse = scaled(made, folds, np.where(there, 1.0, 0.5))
    found = combine([worse, other], of.prepared.data, of.table.y, None)
    assert found.run == 0
    assert found.members is worse
    alone = combine([other], of.prepared.data, of.table.y, None)
    # For the rows of that fold the others choose the other run, as bad as it is there.
    assert np.array_equal(found.log_odds[there], alone.log_odds[there])
    assert combine([other, made], of.prepared.data, of.table.y, None).run == 1
    assert combine([made, made], of.prepared.data, of.table.y, None).run == 0


@pytest.mark.parametrize("kind", [*KINDS, "time"])
def test_the_plain_mean_of_the_shipped_networks_is_the_weighted_forecast(stages, kind) -> None:
    of = stages(kind)
    ensemble, data = of.ensemble, of.prepared.data
    assert ensemble.factors.mean() == pytest.approx(1.0)
    assert (ensemble.factors > 0.0).all()
    rows = np.arange(0, len(of.table.y), 7)
    outputs, by_kind = [], {kind: [] for kind in ensemble.held_out.kinds}
    bases = []
    for number, parameters in zip(ensemble.shipped, ensemble.scaled(), strict=True):
        member = ensemble.members[number]
        fold, layout = member.record.fold, member.layout
        X = data.inputs(fold, rows).astype(np.float64)
        for flat, into in (
            (parameters, outputs),
            (member.parameters, by_kind[member.record.sort]),
        ):
            wide = flat.astype(np.float64)
            into.append(log_odds(X, layout.weights(wide), layout.biases(wide), layout.activation))
        bases.append(data.base_log_odds(fold))
    forecast = ensemble.calibrator.apply(np.mean(outputs, axis=0))
    slopes = ensemble.stack.slopes
    # The same from the stack: each kind's mean less the base that its members start from.
    base = float(np.average(bases, weights=ensemble.factors))
    expected = ensemble.stack.shift - slopes.sum() * base
    for slope, z in zip(slopes, by_kind.values(), strict=True):
        assert bool(z) == (slope > 0.0)
        expected = expected + (slope * np.mean(z, axis=0) if z else 0.0)
    np.testing.assert_allclose(forecast, expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["two", "time"])
def test_records_of_members_have_their_weights(stages, kind) -> None:
    of = stages(kind)
    ensemble, folds = of.ensemble, of.prepared.folds
    records = ensemble.records()
    assert len(records) == len(ensemble.members)
    weights = np.array([record.weight for record in records])
    assert weights[list(ensemble.shipped)].tolist() == ensemble.factors.tolist()
    left_out = sorted(set(range(len(records))) - set(ensemble.shipped))
    assert not weights[left_out].any()
    kept = {records[number].fold for number in ensemble.shipped}
    assert kept == set(folds.shipped)


def test_a_kind_of_no_use_is_left_out_of_the_model(stages) -> None:
    of = stages("two")
    rng = np.random.default_rng(0)
    made = tuple(
        replace(m, log_odds=rng.normal(0.0, 10.0, m.log_odds.shape).astype(np.float32))
        if m.record.share == 0.8
        else m
        for m in of.attempts.made[0]
    )
    found = combine([made], of.prepared.data, of.table.y, None)
    assert found.stack.slopes[1] == 0.0
    assert 0.8 not in {made[number].record.share for number in found.shipped}
    assert len(found.shipped) == len(found.factors) == 2 * len(made) // 3


@pytest.mark.parametrize("kind", ["one", "two"])
def test_on_noise_the_honest_forecast_is_no_better_than_the_base_rate(stages, kind) -> None:
    """Folds with more yes leave fewer to train on: without their base rates it would be worse."""
    of = stages(kind, "noise")
    y = of.table.y.astype(np.float64)
    rate = y.mean()
    base = -rate * np.log(rate) - (1.0 - rate) * np.log(1.0 - rate)
    loss = float(log_loss_from_logits(of.ensemble.log_odds, y).mean())
    assert -0.005 < loss - base < 0.03


def test_one_label_alone_gives_every_kind_the_same_weight(stages) -> None:
    of = stages("one")
    found = combine(of.attempts.made, of.prepared.data, np.ones_like(of.table.y), None)
    np.testing.assert_allclose(found.stack.slopes, 1.0 / 3.0)
    assert found.stack.shift == 0.0


@pytest.mark.parametrize("jobs", [-1, 1, 7])
def test_the_number_of_threads_changes_no_bit(stages, jobs: int) -> None:
    of = stages("weighted")
    choice = (of.attempts.made, of.prepared.data, of.table.y, of.table.sample_weight)
    found, usual = combine(*choice, jobs), combine(*choice)
    np.testing.assert_array_equal(found.log_odds, usual.log_odds)
    np.testing.assert_array_equal(found.factors, usual.factors)
    assert found.stack.shift == usual.stack.shift
