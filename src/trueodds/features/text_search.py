"""Which columns of text tell something by their words, among the rows shown to a fold's members.

A column is tried where one of its words makes the labels likelier than the forecast so far does, by
more than so many words would by chance. First single words are tried, the likeliest first: as
inputs of their own, a network can join them with other columns. Then all words of the column are
one input (`trueodds.features.word_effects`). Each is kept where it forecasts rows of other inner
folds better.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.columns.words import WordCells, spoken
from trueodds.features.level_effects import VARIANCES, Float, Start, evidence, inner_effects
from trueodds.features.text import Text, in_units
from trueodds.features.word_effects import word_effects

EXAMPLES = 4
"""Words that a sentence about a column names."""
MOST_SINGLE = 4
"""Words of a column that are inputs of their own, at most; twice as many are tried."""
LEAST_GAIN = 1.0
"""Log-loss of the rows shown, nats in all, that a text has to save on the inner folds."""


@dataclass(frozen=True, eq=False)
class FoundText:
    """One text of one fold: each word's log-odds, and what rows shown have instead.

    ``log_odds``, float32 of shape (words,), are in units. ``inner``, float32, are the inputs of
    ``rows`` by other inner folds.
    """

    text: Text
    log_odds: NDArray[np.float32]
    rows: NDArray[np.int64]
    inner: NDArray[np.float32]

    def inputs(self, values: Values) -> NDArray[np.float32]:
        """Every row's input, shape (rows,)."""
        out = self.text.sums(values, self.log_odds).astype(np.float32)
        out[self.rows] = self.inner
        return out


def word_matrices(values: Values, schema: Schema) -> dict[str, csr_array]:
    """For each column with words a matrix of shape (rows, words), 1 where a row has a word."""
    return {
        column.name: _matrix(values.words[column.name], len(column.words))
        for column in schema.used
        if column.words
    }


def find_texts(
    matrices: Mapping[str, csr_array], at: NDArray[np.int64], rows: NDArray[np.int64], start: Start
) -> tuple[list[FoundText], Start]:
    """Texts that pay, and the forecast that holds them.

    Parameters
    ----------
    matrices
        `word_matrices` of the rows that are looked at.
    at
        Those of them that are shown; ``start`` is of these.
    rows
        Their numbers in the table.
    """
    found = []
    for name, matrix in matrices.items():
        words = matrix[at]
        enough = log(words.shape[1] + 1.0)
        if evidence_of(words, start).max() <= enough:
            continue
        for place, with_word in _single_words(words, start, enough):
            start = with_word
            has = _has(words, place).astype(np.float32)
            found.append(FoundText(Text(name, (place,)), np.ones(1, np.float32), rows, has))
        made = word_effects(words, start)
        if made.loss > start.loss() - LEAST_GAIN:
            continue
        text = Text(name, tuple(range(words.shape[1])))
        inner = made.inner.astype(np.float32)
        found.append(FoundText(text, in_units(made.words), rows, inner))
        start = start.plus(made.inner + made.inner_base)
    return found, start


def used_words(
    schema: Schema, values: Values, found: Sequence[list[FoundText]]
) -> tuple[Schema, Values, list[list[FoundText]]]:
    """Leave out the words that no fold found, so that no model file has them.

    Parameters
    ----------
    schema, values
        The columns with all words that were tried.
    found
        The texts of every fold.

    Returns
    -------
    The same with the words that are left; texts have their positions among these.
    """
    used: dict[str, set[int]] = {}
    for each in (text for of_fold in found for text in of_fold):
        used.setdefault(each.text.column, set()).update(each.text.places)
    places = {name: np.array(sorted(of_column)) for name, of_column in used.items()}
    tried = {column.name: column.words for column in schema.used}
    words = {name: tuple(tried[name][at] for at in left) for name, left in places.items()}
    told = {name: _examples(name, tried[name], found) for name in places}
    cells = {name: values.words[name].only(left) for name, left in places.items()}

    def placed(text: Text) -> Text:
        new = np.searchsorted(places[text.column], text.places)
        return replace(text, places=tuple(new.tolist()))

    left_schema = schema.with_words(words, told)
    coded = {column.name for column in left_schema.used if column.coded}
    codes = {name: column for name, column in values.codes.items() if name in coded}
    return (
        left_schema,
        replace(values, codes=codes, words=cells),
        [[replace(each, text=placed(each.text)) for each in of_fold] for of_fold in found],
    )


def _examples(name: str, words: Sequence[str], found: Sequence[list[FoundText]]) -> str:
    """Words that most folds found to be inputs of their own, then those with the most effect."""
    effect = np.zeros(len(words))
    single = np.zeros(len(words))
    for each in (text for of_fold in found for text in of_fold if text.text.column == name):
        places = list(each.text.places)
        (single if len(places) == 1 else effect)[places] += np.abs(each.log_odds)
    order = np.lexsort((-effect, -single))[:EXAMPLES]
    return ", ".join(spoken(words[at]) for at in order if single[at] or effect[at])


def _single_words(words: csr_array, start: Start, enough: float) -> Iterator[tuple[int, Start]]:
    """Positions of single words that pay, each with the forecast that holds it too."""
    left, kept = np.ones(words.shape[1], dtype=np.bool_), 0
    for _ in range(2 * MOST_SINGLE):
        gain = np.where(left, evidence_of(words, start), -np.inf)
        place = int(np.argmax(gain))
        if gain[place] <= enough or kept == MOST_SINGLE:
            return
        left[place] = False
        has = _has(words, place)
        code = has.astype(np.intp)
        _, variance = evidence(code, 2, start.slopes())
        with_word = start.plus(inner_effects(code, 2, start, variance) * has)
        if with_word.loss() <= start.loss() - LEAST_GAIN:
            start, kept = with_word, kept + 1
            yield place, start


def _has(words: csr_array, place: int) -> Float:
    """1 where a row has the word, else 0; shape (rows,)."""
    one = np.zeros(words.shape[1])
    one[place] = 1.0
    return np.asarray(words @ one)


def evidence_of(words: csr_array, start: Start) -> Float:
    """Evidence that each word has an effect, nats, shape (words,).

    As `trueodds.features.level_effects.evidences`, for rows that have the word.
    """
    turned = words.T.tocsr()
    total, known = (turned @ each for each in start.slopes())
    spread = 1.0 + known * VARIANCES[:, None]
    each: Float = total * total * VARIANCES[:, None] / spread - np.log(spread)
    return np.asarray(0.5 * each.max(axis=0))


def _matrix(cells: WordCells, count: int) -> csr_array:
    return csr_array(
        (np.ones(len(cells.places)), cells.places, cells.starts), shape=(cells.rows, count)
    )
