"""The main job from top to bottom: a table and its target become a model and its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.calibration.blend import Blend, blend
from trueodds.calibration.calibrator import cross_calibrate, fit_calibrator
from trueodds.calibration.scores import score
from trueodds.calibration.sums import mix
from trueodds.errors import TableError, TrainingError
from trueodds.model import Model
from trueodds.model.fixed import OUTPUT_BITS, require_exact
from trueodds.model.quantise import quantise
from trueodds.model.rounding import measure_rounding
from trueodds.model.scorer import Scorer
from trueodds.report.evidence import Evidence, column_importances
from trueodds.table import (
    Frame,
    Schema,
    Target,
    Values,
    infer_schema,
    rare_auc,
    suspect_leaks,
    to_values,
)
from trueodds.table.encode import Encoder, fit_encoder
from trueodds.table.rates import fit_rates
from trueodds.table.roles import RoleColumns
from trueodds.table.sketch import sketch_rows
from trueodds.table.summary import summarise
from trueodds.training.folds import Folds, make_folds
from trueodds.training.heal import sentences
from trueodds.training.outcome import importance_summary
from trueodds.training.pool import Listener
from trueodds.training.recipe import recipe_for
from trueodds.training.record import TrainingRecord
from trueodds.training.run import train_run
from trueodds.training.store import Store
from trueodds.training.work import WorkFolder
from trueodds.training.workspace import TrainingData
from trueodds.versions import versions

ROWS = 1 << 17
"""Rows encoded and scored at a time."""


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
    roles: RoleColumns | None = None,
    effort: str = "standard",
    seed: int = 0,
    jobs: int | None = None,
    heal: bool = False,
    listener: Listener | None = None,
    source: str = "",
    source_sha256: str = "",
    work: WorkFolder | None = None,
    store: Store | None = None,
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
    roles
        Names of the columns that ``weight``, ``groups`` and ``time`` came from; None for arrays
        without a name. The model keeps them, so that its evaluation reads the same columns.
    effort, seed
        See `trueodds.training.recipe`; the same seed gives the same bytes.
    jobs
        Processes side by side; None chooses by the work there is. The result is the same.
    heal
        Whether faults that many members share are cured and all trained again; the better of the
        two runs is kept. A single member that fails to learn is cured in any case.
    listener
        Hears of every look at a held-out fold.
    store
        Where large arrays live; in memory without one.
    work
        Where finished members are kept, and those of an earlier run are taken from.

    Raises
    ------
    TableError, TrainingError
        If no column is usable or a class has too few rows.
    """
    kept = np.flatnonzero(target.kept) if weight is None else _weighed(target, weight)
    frame = frame if len(kept) == frame.rows else frame.take(kept)
    y = target.y[np.searchsorted(np.flatnonzero(target.kept), kept)]
    weights = np.ones(len(y)) if weight is None else _mean_one(weight[kept])
    _require_both(y, target, frame.source)

    schema = infer_schema(frame, drop=drop)
    store = store or Store()
    values = _read_values(frame, schema, store)
    schema = schema.with_leaks(*suspect_leaks(values, schema, y))
    encoder = fit_encoder(values, schema)
    if not encoder.width:
        aside = "; ".join(f'"{c.name}" ({c.reason})' for c in schema.columns[:10])
        raise TableError(
            f"{frame.source}: no column can be used to forecast "
            f'"{target.name}": {aside or "there are none beside it"}; add a column that varies'
        )

    recipe = recipe_for(effort)
    try:
        folds = make_folds(
            y,
            recipe.folds,
            seed,
            None if groups is None else np.asarray(groups)[kept],
            None if time is None else time[kept],
        )
    except TrainingError as error:
        raise TrainingError(f"{frame.source}: {error}") from None
    labels, masses = y.astype(np.float32), weights.astype(np.float32)
    rates = []
    for fold in range(folds.count):
        shown = folds.trained_on(fold)
        of_fold, own = fit_rates(values, schema, labels, masses, shown, [seed, fold])
        rates.append((of_fold, store.keep(f"own{fold}", own)))
    columns = [column.name for column in schema.used]
    data = TrainingData(
        shared=_encode(encoder, values, store),
        own=tuple(own for _, own in rates),
        y=labels,
        weight=masses,
        folds=folds,
        columns=encoder.positions(columns, [table.source for table in rates[0][0]]),
    )
    run = train_run(data, recipe, seed, jobs, listener, work, heal=heal)
    mass = None if weight is None else weights
    blended = blend(run.members, data, y, mass)
    trained, recipe = blended.members, run.recipe

    numbers = [member.record.fold for member in trained]
    networks = quantise(
        numbers,
        [member.layout for member in trained],
        blended.scaled(),
        [data.sample(fold) for fold in numbers],
    )
    tables = tuple(of_fold for of_fold, _ in rates)
    scorer = Scorer(networks, encoder, tables)
    views = _out_of_fold(scorer, values, folds, blended)
    raw = mix(views, blended.weights)
    plain = mix(blended.log_odds, blended.weights)
    known = np.isfinite(raw)
    held = None if mass is None else mass[known]
    calibrator = fit_calibrator(raw[known], y[known], held)
    honest = np.full(len(y), np.nan)
    honest[known] = cross_calibrate(views[known], y[known], folds.of_row[known], held)

    model = Model(
        schema=schema,
        target_name=target.name,
        target_yes=target.yes,
        target_no=target.no,
        target_rule=target.rule,
        encoder=encoder,
        rates=tables,
        networks=networks,
        calibrator=calibrator,
        rounding=measure_rounding(
            calibrator.apply(raw[known]),
            calibrator.apply(plain[known]),
            y[known],
            held,
            require_exact(networks),
        ),
        scores=score(y[known], honest[known], held, seed=seed),
        record=TrainingRecord(
            effort=effort,
            seed=seed,
            folds=folds.count,
            fold_rule=folds.rule,
            settings=recipe.to_json(),
            members=blended.records(run.members),
            treatments=run.treatments,
        ),
        layers=tuple(t.layers for t in trained),
        health=sentences(run.members),
        notes=(*frame.notes, *values.notes),
        versions=versions(),
        source=source or frame.source,
        source_sha256=source_sha256,
        seen=summarise(values, schema, calibrator.apply(raw)),
        roles=roles or _unnamed(weight, groups, time),
        sketch=sketch_rows(values, schema, y),
    )
    importance = column_importances(columns, *importance_summary(trained))
    leak = rare_auc(model.scores.auc.value, [column.name for column in importance])
    if leak is not None and not schema.leaks:
        model = replace(model, schema=schema.with_leaks(leak))
    return Learned(model, Evidence(y, honest, mass, importance))


