"""How long to train: chosen by pilots, for every fold on rows that it does not leave out."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.network.layout import Layout
from trueodds.training.data import TrainingData
from trueodds.training.evaluations import EVALUATIONS, evaluation_epochs
from trueodds.training.folds import Folds, make_folds
from trueodds.training.member import TrainedMember
from trueodds.training.pilot import (
    ENOUGH_ROWS,
    LONGER,
    Length,
    choose_lengths,
    pilot_folds,
    still_learning,
)
from trueodds.training.recipe import Recipe
from trueodds.training.training_record import MemberRecord

RECIPE = replace(Recipe(), epochs=40, least_steps=40)


def data(y: NDArray[np.uint8], folds: Folds) -> TrainingData:
    """A table whose inputs say nothing: pilots are made up."""
    rows = len(y)
    own = tuple(np.zeros((rows, 0), np.float32) for _ in range(folds.count))
    X, ones = np.zeros((rows, 1), np.float32), np.ones(rows, np.float32)
    return TrainingData(X, own, y.astype(np.float32), ones, folds, (np.array([0]),))


def labels(rows: int) -> NDArray[np.uint8]:
    return (np.random.default_rng(0).random(rows) < 0.4).astype(np.uint8)


def pilots(table: TrainingData, sure: bool = True, noise: float = 1.0) -> list[TrainedMember]:
    """Two pilots of every pilot fold that get surer at every evaluation, of right or wrong."""
    rng = np.random.default_rng(1)
    made = []
    for fold in pilot_folds(table):
        rows = table.folds.held_out(fold)
        toward = 2.0 * table.y[rows] - 1.0
        z = toward + noise * rng.normal(size=len(rows))
        strength = np.linspace(0.1, 3.0, EVALUATIONS)[:, None]
        for member in range(2):
            forecasts = (strength if sure else strength[::-1]) * z
            record = MemberRecord(fold, member, 40, 40, 1, (), (), at=())
            parameters = np.zeros(0, np.float32)
            curve = forecasts.astype(np.float32)
            made.append(TrainedMember(Layout(1, ()), parameters, curve[-1], curve, record, ()))
    return made


def choose_epochs(
    table: TrainingData, recipe: Recipe, of_usual_plan: list[TrainedMember]
) -> list[int]:
    """The epochs that pilots of the usual plan choose."""
    chosen = choose_lengths(table, recipe, of_usual_plan)
    assert {length.times for length in chosen} == {1}
    return [length.epochs for length in chosen]


def flipped(table: TrainingData, rows: NDArray[np.int64] | NDArray[np.bool_]) -> TrainingData:
    y = table.y.copy()
    y[rows] = 1.0 - y[rows]
    return replace(table, y=y)


@pytest.mark.parametrize(("rows", "yes", "most"), [(50, 25, 5), (2000, 1000, 2), (9000, 200, 5)])
def test_as_many_pilot_folds_as_every_choice_needs(rows: int, yes: int, most: int) -> None:
    y = (np.arange(rows) < yes).astype(np.uint8)
    for label in (y, 1 - y):
        table = data(label, make_folds(label, 5, 0, partitions=2))
        folds = pilot_folds(table)
        assert folds == list(range(len(folds)))
        assert 2 <= len(folds) <= most
        if len(folds) < 5:
            for own in folds:  # a fold's own rows do not count for it
                others = np.concatenate([table.folds.held_out(f) for f in folds if f != own])
                assert min(label[others].sum(), len(others) - label[others].sum()) >= ENOUGH_ROWS


def test_by_time_every_fold_that_leaves_rows_out_has_pilots() -> None:
    y = labels(9000)
    table = data(y, make_folds(y, 5, 0, time=np.arange(9000.0)))
    assert pilot_folds(table) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("noise", "early"), [(0.0, False), (10.0, True)])
def test_the_evaluation_of_least_loss_is_chosen(noise: float, early: bool) -> None:
    y = labels(400)
    table = data(y, make_folds(y, 5, 0))
    planned = evaluation_epochs(RECIPE.epochs_for(320))
    chosen = choose_epochs(table, RECIPE, pilots(table, noise=noise))
    assert chosen == [planned[0] if early else planned[-1]] * 5


@pytest.mark.parametrize("partitions", [1, 2])
def test_labels_of_the_rows_left_out_do_not_choose_for_their_fold(partitions: int) -> None:
    y = labels(300)
    table = data(y, make_folds(y, 5, 0, partitions=partitions))
    made = pilots(table)
    plain = choose_epochs(table, RECIPE, made)
    assert len(plain) == 5 * partitions
    for fold in range(table.folds.count):
        changed = choose_epochs(flipped(table, table.folds.held_out(fold)), RECIPE, made)
        assert changed[fold] == plain[fold]
        others = [f for f in range(table.folds.count) if f != fold]
        assert all(changed[f] < plain[f] for f in others)


def test_by_time_all_folds_before_a_fold_choose_its_epochs() -> None:
    y = labels(600)
    table = data(y, make_folds(y, 5, 0, time=np.arange(600.0)))
    made, of_row = pilots(table), table.folds.of_row[0]
    plain = choose_epochs(table, RECIPE, made)
    assert len(plain) == 6  # the model's own too
    for fold in range(5):
        later = choose_epochs(flipped(table, of_row >= fold), RECIPE, made)
        # Nothing at its own time or after it changes a fold's choice, but the first's.
        assert later[1 : fold + 1] == plain[1 : fold + 1]
        assert all(later[f] < plain[f] for f in range(fold + 1, 6))
    first = choose_epochs(flipped(table, of_row == 0), RECIPE, made)
    assert all(first[f] < plain[f] for f in range(1, 6))  # the earliest fold counts for all


def test_by_time_nothing_is_chosen_for_a_single_fold() -> None:
    y = labels(600)
    table = data(y, make_folds(y, 5, 0, time=(np.arange(600) >= 400).astype(float)))
    assert (table.folds.each, table.folds.count) == (1, 2)
    made = pilots(table, noise=0.0)
    planned = [RECIPE.epochs_for(rows) for rows in (400, 600)]
    assert choose_epochs(table, RECIPE, made) == planned
    changed = choose_epochs(flipped(table, table.folds.held_out(0)), RECIPE, made)
    assert changed == [planned[0], evaluation_epochs(planned[1])[0]]


def test_every_fold_s_epochs_are_those_of_its_own_plan() -> None:
    """By time folds see more and more rows, and the same steps are other numbers of epochs."""
    y = labels(600)
    table = data(y, make_folds(y, 5, 0, time=np.arange(600.0)))
    recipe = replace(RECIPE, epochs=1, least_steps=3000)
    planned = [recipe.epochs_for(len(table.folds.trained_on(fold))) for fold in range(6)]
    assert len(set(planned)) > 2
    assert choose_epochs(table, recipe, pilots(table, noise=0.0)) == planned


@pytest.mark.parametrize(("later", "best"), [(2.0005, 10), (2.1, 11)])
def test_more_epochs_are_not_run_for_a_tiny_gain(later: float, best: int) -> None:
    """Log-odds of ±2 cost 0.1269 nats, of ±2.0005 a 0.05 % less, of ±2.1 a tenth less."""
    y = labels(300)
    table = data(y, make_folds(y, 5, 0))
    strength = np.repeat([0.0, 2.0, later], [10, 1, EVALUATIONS - 11])
    made = [
        replace(
            pilot,
            curve=np.outer(
                strength, 2.0 * table.y[table.folds.held_out(pilot.record.fold)] - 1.0
            ).astype(np.float32),
        )
        for pilot in pilots(table)
    ]
    planned = evaluation_epochs(RECIPE.epochs_for(240))
    assert choose_epochs(table, RECIPE, made) == [planned[best]] * 5


def test_weights_count_and_broken_pilots_are_not_chosen() -> None:
    y = labels(300)
    table = data(y, make_folds(y, 5, 0))
    made = pilots(table, noise=0.0)
    wrong = np.arange(300) % 2 == 0
    half = flipped(table, wrong)
    planned = evaluation_epochs(RECIPE.epochs_for(240))
    assert max(choose_epochs(half, RECIPE, made)) == planned[0]
    weighted = replace(half, sample_weight=np.where(wrong, 0.0, 1.0).astype(np.float32))
    assert choose_epochs(weighted, RECIPE, made) == [planned[-1]] * 5
    broken = [replace(m, curve=m.curve.copy()) for m in made]
    for member in broken:
        member.curve[10:] = np.nan
    assert choose_epochs(table, RECIPE, broken) == [planned[9]] * 5


def surer(made: list[TrainedMember], factor: float) -> list[TrainedMember]:
    return [replace(pilot, curve=(factor * pilot.curve).astype(np.float32)) for pilot in made]


@pytest.mark.parametrize(("factor", "times"), [(0.5, 1), (1.0, 1), (2.0, LONGER)])
def test_a_longer_plan_is_taken_where_it_has_less_loss(factor: float, times: int) -> None:
    y = labels(300)
    table = data(y, make_folds(y, 5, 0))
    made = pilots(table, noise=0.0)
    chosen = choose_lengths(table, RECIPE, made, surer(made, factor))
    planned = RECIPE.lengthened(times).epochs_for(240)
    assert chosen == [Length(planned, times)] * 5


def test_labels_of_the_rows_left_out_do_not_choose_the_plan_of_their_fold() -> None:
    y = labels(300)
    table = data(y, make_folds(y, 5, 0))
    made = pilots(table, noise=0.0)
    longer = surer(made, 2.0)
    for fold in range(5):
        other = flipped(table, table.folds.held_out(fold))
        changed = choose_lengths(other, RECIPE, made, longer)
        assert changed[fold] == choose_lengths(table, RECIPE, made, longer)[fold]


@pytest.mark.parametrize(("back", "late"), [(1, True), (2, True), (3, False)])
def test_members_still_learn_if_a_fold_s_choice_is_the_end_of_a_plan_of_few_steps(
    back: int, late: bool
) -> None:
    y = labels(300)
    table = data(y, make_folds(y, 5, 0))
    few_steps = replace(RECIPE, epochs=1, least_steps=3000)
    planned = evaluation_epochs(few_steps.epochs_for(240))
    lengths = [Length(planned[0])] * 4 + [Length(planned[-back])]
    assert still_learning(table, few_steps, lengths) is late
    # The steps of a plan of many epochs are as many as they are to be.
    many = replace(RECIPE, epochs=few_steps.epochs_for(240))
    assert not still_learning(table, many, lengths)


def test_a_fold_that_chose_nothing_does_not_ask_for_a_longer_plan() -> None:
    y = labels(600)
    table = data(y, make_folds(y, 5, 0, time=(np.arange(600) >= 400).astype(float)))
    recipe = replace(RECIPE, epochs=1, least_steps=3000)
    sure = choose_lengths(table, recipe, pilots(table, noise=0.0))
    assert still_learning(table, recipe, sure)
    unsure = choose_lengths(table, recipe, pilots(table, sure=False))
    assert unsure[0].epochs == recipe.epochs_for(400)
    assert not still_learning(table, recipe, unsure)
