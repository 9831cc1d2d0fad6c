"""Soft splits from end to end: the same file whatever the jobs, single rows, weights, messages."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from trueodds import load
from trueodds.cli.inspect import network_text
from trueodds.columns import read_target
from trueodds.ensemble.on_rows import on_rows
from trueodds.main_job import FitResult, learn
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits
from trueodds.report.tables import member_rows
from trueodds.table import as_frame
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe, SoftMember

MIXED = replace(
    Recipe(),
    folds=3,
    members=3,
    many_members=6,
    column_fractions=(1.0,),
    soft_splits=(
        SoftMember(trees=6, depth=3, l1=0.1),
        SoftMember(trees=6, depth=4, sparse=True, rate_factor=6.0, weight_decay=0.0),
    ),
    widths=(8, 8),
    epochs=6,
    least_steps=200,
)


def table(rows: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    x, u = rng.normal(size=rows), rng.normal(size=rows)
    yes = ((x > 0.0) & (u > 0.0)) ^ (rng.random(rows) < 0.05)
    return pl.DataFrame(
        {
            "x": np.where(rng.random(rows) < 0.05, np.nan, x),
            "u": u,
            "noise": rng.normal(size=rows),
            "town": [f"town {t}" for t in rng.integers(0, 5, rows)],
            "y": np.where(yes, "yes", "no"),
        }
    )


def fit(**options: Any) -> FitResult:
    frame = as_frame(table())
    target = read_target(frame.column("y"), name="y")
    return learn(frame.without(["y"]), target, **{"jobs": 1, **options})


@pytest.fixture(scope="module")
def fitted() -> FitResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trueodds.main_job.recipe_for", lambda effort: MIXED)
        return fit()


def test_the_file_is_the_same_whatever_the_jobs_and_old_readers_refuse_it(
    fitted: FitResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: MIXED)
    one, two = tmp_path / "one.odds", tmp_path / "two.odds"
    fitted.model.save(one)
    fit(jobs=2).model.save(two)
    assert one.read_bytes() == two.read_bytes()
    size = int.from_bytes(one.read_bytes()[:8], "little")
    outside = json.loads(one.read_bytes()[8 : 8 + size])
    assert "soft_splits" in json.loads(outside["__metadata__"]["trueodds"])["needs"]
    again = load(one)
    cells = table().drop("y")
    assert again.predict(cells).tobytes() == fitted.model.predict(cells).tobytes()
    alone = [again.predict(row)[0] for row in cells.head(40).to_dicts()]
    assert alone == again.predict(cells)[:40].tolist()


def test_scores_weights_and_words(fitted: FitResult) -> None:
    model = fitted.model
    assert model.scores.log_loss.value < 0.8 * model.scores.base_log_loss
    assert model.rounding.probability < 1e-4
    assert model.networks.soft
    kinds = {record.kind for record in model.record.members}
    assert kinds == {"mlp", "lean soft splits", "sparse soft splits"}
    assert sum(record.weight for record in model.record.members) == pytest.approx(
        sum(record.weight > 0.0 for record in model.record.members)
    )
    assert "soft splits: " in network_text(model)
    kinds = {row[1] for row in member_rows(model.record)}
    assert kinds == {"MLP", "lean soft splits", "sparse soft splits"}


def test_a_changed_column_is_forecast_as_if_computed_anew() -> None:
    rng = np.random.default_rng(0)
    layout = SoftSplits(5, 4, 3)
    flat = rng.standard_normal(layout.size).astype(np.float32)
    X = rng.standard_normal((300, 5))
    member = TrainedMember(layout, flat, *np.zeros((2, 1, 0), np.float32), None, ())  # type: ignore[arg-type]
    network = on_rows(member, X)
    change = np.zeros_like(X)
    change[:, [1, 3]] = X[::-1][:, [1, 3]] - X[:, [1, 3]]
    at = np.array([1, 3])
    expected = SoftEngine(layout, flat, 64).log_odds((X + change).astype(np.float32))
    np.testing.assert_allclose(network.log_odds(change[:, at], at), expected, atol=1e-4)
    plain = SoftEngine(layout, flat, 64).log_odds(X.astype(np.float32))
    np.testing.assert_allclose(network.log_odds(None, at[:0]), plain, atol=1e-5)
