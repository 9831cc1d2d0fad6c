"""The search finds words that tell something, nothing in noise, and leaves no idle word behind."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from trueodds.columns import infer_schema
from trueodds.columns.schema import Schema
from trueodds.columns.values import Values, to_values
from trueodds.features.cross_search import CrossSearch
from trueodds.features.text_search import MOST_SINGLE, FoundText, used_words
from trueodds.table import as_frame

ROWS = 1500
SHOWN = np.arange(0, 1200)
NAMES = [a + b + c for a in "bdgklm" for b in "aeiou" for c in "nrstx"][:120]


def comments(seed: int = 0) -> tuple[Schema, Values, NDArray[np.bool_]]:
    """Comments of distinct texts, a number, and which of `NAMES` each row has."""
    rng = np.random.default_rng(seed)
    has = rng.random((ROWS, len(NAMES))) < np.linspace(0.02, 0.2, len(NAMES))
    texts = [" ".join(NAMES[w] for w in rng.permutation(np.flatnonzero(row))) for row in has]
    frame = as_frame(pl.DataFrame({"x": rng.normal(size=ROWS), "said": texts}))
    schema = infer_schema(frame)
    assert [c.kind for c in schema.columns] == ["number", "text"]
    return schema, to_values(frame, schema), has


def found(
    table: tuple[Schema, Values, NDArray[np.bool_]], log_odds: NDArray[np.float64], seed: int = 1
) -> list[FoundText]:
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.float32)
    search = CrossSearch(table[1], table[0])
    return search.find(y, np.ones(ROWS, np.float32), SHOWN, [0, 0]).texts


def test_a_word_that_decides_is_an_input_of_its_own() -> None:
    table = comments()
    one = NAMES.index(NAMES[60])
    texts = found(table, 3.0 * table[2][:, one] - 0.5)
    words = table[0].columns[1].words
    assert [words[t.text.places[0]] for t in texts if len(t.text.places) == 1] == [NAMES[one]]
    inputs = texts[0].inputs(table[1])
    assert np.array_equal(inputs, table[2][:, one].astype(np.float32))


def test_many_words_with_an_effect_each_are_summed() -> None:
    table = comments()
    effect = np.random.default_rng(5).normal(0.0, 0.8, len(NAMES))
    z = table[2] @ effect
    texts = found(table, z - z.mean())
    (total,) = [t for t in texts if len(t.text.places) > 1]
    assert len(texts) - 1 <= MOST_SINGLE
    inputs = total.inputs(table[1])
    left_out = np.arange(1200, ROWS)
    assert np.corrcoef(inputs[left_out], z[left_out])[0, 1] > 0.5
    # Rows shown have what the other inner folds say of their words.
    assert not np.array_equal(inputs[SHOWN], total.text.sums(table[1], total.log_odds)[SHOWN])


@pytest.mark.parametrize("seed", range(6))
def test_noise_has_no_words(seed: int) -> None:
    assert found(comments(seed), np.zeros(ROWS), seed + 10) == []


def test_words_that_no_fold_found_are_left_out() -> None:
    table = comments()
    texts = found(table, 3.0 * table[2][:, 60] - 0.5)
    single = [t for t in texts if len(t.text.places) == 1]
    schema, values, (placed, none) = used_words(table[0], table[1], [single, []])
    assert none == []
    column = schema.columns[1]
    assert (column.kind, column.words) == ("text", (NAMES[60],))
    assert column.reason.endswith(f'; words such as "{NAMES[60]}" are used')
    assert placed[0].text.places == (0,)
    assert np.array_equal(placed[0].inputs(values), single[0].inputs(table[1]))
    schema, values, _ = used_words(table[0], table[1], [[], []])
    assert (schema.columns[1].kind, schema.columns[1].words) == ("ignored", ())
    assert schema.columns[1].reason.endswith("whose words tell nothing")
    assert values.words == {}
