"""Views are weighed by what they add; the weights sit in the members' last layers."""

from dataclasses import replace

import numpy as np

from trueodds.calibration.blend import blend
from trueodds.network.engine import Engine
from trueodds.training.folds import make_folds
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.run import train_run
from trueodds.training.workspace import TrainingData

RECIPE = replace(
    Recipe(),
    many_members=3,
    least_members=3,
    lengths=(1.0,),
    widths=(16,),
    epochs=4,
    least_steps=150,
)


def data() -> TrainingData:
    """Ten columns that each tell a little."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(600, 10)).astype(np.float32)
    y = (rng.random(600) < 1.0 / (1.0 + np.exp(-1.3 * X.sum(axis=1)))).astype(np.uint8)
    own = tuple(np.zeros((600, 0), np.float32) for _ in range(3))
    columns = tuple(np.array([i]) for i in range(10))
    folds = make_folds(y, 3, 0)
    return TrainingData(X, own, y.astype(np.float32), np.ones(600, np.float32), folds, columns)


def trained(table: TrainingData) -> list[TrainedMember]:
    return train_run(table, RECIPE, 0, 1).members


def outputs(
    members: list[TrainedMember], parameters: list[np.ndarray], X: np.ndarray
) -> np.ndarray:
    engines = [Engine(m.layout, p, len(X)) for m, p in zip(members, parameters, strict=True)]
    return np.stack([engine.log_odds(X) for engine in engines]).astype(np.float64)


def test_the_plain_mean_of_the_scaled_members_is_the_weighted_one() -> None:
    table = data()
    made = blend(trained(table), table, table.y.astype(np.uint8), None)
    assert [len(view) for view in made.views] == [3, 3, 3]
    assert np.isclose(made.weights.sum(), 1.0)
    plain = outputs(made.members, [m.parameters for m in made.members], table.shared)
    scaled = outputs(made.members, made.scaled(), table.shared)
    means = [plain[list(view)].mean(axis=0) for view in made.views]
    weighed = sum(w * mean for w, mean in zip(made.weights, means, strict=True))
    np.testing.assert_allclose(scaled.mean(axis=0), weighed, atol=1e-5)
    np.testing.assert_allclose(made.by_view(scaled, table.folds), made.log_odds, atol=1e-4)


def test_a_view_of_no_use_is_left_out() -> None:
    table = data()
    full = [m for m in trained(table) if m.record.share == 1.0]
    rng = np.random.default_rng(0)
    useless = [
        replace(
            member,
            parameters=(rng.normal(size=member.layout.size) * 0.3).astype(np.float32),
            record=replace(member.record, share=0.5),
        )
        for member in full
    ]
    made = blend([*useless, *full], table, table.y.astype(np.uint8), np.ones(600))
    assert made.members == full
    assert made.weights.tolist() == [1.0]
    records = made.records([*(replace(m, record=replace(m.record, member=9)) for m in full), *full])
    assert [record.weight for record in records] == [0.0] * 3 + [1.0] * 3


def test_a_single_view_counts_in_full() -> None:
    table = data()
    members = [m for m in trained(table) if m.record.share == 1.0]
    made = blend(members, table, table.y.astype(np.uint8), None)
    assert made.weights.tolist() == [1.0]
    for member, parameters in zip(members, made.scaled(), strict=True):
        assert parameters.tobytes() == member.parameters.tobytes()
