"""States of pilots: a member made from one is the member that makes all steps."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.training import member_run, pilot_states
from trueodds.training.data import TrainingData
from trueodds.training.evaluations import Progress
from trueodds.training.folds import make_folds
from trueodds.training.member import TrainedMember
from trueodds.training.member_run import train_member
from trueodds.training.pilot_states import KEPT, PilotState, PilotStates
from trueodds.training.recipe import SPARSE, Recipe

SPLITS = replace(SPARSE, trees=4, depth=2)
RECIPE = replace(
    Recipe(), members=2, many_members=2, column_fractions=(0.5,), soft_splits=(SPLITS,),
    widths=(8,), least_steps=400, patience=1.0,
)  # fmt: skip


def table(rows: int = 200) -> TrainingData:
    """Three columns; some rows have no weight."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 3)).astype(np.float32)
    y = (X[:, 0] + rng.normal(size=rows) > 0).astype(np.uint8)
    weight = (np.arange(rows) % 7 > 0).astype(np.float32)
    own = tuple(X[:, 2:].copy() for _ in range(4))
    columns = tuple(np.array([i]) for i in range(3))
    folds = make_folds(y, 4, 0)
    return TrainingData(X[:, :2].copy(), own, y.astype(np.float32), weight, folds, columns)


def parts(trained: TrainedMember) -> tuple[object, ...]:
    """All of a member, with arrays as bytes."""
    flat = (trained.parameters.tobytes(), trained.log_odds.tobytes())
    return (trained.layout, *flat, trained.record, trained.layers)


def trained(
    data: TrainingData, member: int, until: int | None, progress: Progress | None = None
) -> TrainedMember:
    return train_member(data.task(1, member), RECIPE, 3, until, progress)


@pytest.mark.parametrize("member", [0, 1])
@pytest.mark.parametrize("back", [1, 3, KEPT])
def test_a_member_made_from_a_state_is_the_member_that_makes_all_steps(
    member: int, back: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table()
    at = trained(data, member, None).record.at
    until = sorted(set(at))[-back]
    usual, quick = list[tuple[int, int, float]](), list[tuple[int, int, float]]()
    expected = trained(table(), member, until, lambda *news: usual.append(news))

    def none(*_: object) -> None:
        raise AssertionError("steps are made again")

    monkeypatch.setattr(member_run, "train_network", none)
    found = trained(data, member, until, lambda *news: quick.append(news))
    assert parts(found) == parts(expected)
    assert quick == usual


def test_a_member_that_stops_before_the_states_that_are_kept_makes_its_steps() -> None:
    data = table()
    at = sorted(set(trained(data, 0, None).record.at))
    until = at[-KEPT - 1]
    assert parts(trained(data, 0, until)) == parts(trained(table(), 0, until))


def test_another_recipe_or_seed_has_no_state() -> None:
    data = table()
    pilot = trained(data, 0, None)
    other = replace(RECIPE, learning_rate=0.01)
    task = data.task(1, 0)
    found = train_member(task, other, 3, pilot.record.at[-2])
    assert parts(found) == parts(train_member(table().task(1, 0), other, 3, pilot.record.at[-2]))
    assert task.pilots.take((RECIPE, 4, 1, 0), pilot.record.at[-2]) is None
    assert task.pilots.take((RECIPE, 3, 1, 0), pilot.record.at[-2]) is not None


def state(epoch: int, values: NDArray[np.float32]) -> PilotState:
    return PilotState(1, values, {}, (), (epoch,), (0.5,), (0.5,), values[:0])


def test_states_are_taken_once_and_the_oldest_pilots_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.zeros(10, np.float32)
    monkeypatch.setattr(pilot_states, "ROOM", 4 * values.nbytes)
    states = PilotStates()
    for pilot in ("first", "second", "third"):
        states.keep(pilot, [state(1, values), state(2, values)])
    assert states.take("first", 1) is None
    found = states.take("second", 2)
    assert found is not None
    assert found.epochs == (2,)
    assert states.take("second", 1) is None
    states.keep("large", [state(1, np.zeros(50, np.float32))])
    assert states.take("third", 1) is None
    assert states.take("large", 1) is None
