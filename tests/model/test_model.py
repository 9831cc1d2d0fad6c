"""Scoring: the same row from any container, never certain, close to the engine that trained it."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.model.model import probability
from trueodds.model.network import Member, member_log_odds
from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.table import as_frame, read_target

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
    assert model.predict(rows[1])[0] == pytest.approx(expected[1], rel=1e-12)
    assert model.predict(rows[:0] or TABLE.head(0)).shape == (0,)


def test_a_missing_column_is_named(model: Model) -> None:
    with pytest.raises(ValueError, match='"c"'):
        model.predict(TABLE.drop("c"))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_scorer_agrees_with_the_engine(activation: Activation) -> None:
    layout = Layout(5, (32, 16), activation)
    flat = initialise(layout, np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(50, 5)).astype(np.float32)
    ours = member_log_odds(layout, Member(0, flat), X)
    np.testing.assert_allclose(ours, Engine(layout, flat, 50).log_odds(X), rtol=1e-4, atol=1e-5)


def test_no_probability_is_ever_0_or_1() -> None:
    p = probability(np.array([-1e308, -750.0, -1.0, 0.0, 1.0, 37.0, 750.0, 1e308]))
    assert ((p > 0.0) & (p < 1.0)).all()
    assert (np.diff(p) >= 0.0).all()
    assert p[3] == 0.5
