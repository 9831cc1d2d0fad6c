"""A member that fails to learn is cured; a run is cured when asked; noise is left alone."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from trueodds.execution.order import Order
from trueodds.execution.pool import train_members
from trueodds.execution.progress import ProgressEvent
from trueodds.execution.train import mean_loss, train
from trueodds.training.data import TrainingData
from trueodds.training.folds import make_folds
from trueodds.training.heal import fault_messages, train_with_care, training_loss
from trueodds.training.member import MemberTask, base_entropy
from trueodds.training.recipe import Recipe
from trueodds.training.training_record import TrainingRecord

ROWS = 400
MEMBERS = [Order(fold, member, member) for fold in range(2) for member in range(3)]
"""Pilots, and members that stop after one epoch or two."""
SMALL = replace(
    Recipe(),
    many_members=3,
    widths=(16, 16),
    epochs=6,
    least_steps=120,
    dropout=0.0,
    weight_decay=0.0,
)
FAST = replace(SMALL, learning_rate=3e4)
SLOW = replace(SMALL, learning_rate=1e-7)


def table(noise: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(ROWS, 4)).astype(np.float32)
    y = rng.random(ROWS) < 0.5 if noise else X[:, 0] + 0.3 * rng.normal(size=ROWS) > 0.0
    return X, y.astype(np.float32)


def data(noise: bool = False) -> TrainingData:
    X, y = table(noise)
    folds = make_folds(y.astype(np.uint8), 2, 0)
    own = tuple(np.zeros((ROWS, 0), np.float32) for _ in range(folds.count))
    columns = tuple(np.array([i]) for i in range(4))
    return TrainingData(X, own, y, np.ones(ROWS, np.float32), folds, columns)


def task(noise: bool = False) -> MemberTask:
    return data(noise).task(0, 0)


@pytest.mark.parametrize("recipe", [FAST, SLOW], ids=["rate too high", "rate too low"])
def test_a_member_that_fails_to_learn_is_cured(recipe: Recipe) -> None:
    trained = train_with_care(task(), recipe, 0)
    treatments = trained.record.treatments
    assert treatments
    assert all(change.name == "learning_rate" for t in treatments for change in t.changes)
    kept = [t for t in treatments if t.kept]
    assert kept
    assert kept[-1].after == training_loss(trained)
    assert kept[-1].after < kept[0].before
    assert "learning rate" in kept[0].in_words()


def test_a_healthy_member_is_trained_once() -> None:
    trained = train_with_care(task(), SMALL, 0)
    assert trained.record.treatments == ()
    assert not [f for f in trained.record.findings() if f.severity == "failure"]


def test_labels_without_signal_are_not_retried() -> None:
    recipe = replace(SMALL, weight_decay=3.0)
    trained = train_with_care(task(noise=True), recipe, 0)
    assert "not learning" in {f.kind for f in trained.record.findings()}
    assert trained.record.treatments == ()
    assert any("base rate" in line for line in fault_messages([trained]))


def test_a_part_of_the_columns_may_have_no_signal() -> None:
    """No fault, no cure: the same record of a member that saw all columns is one."""
    trained = train_with_care(
        task(noise=True), replace(SMALL, weight_decay=3.0, column_fractions=(0.5,)), 0
    )
    assert trained.record.share == 0.5
    kinds = {f.kind for f in trained.record.findings()}
    assert "not learning" not in kinds
    full = replace(trained.record, share=1.0)
    assert {f.kind for f in full.findings()} == kinds | {"not learning"}


def test_healing_does_not_depend_on_jobs_and_is_kept_in_the_record() -> None:
    one, two = (train_members(data(), FAST, 0, jobs, MEMBERS) for jobs in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert a.parameters.tobytes() == b.parameters.tobytes()
        assert a.record == b.record
    assert any(member.record.treatments for member in one)
    record = TrainingRecord("x", 0, 2, "", {}, tuple(m.record for m in one))
    assert msgspec.json.decode(json.dumps(record.to_json()), type=TrainingRecord) == record


@pytest.mark.parametrize("until", [1, 2, 3])
def test_a_planned_early_stop_is_no_fault_of_the_learning_rate(until: int) -> None:
    """The pilots saw that more steps only fit noise: ten times the rate would undo their choice."""
    recipe = replace(Recipe(), weight_decay=3.0, widths=(16, 16))
    trained = train_with_care(task(noise=True), recipe, 0, until)
    assert trained.record.epochs == until < trained.record.planned
    assert trained.record.treatments == ()
    assert "learning rate too low" not in {f.kind for f in trained.record.findings()}
    as_if_done = replace(trained.record, planned=until)
    assert "learning rate too low" in {f.kind for f in as_if_done.findings()}


@pytest.mark.parametrize("recipe", [FAST, SLOW, SMALL], ids=["fast", "slow", "healthy"])
def test_labels_of_the_rows_left_out_decide_no_cure(recipe: Recipe) -> None:
    plain = task()
    flipped = replace(plain, y=plain.y.copy())
    flipped.y[plain.held_out] = 1.0 - flipped.y[plain.held_out]
    flipped.y[plain.held_out[:150]] = 1.0  # another base rate, too
    one, other = (train_with_care(of, recipe, 0, 3) for of in (plain, flipped))
    assert one.record.fold_loss != other.record.fold_loss
    assert one.record.treatments == other.record.treatments
    assert one.parameters.tobytes() == other.parameters.tobytes()
    base = base_entropy(plain)
    assert one.record.faults_in_training(base) == other.record.faults_in_training(base)


def test_a_run_is_healed_only_when_asked() -> None:
    """Every network learns something at this learning rate: none is cured for itself."""
    recipe = replace(SMALL, learning_rate=0.3)
    events: list[ProgressEvent] = []
    plain = train(data(), recipe, 0, 1)
    healed = train(data(), recipe, 0, 1, events.append, heal=True)
    assert plain.treatments == ()
    assert plain.recipes == (recipe,)
    (members,) = plain.made
    assert not any(member.record.treatments for member in members)
    assert len(healed.made) == len(healed.recipes) == len(healed.treatments) + 1
    assert [m.parameters.tobytes() for m in healed.made[0]] == [
        m.parameters.tobytes() for m in members
    ]
    treatment = healed.treatments[0]
    assert treatment.kept
    assert [change.name for change in treatment.changes] == ["learning_rate"]
    assert treatment.before == mean_loss(members)
    assert treatment.after == mean_loss(healed.made[1])
    assert mean_loss(healed.made[healed.kept]) < treatment.before
    assert healed.recipes[1] == replace(recipe, learning_rate=recipe.learning_rate / 10.0)
    assert {step.run for step in events} == set(range(len(healed.made)))


def test_a_deep_sigmoid_that_does_not_move_gets_another_initialisation() -> None:
    recipe = replace(SMALL, widths=(16,) * 12, activation="sigmoid", init="pytorch")
    trained = train_with_care(task(), recipe, 0)
    (treatment, *_) = trained.record.treatments
    assert treatment.in_words().startswith(
        "init pytorch → critical (for vanishing gradient): loss "
    )
    assert treatment.kept
    assert treatment.before > 0.65 > 0.5 > training_loss(trained)
