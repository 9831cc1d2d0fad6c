"""The main job: the same bytes for the same seed, honest folds, weights, leaks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from trueodds.columns import read_target
from trueodds.errors import TrueOddsError, UsageError
from trueodds.main_job import FitResult, learn
from trueodds.table import as_frame
from trueodds.training.folds import ONLY_TRAINED
from trueodds.training.recipe import Recipe

ROWS = 400
SMALL = replace(
    Recipe(), folds=3, members=2, many_members=2, widths=(16, 16), epochs=2, least_steps=60
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: SMALL)


def table(rows: int = ROWS) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    x = rng.normal(size=rows)
    town = rng.integers(0, 12, rows)
    begun = np.datetime64("2023-01-01") + rng.integers(0, 400, rows)
    y = rng.random(rows) < 1.0 / (1.0 + np.exp(-2.0 * x - (town > 8)))
    return pl.DataFrame(
        {
            "x": np.where(rng.random(rows) < 0.1, np.nan, x),
            "town": [f"town {t}" for t in town],
            "begun": begun,
            "ended": begun + rng.integers(1, 30, rows),
            "y": np.where(y, "yes", "no"),
        }
    )


def fit(data: pl.DataFrame, **options: Any) -> FitResult:
    frame = as_frame(data)
    target = read_target(frame.column("y"), name="y")
    return learn(frame.without(["y"]), target, **{"jobs": 1, **options})


def saved(learned: FitResult, path: Path) -> bytes:
    learned.model.save(path)
    return path.read_bytes()


def test_the_model_file_is_the_same_whatever_the_jobs(tmp_path: Path) -> None:
    one = saved(fit(table(), jobs=1), tmp_path / "a.odds")
    two = saved(fit(table(), jobs=2), tmp_path / "b.odds")
    other = saved(fit(table(), seed=1), tmp_path / "c.odds")
    assert one == two
    assert one != other


@pytest.mark.slow
def test_full_width_members_are_the_same_whatever_the_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(Recipe(), epochs=2, least_steps=100)
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: recipe)
    data = table(5000)
    files = {saved(fit(data, jobs=jobs), tmp_path / f"{jobs}.odds") for jobs in (1, 2, 3)}
    files.add(saved(fit(data, jobs=None), tmp_path / "chosen.odds"))
    assert len(files) == 1


def test_it_learns_and_calibrates() -> None:
    learned = fit(table())
    scores = learned.model.scores
    assert scores.log_loss.value < scores.base_log_loss
    assert learned.model.calibrator.slope > 0.0
    assert learned.out_of_fold.importance[0].name == "x"
    assert np.isfinite(learned.out_of_fold.log_odds).all()


def test_rows_of_weight_0_are_as_good_as_not_there(tmp_path: Path) -> None:
    data = table()
    weight = np.ones(ROWS)
    weight[::4] = 0.0
    half = saved(fit(data, weight=weight), tmp_path / "a.odds")
    gone = data.filter(pl.Series(weight > 0.0))
    assert half == saved(fit(gone, weight=np.ones(gone.height)), tmp_path / "b.odds")


@pytest.mark.parametrize("scale", [1e-300, 1e308])
def test_the_scale_of_weights_does_not_matter(scale: float) -> None:
    rng = np.random.default_rng(0)
    weight = rng.uniform(0.1, 1.0, ROWS)
    plain, scaled = fit(table(), weight=weight), fit(table(), weight=weight * scale)
    ours, theirs = plain.model.scores.log_loss.value, scaled.model.scores.log_loss.value
    assert theirs == pytest.approx(ours, rel=1e-3)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_impossible_weights_are_refused(bad: float) -> None:
    weight = np.ones(ROWS)
    weight[7] = bad
    with pytest.raises(TrueOddsError, match="sample weights"):
        fit(table(), weight=weight)


def test_groups_stay_together_and_are_told() -> None:
    groups = np.arange(ROWS) // 8
    learned = fit(table(), groups=groups)
    assert "by group" in learned.model.record.fold_rule


def test_the_earliest_rows_of_time_folds_have_no_forecast() -> None:
    time = np.arange(ROWS, dtype=np.float64)
    learned = fit(table(), time=time)
    known = np.isfinite(learned.out_of_fold.log_odds)
    # The earliest rows are only trained on, and the first two of three folds only choose.
    assert np.array_equal(known, time >= start_of(2))
    assert learned.model.scores.rows == int(known.sum())
    assert learned.model.record.folds == 3
    assert len(learned.model.target_encodings) == 1
    assert {member.fold for member in learned.model.networks.members} == {0}


def start_of(fold: int, folds: int = 3) -> int:
    """First row of a fold of rows in order of time."""
    return int(ROWS * (ONLY_TRAINED + (1.0 - ONLY_TRAINED) * fold / folds))


@pytest.mark.parametrize("fold", [3, 4])
def test_by_time_no_later_label_changes_an_earlier_forecast(
    fold: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first epoch to the calibrator: labels from some time on are all turned round."""
    recipe = replace(SMALL, folds=5)
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: recipe)
    data, time = table(), np.arange(ROWS, dtype=np.float64)
    begin, end = start_of(fold, 5), start_of(fold + 1, 5)
    turned = data.with_columns(
        y=pl.when(pl.int_range(pl.len()) < begin)
        .then(pl.col("y"))
        .otherwise(pl.when(pl.col("y") == "yes").then(pl.lit("no")).otherwise(pl.lit("yes")))
    )
    plain, other = (fit(of, time=time).out_of_fold.log_odds for of in (data, turned))
    # The fold itself is forecast by what was chosen before it.
    assert np.array_equal(plain[:end], other[:end], equal_nan=True)
    assert np.isfinite(plain[begin:end]).all()
    assert (plain[end:] != other[end:]).all()


def test_groups_and_time_together_are_refused() -> None:
    with pytest.raises(UsageError, match="not both"):
        fit(table(), groups=np.arange(ROWS), time=np.arange(ROWS, dtype=np.float64))


def test_a_column_that_gives_the_target_away_is_called_out() -> None:
    data = table().with_columns(paid=(pl.col("y") == "yes").cast(pl.Float64) * 3.0 + 1.0)
    schema = fit(data).model.schema
    marks = {c.name: c.leak for c in schema.columns}
    assert marks["paid"]
    assert not marks["x"]
    assert [(leak.columns, leak.tier) for leak in schema.leaks] == [(("paid",), "leak")]


def test_an_auc_that_is_rarely_honest_is_told_where_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trueodds.columns.leaks.RARE_AUC", 0.9)
    rng = np.random.default_rng(3)
    columns = {f"x{i}": rng.normal(size=ROWS) for i in range(5)}
    answer = sum(columns.values()) > 0
    data = pl.DataFrame(columns).with_columns(y=pl.Series(np.where(answer, "yes", "no")))
    learned = fit(data)
    assert learned.model.scores.auc.value > 0.9
    (leak,) = learned.model.schema.leaks
    assert (leak.kind, leak.tier) == ("score", "look")
    assert leak.columns == tuple(c.name for c in learned.out_of_fold.importance[:3])
    paid = data.with_columns(paid=pl.Series(answer * 3.0 + 1.0))
    assert [found.kind for found in fit(paid).model.schema.leaks] == ["alone"]


def test_rows_without_a_label_are_left_out() -> None:
    data = table().with_columns(
        y=pl.when(pl.int_range(pl.len()) < 30).then(None).otherwise(pl.col("y"))
    )
    assert len(fit(data).out_of_fold.y) == ROWS - 30
