"""Makes networks in whole numbers from trained members, and measures how the forecast changes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.describe import Table
from trueodds.ensemble.ensemble import Ensemble
from trueodds.features.target_encoding import encode_targets
from trueodds.model.fixed import OUTPUT_BITS, FixedNetworks, require_exact
from trueodds.model.quantise import quantise
from trueodds.model.rounding import Rounding, measure_rounding
from trueodds.model.scorer import Scorer
from trueodds.network.forward import log_odds
from trueodds.network.kinds import AnyLayout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits
from trueodds.training.folds import Folds
from trueodds.training.prepare import Prepared

Float = NDArray[np.float64]

CHECKED_ROWS = 20_000
"""Most rows on which the whole numbers are compared with the trained members."""


def freeze(ensemble: Ensemble, prepared: Prepared) -> FixedNetworks:
    """Round the shipped members' networks, times their weights, to whole numbers.

    Raises
    ------
    TrainingError
        If the weights are so large that no useful grid makes the sums exact.
    """
    shipped = [ensemble.members[number] for number in ensemble.shipped]
    folds = [member.record.fold for member in shipped]
    first = prepared.folds.shipped.start
    return quantise(
        [fold - first for fold in folds],
        [member.layout for member in shipped],
        ensemble.scaled(),
        [prepared.data.sample(fold) for fold in folds],
    )


def check_rounding(
    networks: FixedNetworks,
    ensemble: Ensemble,
    prepared: Prepared,
    table: Table,
) -> Rounding:
    """Compare the exact scorer with the same networks in float64.

    Only the members that did not see a row forecast it. In a fit by time the shipped members saw
    all rows, so all of them forecast every row.
    """
    folds = prepared.folds
    rows = np.arange(0, len(table.y), -(-len(table.y) // CHECKED_ROWS))
    exact, plain, count = np.zeros((3, len(rows)))
    for fold in folds.shipped:
        members = tuple(m for m in networks.members if m.fold == fold - folds.shipped.start)
        there = np.arange(len(rows)) if folds.forward else _left_out(folds, fold, rows)
        if not members or not len(there):
            continue
        part = replace(networks, members=members)
        scorer = Scorer(part, prepared.encoder, prepared.shipped_target_encodings)
        values = table.values.take(rows[there])
        exact[there] += scorer.outputs(values).sum(axis=0) * 2.0**-OUTPUT_BITS
        # Encoded like new rows: in training, a row had target encodings that left it out.
        encodings = encode_targets(values, prepared.target_encodings[fold])
        inputs = np.concatenate([prepared.data.shared[rows[there]], encodings], axis=1)
        plain[there] += _in_float64(ensemble, fold, inputs.astype(np.float64))
        count[there] += len(members)
    calibrator = ensemble.calibrator
    return measure_rounding(
        calibrator.apply(exact / count),
        calibrator.apply(plain / count),
        table.y[rows],
        None if table.sample_weight is None else table.sample_weight[rows],
        require_exact(networks),
    )


def _left_out(folds: Folds, fold: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the rows that a fold leaves out."""
    return np.flatnonzero(folds.of_row[folds.partition(fold)][rows] == fold % folds.each)


def _in_float64(ensemble: Ensemble, fold: int, inputs: Float) -> Float:
    """Sum of the weighted log-odds of a fold's shipped members."""
    total = np.zeros(len(inputs))
    for number, parameters in zip(ensemble.shipped, ensemble.scaled(), strict=True):
        member = ensemble.members[number]
        if member.record.fold == fold:
            total += plain_log_odds(inputs, member.layout, parameters)
    return total


def plain_log_odds(inputs: Float, layout: AnyLayout, parameters: NDArray[np.float32]) -> Float:
    """One network's log-odds in float64."""
    if isinstance(layout, SoftSplits):
        engine = SoftEngine(layout, parameters.astype(np.float64))
        return np.asarray(engine.log_odds(inputs), dtype=np.float64)
    flat = parameters.astype(np.float64)
    return log_odds(inputs, layout.weights(flat), layout.biases(flat), layout.activation)
