"""Slices and comparisons of real tables."""

import warnings

import numpy as np
import pytest

import trueodds
from real_tables import DATA, MANIFEST, needs_tables
from trueodds.columns import read_target
from trueodds.main_job import learn
from trueodds.table import read_table

pytestmark = pytest.mark.usefixtures("tiny_recipe")


@needs_tables
@pytest.mark.parametrize("name", ["adult", pytest.param("compas", marks=pytest.mark.slow)])
def test_race_and_sex(name: str) -> None:
    (about,) = (one for one in MANIFEST if one["name"] == name)
    frame = read_table(DATA / about["file"])
    order = np.random.default_rng(0).permutation(frame.rows)
    past, new = frame.take(np.sort(order[:2_000])), frame.take(np.sort(order[2_000:6_000]))
    target = read_target(
        past.column(about["target"]), name=about["target"], positive=about["positive"].strip()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = learn(past.without([about["target"]]), target, jobs=1).model
        less = learn(past.without([about["target"], "sex"]), target, jobs=1).model
        found = model.evaluate(new, by=["race", "sex"]).slices
        # A column that the model does not use divides the same rows.
        assert less.evaluate(new, by="sex").slices.rows == found.rows == 4_000
        compared = trueodds.compare({"all": model, "less": less}, new)
    for column in ("race", "sex"):
        groups = [one for one in found.slices if one.column == column]
        assert sum(one.rows for one in groups) == 4_000
        assert {one.group for one in groups} >= ({"Male", "Female"} if column == "sex" else set())
        yes = sum(one.positives for one in groups)
        assert yes == model.evaluate(new).scores.positives
    assert found.comparisons == len(found.differences) + 1  # and the worst combination
    assert all(0.0 <= one.p_value <= 1.0 for one in found.differences)
    assert compared.pairs.rows == 4_000
    assert compared.pairs.paired[0].log_loss.low < compared.pairs.paired[0].log_loss.high