def _read_values(frame: Frame, schema: Schema, store: Store) -> Values:
    """Read the used columns, one after another, so that no more than one is made at a time."""
    values = Values(frame.rows, {}, {})
    for position, column in enumerate(schema.used):
        read = to_values(frame, replace(schema, columns=(column,)))
        for name, cells in read.numbers.items():
            values.numbers[name] = store.keep(f"column{position}", cells)
        for name, codes in read.codes.items():
            values.codes[name] = store.keep(f"column{position}", codes)
        values = replace(values, odd=(*values.odd, *read.odd))
    return values


def _encode(encoder: Encoder, values: Values, store: Store) -> NDArray[np.float32]:
    """All rows' inputs, as `Encoder.encode` makes them, some rows at a time."""
    shared = store.zeros("shared", (values.rows, encoder.width), np.float32)
    for start in range(0, values.rows, ROWS):
        stop = min(start + ROWS, values.rows)
        encoder.encode_into(values.between(start, stop), shared[start:stop])
    return shared


def _out_of_fold(
    scorer: Scorer, values: Values, folds: Folds, blended: Blend
) -> NDArray[np.float64]:
    """`out_of_fold` of the exact scorer's log-odds for each view, some rows at a time."""
    parts = []
    for start in range(0, values.rows, ROWS):
        stop = min(start + ROWS, values.rows)
        outputs = scorer.outputs(values.between(start, stop)) * 2.0**-OUTPUT_BITS
        part = replace(folds, of_row=folds.of_row[start:stop])
        parts.append(blended.by_view(outputs, part))
    return np.concatenate(parts)


def _unnamed(weight: object, groups: object, time: object) -> RoleColumns:
    """The roles that were given as arrays, without a name."""
    return RoleColumns(*("" if given is not None else None for given in (weight, groups, time)))


def _mean_one(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of mean 1; scaled by the largest first, so that no sum overflows."""
    scaled = weight / weight.max()
    return np.asarray(scaled / scaled.mean())


def _require_both(y: NDArray[np.uint8], target: Target, source: str) -> None:
    """Refuse a label that fewer than two rows have: one to learn from and one to check."""
    rows, label = min((int((y == code).sum()), code) for code in (0, 1))
    if rows < 2:
        raise TrainingError(
            f'{source}: the target "{target.name}" is "{(target.no, target.yes)[label]}" in only '
            f"{rows} row{'' if rows == 1 else 's'} of {len(y):,}; each class needs at least 2, to "
            "learn from and to check: add such rows"
        )


def _weighed(target: Target, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows with a label and a weight above 0: a row of weight 0 is as good as not there."""
    if not np.isfinite(weight).all() or (weight < 0.0).any():
        raise TableError("sample weights must be finite numbers ≥ 0; mend or drop those rows")
    kept = np.flatnonzero(target.kept & (weight > 0.0))
    if not len(kept):
        raise TrainingError("all sample weights are zero: at least some rows must count")
    return kept
