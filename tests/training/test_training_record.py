"""A member's record: the loss of the weights that were kept, in new files and in old ones."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from trueodds import load
from trueodds.training.training_record import MemberRecord, TrainingRecord

GOLDEN = Path(__file__).parents[1] / "golden"
STOPPED = MemberRecord(
    fold=1, member=2, epochs=5, best_epoch=5, stride=1, train_loss=(0.6, 0.5),
    fold_loss=(0.55, 0.58), at=(2, 5), planned=40,
)  # fmt: skip
OLDER = MemberRecord(0, 0, 8, 4, 4, (0.6, 0.5), (0.55, 0.58))


def test_the_loss_is_that_of_the_last_evaluation_or_in_older_files_of_the_best() -> None:
    assert STOPPED.loss == 0.58
    assert OLDER.loss == 0.55
    assert np.isnan(replace(STOPPED, fold_loss=()).loss)


def test_the_last_event_has_the_epochs_that_were_run() -> None:
    news = {"fold": 1, "member": 2, "loss": 0.58, "done": True, "epoch": 5, "epochs": 5}
    assert STOPPED.last_event() == news
    assert replace(STOPPED, fold_loss=()).last_event() == {**news, "loss": 0.0}
    assert STOPPED.title == "fold 2, member 3"


def test_records_come_back_from_json() -> None:
    record = TrainingRecord("quick", 0, 2, "2 random folds", {}, (STOPPED, OLDER))
    text = json.dumps(record.to_json())
    assert "health" not in text
    assert msgspec.json.decode(text, type=TrainingRecord) == record


def test_a_record_without_health_has_no_faults() -> None:
    assert STOPPED.findings() == STOPPED.faults_in_training(0.69) == ()


@pytest.mark.parametrize("name", ["relu", "pieces"])
def test_records_of_older_files_are_read_as_they_were_meant(name: str) -> None:
    for member in load(GOLDEN / f"{name}.odds").record.members:
        assert (member.at, member.planned) == ((), 0)
        assert member.loss == min(member.fold_loss)
        assert member.findings() == ()
