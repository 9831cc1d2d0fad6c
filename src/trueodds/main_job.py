"""The main job: a table becomes a model and its out-of-fold forecast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from trueodds.array_store import Store
from trueodds.columns import Target
from trueodds.columns.describe import Table, describe, rows_to_learn
from trueodds.columns.profile import profile_rows
from trueodds.columns.roles import RoleColumns
from trueodds.columns.sketch import sketch_rows
from trueodds.ensemble.ensemble import Ensemble, combine
from trueodds.evaluation.costs import Costs
from trueodds.execution.progress import ProgressCallback
from trueodds.execution.time_limit import TimeLimit
from trueodds.execution.train import left_out_notes, train
from trueodds.execution.work_folder import WorkFolder
from trueodds.model import Model
from trueodds.model.background import Background, background_rows
from trueodds.model.checks import checks_of_fit
from trueodds.model.effect import Effects
from trueodds.model.effects import rows_for, with_effects
from trueodds.model.fixed import FixedNetworks
from trueodds.model.freeze import freeze
from trueodds.report.judge import Judged, judge, training_record
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.surprises import require_few, surprising_rows
from trueodds.table import Frame
from trueodds.training.heal import fault_messages
from trueodds.training.prepare import Prepared, prepare
from trueodds.training.recipe import recipe_for
from trueodds.training.training_record import TrainingRecord
from trueodds.versions import versions


@dataclass(frozen=True, eq=False)
class FitResult:
    """A trained model and its out-of-fold forecast, from which the report is made."""

    model: Model
    out_of_fold: OutOfFold


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
    on: str | None = None,
    heal: bool = False,
    limit: TimeLimit | None = None,
    costs: Costs | None = None,
    background: bool = True,
    show_rows: int = 0,
    callback: ProgressCallback | None = None,
    source: str = "",
    source_sha256: str = "",
    work: WorkFolder | None = None,
    store: Store | None = None,
) -> FitResult:
    """Train, calibrate and check a model of the target.

    Parameters
    ----------
    frame
        The inputs, with the rows whose target is missing.
    target
        The labels (`trueodds.columns.read_target`).
    weight, groups, time
        Shape (rows of ``frame``,): sample weights ≥ 0; labels of groups that folds must not split;
        numbers that order the rows. At most one of groups and time.
    drop
        Names of columns that are not used.
    roles
        Names of the columns of weight, groups and time.
    effort
        "quick", "standard" or "best"; see `trueodds.training.recipe`.
    seed, jobs
        Source of randomness ≥ 0; number of processes, or None to choose by the work. One seed gives
        the same bytes for any number of processes.
    on
        A Ray cluster that trains the networks (`trueodds.execution.ray_address.ray_address`); None
        for this machine. The model does not depend on it.
    heal
        Whether faults that many members have are cured and all members trained again.
    limit
        Seconds that all may take; None for no limit. The result then depends on the clock.
    costs
        What decisions cost, numbers for all rows; kept in the model.
    background
        Whether the model keeps the cells of some training rows, for explanations.
    show_rows
        How many rows of the largest out-of-fold log-loss the evidence keeps, for the report.
    callback
        Called at every evaluation of a member.
    source, source_sha256
        Name and SHA-256 of the table, for the model file.
    work, store
        Where finished members and large arrays are kept.

    Raises
    ------
    TableError
        If no column is usable or the sample weights are not.
    TrainingError
        If a label has too few rows, or the folds cannot be made.
    UsageError
        If both groups and time are given, the effort is unknown, or ``show_rows`` is too large.
    """
    require_few(show_rows)
    recipe, store = recipe_for(effort), store or Store()
    table = describe(
        frame, target, weight=weight, groups=groups, time=time, drop=drop, keep=store.keep
    )
    prepared = prepare(table, recipe, seed, store)
    table = prepared.table
    attempts = train(prepared.data, recipe, seed, jobs, callback, work, heal, limit, on)
    with threadpool_limits(limits=1):  # sums have one order on every machine
        ensemble = combine(attempts.made, prepared.data, table.y, table.sample_weight, jobs)
        networks = freeze(ensemble, prepared)
        judged = judge(ensemble, networks, prepared, table, seed, costs)
    record = training_record(effort, seed, attempts, ensemble, prepared.folds, judged.ageing)
    named = roles or RoleColumns.unnamed(weight, groups, time)
    origin = (source or frame.source, source_sha256)
    model = _model(table, prepared, ensemble, networks, judged, record, named, origin)
    left_out = left_out_notes(limit, ensemble.members, prepared.data, recipe)
    kept = _background(table, ensemble) if background else None
    model = replace(model, notes=(*model.notes, *left_out), costs=costs, background=kept)
    evidence = replace(
        judged.out_of_fold,
        effects=_effects(model, table, judged),
        surprises=surprising_rows(
            model,
            frame,
            rows_to_learn(target, weight),
            table.y,
            ensemble.log_odds,
            [column.name for column in judged.out_of_fold.importance],
            show_rows,
        ),
    )
    return FitResult(model, evidence)


def _effects(model: Model, table: Table, judged: Judged) -> Effects:
    """Effects of the most important columns on some training rows."""
    columns = with_effects(table.schema, [c.name for c in judged.out_of_fold.importance])
    return model.effects_of(table.values, columns, rows_for(model.record, table.values.rows))


def _background(table: Table, ensemble: Ensemble) -> Background:
    return background_rows(table.values, ensemble.log_odds, table.sample_weight)


def _model(
    table: Table,
    prepared: Prepared,
    ensemble: Ensemble,
    networks: FixedNetworks,
    judged: Judged,
    record: TrainingRecord,
    roles: RoleColumns,
    origin: tuple[str, str],
) -> Model:
    """Make the model from all parts of its file; ``origin`` is the table's name and SHA-256."""
    return Model(
        schema=table.schema_with(judged.leak),
        target_name=table.target.name,
        target_yes=table.target.yes,
        target_no=table.target.no,
        target_rule=table.target.rule,
        encoder=prepared.encoder,
        target_encodings=prepared.shipped_target_encodings,
        networks=networks,
        calibrator=ensemble.calibrator,
        rounding=judged.rounding,
        scores=judged.scores,
        record=record,
        layers=tuple(ensemble.members[number].layers for number in ensemble.shipped),
        health=fault_messages(ensemble.members),
        notes=table.notes,
        versions=versions(),
        source=origin[0],
        source_sha256=origin[1],
        profile=profile_rows(table.values, table.schema, ensemble.log_odds),
        roles=roles,
        sketch=sketch_rows(table.values, table.schema, table.y),
        bounds=judged.bounds,
        fit_checks=checks_of_fit(table, prepared.folds, judged.out_of_fold.decision),
    )
