"""A member that fails to learn is cured; a run is cured when asked; noise is left alone."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from trueodds.training.folds import make_folds
from trueodds.training.heal import (
    least_loss,
    mean_loss,
    sentences,
    train_with_care,
)
from trueodds.training.member import MemberTask
from trueodds.training.pool import Step, train_members
from trueodds.training.recipe import Recipe
from trueodds.training.record import TrainingRecord
from trueodds.training.run import train_run
from trueodds.training.workspace import TrainingData

ROWS = 400
MEMBERS = [(fold, member) for fold in range(2) for member in range(3)]
SMALL = replace(
    Recipe(),
    many_members=3,
    lengths=(1.0,),
    widths=(16, 16),
    epochs=6,
    least_steps=120,
    dropout=0.0,
    decay=0.0,
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
    own = tuple(np.zeros((ROWS, 0), np.float32) for _ in range(2))
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
    assert kept[-1].after == least_loss(trained)
    assert kept[-1].after < kept[0].before
    assert "learning rate" in kept[0].told()


def test_a_healthy_member_is_trained_once() -> None:
    trained = train_with_care(task(), SMALL, 0)
    assert trained.record.treatments == ()
    assert not [f for f in trained.record.findings() if f.severity == "failure"]


def test_labels_without_signal_are_not_retried() -> None:
    recipe = replace(SMALL, decay=3.0)
    trained = train_with_care(task(noise=True), recipe, 0)
    assert "not learning" in {f.kind for f in trained.record.findings()}
    assert trained.record.treatments == ()
    assert any("base rate" in line for line in sentences([trained]))


def test_a_part_of_the_columns_may_tell_nothing() -> None:
    """No fault, no cure: the same record of a member that saw all columns is one."""
    trained = train_with_care(task(noise=True), replace(SMALL, decay=3.0, views=(0.5,)), 0)
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


def test_a_run_is_healed_only_when_asked_and_keeps_the_better() -> None:
    """Every network learns something at this learning rate: none is cured for itself."""
    recipe = replace(SMALL, learning_rate=0.5)
    heard: list[Step] = []
    plain = train_run(data(), recipe, 0, 1)
    healed = train_run(data(), recipe, 0, 1, heard.append, heal=True)
    assert plain.treatments == ()
    assert plain.recipe == recipe
    assert not any(member.record.treatments for member in plain.members)
    (treatment, *_) = healed.treatments
    assert treatment.kept
    assert [change.name for change in treatment.changes] == ["learning_rate"]
    assert treatment.before == mean_loss(plain.members)
    assert mean_loss(healed.members) < treatment.before
    assert healed.recipe == replace(recipe, learning_rate=0.05)
    assert {step.run for step in heard} == set(range(len(healed.treatments) + 1))


def test_a_deep_sigmoid_that_stands_still_is_started_anew() -> None:
    recipe = replace(SMALL, widths=(16,) * 12, activation="sigmoid", start="pytorch")
    trained = train_with_care(task(), recipe, 0)
    (treatment, *_) = trained.record.treatments
    assert treatment.told().startswith("start pytorch → critical (for vanishing gradient): loss ")
    assert treatment.kept
    assert treatment.before > 0.65 > 0.5 > least_loss(trained)
