"""Scoring: the same row from any container, never certain, pickled as its file."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import polars as pl
import pytest

from trueodds.columns import read_target
from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.model.model import probability
from trueodds.table import as_frame

TABLE = pl.DataFrame(
    {
        "x": [0.5, 1.5, None, 3.5] * 12,
        "c": ["a", "b", "c", None] * 12,
        "y": [0, 0, 1, 1, 0, 1] * 8,
    }
)


@pytest.fixture
def model(tiny_recipe: object) -> Model:
    frame = as_frame(TABLE)
    return learn(frame.without(["y"]), read_target(frame.column("y")), jobs=1).model


def test_any_container_gives_the_same_bits(model: Model) -> None:
    expected = model.predict(TABLE)
    rows = TABLE.to_dicts()
    for same in (
        TABLE.to_pandas(),
        TABLE.to_arrow(),
        rows,
        TABLE.to_dict(as_series=False),
        TABLE.select("y", "c", "x"),
        as_frame(TABLE),
        pd.DataFrame(rows),
    ):
        assert model.predict(same).tobytes() == expected.tobytes()
    alone = np.concatenate([model.predict(row) for row in rows])
    assert alone.tobytes() == expected.tobytes()
    assert model.predict(TABLE.head(0)).shape == (0,)


def test_a_missing_column_is_named(model: Model) -> None:
    for lacking, name in ((TABLE.drop("c"), "c"), (TABLE.drop("x"), "x")):
        with pytest.raises(ValueError, match=f'"{name}"'):
            model.predict(lacking)


def test_no_probability_is_ever_0_or_1() -> None:
    p = probability(np.array([-1e308, -750.0, -1.0, 0.0, 1.0, 37.0, 750.0, 1e308]))
    assert ((p > 0.0) & (p < 1.0)).all()
    assert (np.diff(p) >= 0.0).all()
    assert p[3] == 0.5


def test_a_pickled_model_gives_the_same_bits(model: Model) -> None:
    back = pickle.loads(pickle.dumps(model))
    assert back.predict(TABLE).tobytes() == model.predict(TABLE).tobytes()


def test_a_model_cannot_be_changed(model: Model) -> None:
    with pytest.raises(FrozenInstanceError):
        model.calibrator = None  # type: ignore[misc, assignment]
    with pytest.raises(ValueError, match="read-only"):
        model.networks.members[0].layers[0].weights[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        pickle.loads(pickle.dumps(model)).networks.members[0].layers[0].biases[0] = 1
