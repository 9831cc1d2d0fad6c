"""From a table to the training data of the networks: folds, inputs, labels, sample weights."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from trueodds.array_store import Store
from trueodds.columns.describe import Table
from trueodds.columns.values import Values
from trueodds.errors import TableError, TrainingError
from trueodds.features.cross import Cross, names_of
from trueodds.features.cross_search import CrossSearch, FoldSearched, Found
from trueodds.features.encoder import Encoder, fit_encoder
from trueodds.features.target_encoding import TargetEncoding, fit_target_encodings
from trueodds.features.text import Text, text_names
from trueodds.features.text_search import FoundText, used_words
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds, make_folds
from trueodds.training.recipe import Recipe

ROWS = 1 << 17
"""Rows encoded at a time."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The training data, and the rules that make the inputs of new rows."""

    table: Table
    """The training table; columns whose words tell nothing have none, or are ignored."""
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
    _require_inputs(encoder.width + sum(len(c.words) for c in table.schema.used), table)
    folds = _folds(table, recipe, seed)
    labels = table.y.astype(np.float32)
    sample_weight = (
        np.ones(len(labels), np.float32)
        if table.sample_weight is None
        else table.sample_weight.astype(np.float32)
    )
    found = _search(table, folds, labels, sample_weight, seed)
    table, found = _with_used_words(table, found)
    texts = list(dict.fromkeys(each.text for of_fold in found for each in of_fold.texts))
    _require_inputs(encoder.width + len(texts), table)
    crosses = {each.cross.parts: each.cross for of_fold in found for each in of_fold.crosses}
    taken = [c.name for c in table.schema.columns] + [d.name for d in encoder.derived]
    names = names_of(list(crosses), taken)
    named = dict(zip(names, crosses.values(), strict=True))
    words = {column.name: column.words for column in table.schema.used}
    named_texts = text_names(texts, words, {*taken, *names})
    encodings, fold_features = [], []
    for fold in range(folds.count):
        of_fold, inputs = fit_target_encodings(
            table.values, table.schema, labels, sample_weight, folds.trained_on(fold), [seed, fold]
        )
        crossed, more = _crossed(found[fold].crosses, named, table.values)
        of_texts, by_words = _texts(found[fold].texts, named_texts, table.values)
        encodings.append((*of_fold, *crossed, *of_texts))
        fold_features.append(
            store.keep(f"fold_features{fold}", np.concatenate([inputs, more, by_words], axis=1))
        )
    columns = encoder.positions(table.columns, [each.columns for each in encodings[0]])
    by_name = dict(zip(table.columns, columns, strict=True))
    data = TrainingData(
        shared=_encode(encoder, table.values, store),
        fold_features=tuple(fold_features),
        y=labels,
        sample_weight=sample_weight,
        folds=folds,
        columns=columns,
        unseen=tuple(
            _unseen(of_fold.mute, by_name, of_encodings, encoder.width)
            for of_fold, of_encodings in zip(found, encodings, strict=True)
        ),
    )
    return Prepared(table, data, encoder, tuple(encodings))


def _require_inputs(inputs: int, table: Table) -> None:
    if not inputs:
        ignored = "; ".join(f'"{c.name}" ({c.reason})' for c in table.schema.columns[:10])
        raise TableError(
            f"{table.source}: no column can be used to forecast "
            f'"{table.target.name}": {ignored or "there are none beside it"}; add a column that '
            "may tell something about it"
        )


def _search(
    table: Table,
    folds: Folds,
    y: NDArray[np.float32],
    weight: NDArray[np.float32],
    seed: int,
) -> list[FoldSearched]:
    """Crosses that pay and columns that do not, in every fold by the rows shown to its members."""
    search = CrossSearch(table.values, table.schema)
    with threadpool_limits(limits=1):  # sums in one order, whatever the machine's threads
        return [
            search.find(y, weight, folds.trained_on(fold), [seed, fold])
            for fold in range(folds.count)
        ]


def _with_used_words(table: Table, found: list[FoldSearched]) -> tuple[Table, list[FoldSearched]]:
    schema, values, texts = used_words(table.schema, table.values, [f.texts for f in found])
    notes = tuple(note for note in schema.notes if note not in table.notes)
    table = replace(table, schema=schema, values=values, notes=(*table.notes, *notes))
    return table, [replace(f, texts=of_fold) for f, of_fold in zip(found, texts, strict=True)]


def _crossed(
    found: list[Found], crosses: dict[str, Cross], values: Values
) -> tuple[tuple[TargetEncoding, ...], NDArray[np.float32]]:
    """Encodings of all folds' crosses, by their names, and their inputs in one fold.

    All folds have the same ones, so that their networks have the same inputs. One that the fold did
    not find itself is 0 for all rows: what other folds' rows say does not reach it.
    """
    own = {each.cross.parts: each for each in found}
    encodings = []
    inputs = np.zeros((values.rows, len(crosses)), dtype=np.float32)
    for position, (name, cross) in enumerate(crosses.items()):
        effects = np.zeros(len(cross.keys) + 2, dtype=np.float32)
        if (one := own.get(cross.parts)) is not None:
            effects, inputs[:, position] = one.effects, one.inputs(values)
        encodings.append(TargetEncoding(name, effects, cross=cross))
    return tuple(encodings), inputs


def _texts(
    found: list[FoundText], texts: dict[str, Text], values: Values
) -> tuple[tuple[TargetEncoding, ...], NDArray[np.float32]]:
    """Encodings of all folds' texts and their inputs in one fold, as `_crossed` does."""
    own = {each.text: each for each in found}
    encodings = []
    inputs = np.zeros((values.rows, len(texts)), dtype=np.float32)
    for position, (name, text) in enumerate(texts.items()):
        log_odds = np.zeros(len(text.places), dtype=np.float32)
        if (one := own.get(text)) is not None:
            log_odds, inputs[:, position] = one.log_odds, one.inputs(values)
        encodings.append(TargetEncoding(name, log_odds, text=text))
    return tuple(encodings), inputs


def _unseen(
    mute: frozenset[str],
    columns: dict[str, NDArray[np.int64]],
    encodings: tuple[TargetEncoding, ...],
    width: int,
) -> NDArray[np.int64]:
    """Inputs that a fold's members do not see: of mute columns, and what other folds found."""
    seen = [positions for name, positions in columns.items() if name not in mute]
    others = [
        width + number
        for number, each in enumerate(encodings)
        if (each.cross or each.text) is not None and not each.log_odds.any()
    ]
    every = np.arange(width + len(encodings), dtype=np.int64)
    return np.union1d(np.setdiff1d(every, np.concatenate(seen)), np.array(others, dtype=np.int64))


def _folds(table: Table, recipe: Recipe, seed: int) -> Folds:
    shown = len(table.y) - len(table.y) // recipe.folds
    partitions = recipe.partitions_for(shown)
    # By time, more folds would not let a network see more rows.
    each = recipe.folds if table.time is not None else recipe.folds_for(shown)
    try:
        return make_folds(table.y, each, seed, table.groups, table.time, partitions)
    except TrainingError as error:
        raise TrainingError(f"{table.source}: {error}") from None


def _encode(encoder: Encoder, values: Values, store: Store) -> NDArray[np.float32]:
    """Inputs of all rows, as by `Encoder.encode`, for `ROWS` rows at a time."""
    shared = store.zeros("shared", (values.rows, encoder.width), np.float32)
    for start in range(0, values.rows, ROWS):
        stop = min(start + ROWS, values.rows)
        encoder.encode_into(values.between(start, stop), shared[start:stop])
    return shared
