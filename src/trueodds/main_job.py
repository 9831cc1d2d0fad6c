"""The main job from top to bottom: a table and its target become a model and its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.calibrator import cross_calibrate, fit_calibrator
from trueodds.calibration.scores import score
from trueodds.errors import TableError, TrainingError
from trueodds.model import Model
from trueodds.model.network import Member
from trueodds.network.layout import Layout
from trueodds.report.evidence import Evidence, column_importances
from trueodds.table import Frame, Target, infer_schema, suspect_leaks, to_values
from trueodds.table.encode import fit_encoder
from trueodds.table.rates import fit_rates
from trueodds.training.folds import make_folds
from trueodds.training.heal import sentences
from trueodds.training.jobs import sensible_jobs
from trueodds.training.outcome import importance_summary, out_of_fold
from trueodds.training.pool import Listener
from trueodds.training.recipe import recipe_for
from trueodds.training.record import TrainingRecord
from trueodds.training.run import train_run
from trueodds.training.workspace import TrainingData
from trueodds.versions import versions


@dataclass(frozen=True, eq=False)
class Learned:
    """A trained model and the out-of-fold evidence for it, which the report draws."""

    model: Model
    evidence: Evidence


def learn(
    frame: Frame,
    target: Target,
    *,
    weight: NDArray[np.float64] | None = None,
    groups: Sequence[Any] | NDArray[Any] | None = None,
    time: NDArray[np.float64] | None = None,
    drop: Sequence[str] = (),
    effort: str = "standard",
    seed: int = 0,
    jobs: int | None = None,
    heal: bool = False,
    listener: Listener | None = None,
    source: str = "",
    source_sha256: str = "",
) -> Learned:
    """Train, calibrate and check a model of the target.

    Parameters
    ----------
    frame
        The inputs, without the target; rows whose target is missing are still in it.
    target
        The labels, as `trueodds.table.read_target` gives them.
    weight, groups, time
        One entry a row of ``frame``: sample weights ≥ 0; labels of groups that folds must not
        split; numbers that order the rows in time. At most one of groups and time.
    drop
        Columns not to be used.
    effort, seed
        See `trueodds.training.recipe`; the same seed gives the same bytes.
    jobs
        Processes side by side; None chooses by the work there is. The result is the same.
    heal
        Whether faults that many members share are cured and all trained again; the better of the
        two runs is kept. A single member that fails to learn is cured in any case.
    listener
        Hears of every look at a held-out fold.

    Raises
    ------
    TableError, TrainingError
        If no column is usable or a class has too few rows.
    """
    kept = np.flatnonzero(target.kept) if weight is None else _weighed(target, weight)
    frame, y = frame.take(kept), target.y[np.searchsorted(np.flatnonzero(target.kept), kept)]
    weights = np.ones(len(y)) if weight is None else _mean_one(weight[kept])

    schema = infer_schema(frame, drop=drop)
    values = to_values(frame, schema)
    schema = schema.with_leaks(suspect_leaks(values, schema, y))
    encoder = fit_encoder(values, schema)
    if not encoder.width:
        aside = "; ".join(f'"{c.name}" ({c.reason})' for c in schema.columns[:10])
        raise TableError(
            f"{frame.source}: no column can be used to forecast "
            f'"{target.name}": {aside or "there are none beside it"}; add a column that varies'
        )

    recipe = recipe_for(effort)
    folds = make_folds(
        y,
        recipe.folds,
        seed,
        None if groups is None else np.asarray(groups)[kept],
        None if time is None else time[kept],
    )
    labels, masses = y.astype(np.float32), weights.astype(np.float32)
    rates = [
        fit_rates(values, schema, labels, masses, folds.trained_on(fold), [seed, fold])
        for fold in range(folds.count)
    ]
    columns = [column.name for column in schema.used]
    data = TrainingData(
        shared=encoder.encode(values),
        own=tuple(own for _, own in rates),
        y=labels,
        weight=masses,
        folds=folds,
        columns=encoder.positions(columns, [table.source for table in rates[0][0]]),
    )
    work = sensible_jobs(jobs, data, recipe)
    run = train_run(data, recipe, seed, work, listener, heal=heal)
    trained, recipe = run.members, run.recipe

    raw = out_of_fold(trained, folds)
    known = np.isfinite(raw)
    mass = None if weight is None else weights
    held = None if mass is None else mass[known]
    calibrator = fit_calibrator(raw[known], y[known], held)
    honest = np.full(len(y), np.nan)
    honest[known] = cross_calibrate(raw[known], y[known], folds.of_row[known], held)

    model = Model(
        schema=schema,
        target_name=target.name,
        target_yes=target.yes,
        target_no=target.no,
        target_rule=target.rule,
        encoder=encoder,
        rates=tuple(tables for tables, _ in rates),
        layout=Layout(data.width, recipe.widths, recipe.activation),
        members=tuple(Member(t.record.fold, t.parameters) for t in trained),
        calibrator=calibrator,
        scores=score(y[known], honest[known], held, seed=seed),
        record=TrainingRecord(
            effort=effort,
            seed=seed,
            folds=folds.count,
            fold_rule=folds.rule,
            settings=recipe.to_json(),
            members=tuple(t.record for t in trained),
            treatments=run.treatments,
        ),
        layers=tuple(t.layers for t in trained),
        health=sentences(trained),
        notes=(*frame.notes, *values.notes),
        versions=versions(),
        source=source or frame.source,
        source_sha256=source_sha256,
    )
    importance = column_importances(columns, *importance_summary(trained))
    return Learned(model, Evidence(y, honest, mass, importance))


def _mean_one(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of mean 1; scaled by the largest first, so that no sum overflows."""
    scaled = weight / weight.max()
    return np.asarray(scaled / scaled.mean())


def _weighed(target: Target, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows with a label and a weight above 0: a row of weight 0 is as good as not there."""
    if not np.isfinite(weight).all() or (weight < 0.0).any():
        raise TableError("sample weights must be finite numbers ≥ 0; mend or drop those rows")
    kept = np.flatnonzero(target.kept & (weight > 0.0))
    if not len(kept):
        raise TrainingError("all sample weights are zero: at least some rows must count")
    return kept
