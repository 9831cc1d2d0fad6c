"""From a table to the training data of the networks: folds, inputs, labels, sample weights."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.array_store import Store
from trueodds.columns.describe import Table
from trueodds.columns.values import Values
from trueodds.errors import TableError, TrainingError
from trueodds.features.encoder import Encoder, fit_encoder
from trueodds.features.target_encoding import TargetEncoding, fit_target_encodings
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds, make_folds
from trueodds.training.recipe import Recipe

ROWS = 1 << 17
"""Rows encoded at a time."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The training data, and the rules that make the inputs of new rows."""

    data: TrainingData
    encoder: Encoder
    target_encodings: tuple[tuple[TargetEncoding, ...], ...]
    """One tuple a fold, made from the rows shown to its members."""

    @property
    def folds(self) -> Folds:
        """The rows that each member is not shown."""
        return self.data.folds

    @property
    def shipped_target_encodings(self) -> tuple[tuple[TargetEncoding, ...], ...]:
        """One tuple for every fold whose members are the model."""
        return tuple(self.target_encodings[fold] for fold in self.folds.shipped)


def prepare(table: Table, recipe: Recipe, seed: int, store: Store) -> Prepared:
    """Make the folds and the inputs.

    Parameters
    ----------
    table
        The described training table.
    recipe, seed
        Number of folds and partitions, and the source of randomness.
    store
        Where the input matrices are kept.

    Raises
    ------
    TableError
        If no column is usable.
    TrainingError
        If the folds cannot be made.
    """
    encoder = fit_encoder(table.values, table.schema)
    if not encoder.width:
        ignored = "; ".join(f'"{c.name}" ({c.reason})' for c in table.schema.columns[:10])
        raise TableError(
            f"{table.source}: no column can be used to forecast "
            f'"{table.target.name}": {ignored or "there are none beside it"}; add a column that '
            "varies"
        )
    folds = _folds(table, recipe, seed)
    labels = table.y.astype(np.float32)
    sample_weight = (
        np.ones(len(labels), np.float32)
        if table.sample_weight is None
        else table.sample_weight.astype(np.float32)
    )
    encodings, fold_features = [], []
    for fold in range(folds.count):
        of_fold, inputs = fit_target_encodings(
            table.values, table.schema, labels, sample_weight, folds.trained_on(fold), [seed, fold]
        )
        encodings.append(of_fold)
        fold_features.append(store.keep(f"fold_features{fold}", inputs))
    data = TrainingData(
        shared=_encode(encoder, table.values, store),
        fold_features=tuple(fold_features),
        y=labels,
        sample_weight=sample_weight,
        folds=folds,
        columns=encoder.positions(table.columns, [encoding.source for encoding in encodings[0]]),
    )
    return Prepared(data, encoder, tuple(encodings))


def _folds(table: Table, recipe: Recipe, seed: int) -> Folds:
    shown = len(table.y) - len(table.y) // recipe.folds
    partitions = recipe.partitions_for(shown)
    try:
        return make_folds(table.y, recipe.folds, seed, table.groups, table.time, partitions)
    except TrainingError as error:
        raise TrainingError(f"{table.source}: {error}") from None


def _encode(encoder: Encoder, values: Values, store: Store) -> NDArray[np.float32]:
    """Inputs of all rows, as by `Encoder.encode`, for `ROWS` rows at a time."""
    shared = store.zeros("shared", (values.rows, encoder.width), np.float32)
    for start in range(0, values.rows, ROWS):
        stop = min(start + ROWS, values.rows)
        encoder.encode_into(values.between(start, stop), shared[start:stop])
    return shared
