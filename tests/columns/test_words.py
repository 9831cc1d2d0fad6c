"""Words in cells of text: how a text is cut, which words a column has, and where."""

from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns import infer_schema
from trueodds.columns.values import Values, to_values
from trueodds.columns.words import (
    ABSENT,
    LEAST_CELLS,
    MOST_WORDS,
    WordCells,
    WordFinder,
    frequent_words,
    pairs_of,
    pieces_of,
    read_words,
    spoken,
    words_of,
)
from trueodds.table import as_frame

TEXTS = st.lists(st.text(alphabet="ab1é Σ-\u3000ｆ", max_size=12), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A/5 21171", ["a", "5", "21171"]),
        ("C85", ["c", "85"]),
        ("Don't!", ["don", "t"]),
        ("ﬁne ｆｕｌｌ ①", ["fine", "full", "1"]),
        ("ΟΔΟΣ οδός Straße", ["οδοσ", "οδόσ", "straße"]),
        ("naïve—co\u0301mo", ["naïve", "cómo"]),
        ("ошибка№12", ["ошибкаno", "12"]),
        ("Yes\u200bno 👍", ["yes", "no", "👍"]),
        ("…!? ×÷", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_pieces_are_of_letters_and_leading_digits() -> None:
    assert pieces_of("mr") == pieces_of("7") == []
    assert pieces_of("mrs") == ["mr*", "*mrs*", "*rs"]
    assert pieces_of("85") == ["8*"]
    assert pairs_of(["not", "so", "good"]) == ["not so", "so good"]


def test_words_of_many_cells_are_kept_the_most_frequent_first() -> None:
    counts = {f"{'good' if i % 2 else 'bad'} {chr(97 + i)}" * 1: 1 for i in range(20)}
    found = frequent_words(counts, 0)
    assert found[:2] == ("bad", "good")
    assert "a" not in found
    assert ABSENT not in found
    assert frequent_words(counts, LEAST_CELLS)[-1] == ABSENT


def test_the_name_of_one_person_is_no_word() -> None:
    counts = {f"visit of day {i}" for i in range(30)}
    texts = dict.fromkeys(sorted(counts), 1) | {"visit of John Smithson": 1000}
    assert not {"john", "smithson", "*smi*", "john smithson"} & set(frequent_words(texts, 0))


def test_words_that_the_same_cells_have_are_one() -> None:
    texts = {f"{'green tea' if i % 3 else 'coffee'} {chr(97 + i)}": 1 for i in range(24)}
    found = frequent_words(texts, 0)
    assert {"green", "coffee"} <= set(found)
    assert not {"tea", "green tea", "*gre*", "co*"} & set(found)


def test_words_of_all_rows_and_more_than_the_most_are_left_out() -> None:
    cells = {f"the w{i % 7} {'x' * (i % 11 + 1)}": 1 for i in range(700)}
    assert "the" not in frequent_words(cells, 0)
    many = {f"{a} {b} {c}": 1 for a in range(40) for b in range(40) for c in range(0, 400, 50)}
    assert len(frequent_words(many, 0)) <= MOST_WORDS
    assert len(frequent_words(dict(list(many.items())[:50]), 0)) <= 50


@given(TEXTS)
def test_counts_are_those_of_the_finder(texts: list[str]) -> None:
    """A word is in the file if so many cells have it, and the finder finds it in these."""
    counts = dict(sorted(Counter(texts).items()))
    words = frequent_words(counts, 0)
    finder = WordFinder(words)
    for place, word in enumerate(words):
        having = [text for text in counts if place in finder.places(text)]
        assert len(having) >= LEAST_CELLS, word


@given(TEXTS, st.data())
def test_cells_can_be_cut_and_taken(texts: list[str], data: st.DataObject) -> None:
    words = ("a", "b", "aa", "1", "é", "a b", "a*", ABSENT)
    gone = np.array([not text.strip() for text in texts])
    cells = read_words(pl.Series(texts, dtype=pl.String), gone, words)
    finder = WordFinder(words)
    expected = [
        finder.absent if missing else finder.places(t)
        for t, missing in zip(texts, gone, strict=True)
    ]
    assert listed(cells) == expected
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1))), dtype=np.int64)
    assert listed(cells.take(rows)) == [expected[row] for row in rows]
    start = data.draw(st.integers(0, len(texts)))
    stop = data.draw(st.integers(start, len(texts)))
    assert listed(cells.between(start, stop)) == expected[start:stop]
    left = np.array(sorted(data.draw(st.sets(st.integers(0, len(words) - 1)))), dtype=np.int64)
    only = listed(cells.only(left))
    assert [tuple(int(left[p]) for p in row) for row in only] == [
        tuple(p for p in row if p in left) for row in expected
    ]
    amounts = np.arange(1.0, len(left) + 1.0)
    amount = dict(zip(left.tolist(), amounts.tolist(), strict=True))
    assert cells.sums(left, amounts).tolist() == [
        sum(amount.get(p, 0.0) for p in row) for row in expected
    ]


def listed(cells: WordCells) -> list[tuple[int, ...]]:
    """The places of each row."""
    return [
        tuple(cells.places[a:b].tolist())
        for a, b in zip(cells.starts[:-1], cells.starts[1:], strict=True)
    ]


def read(cells: list[object]) -> tuple[str, tuple[str, ...], Values]:
    frame = as_frame(pl.DataFrame({"c": cells}, strict=False))
    schema = infer_schema(frame)
    return schema.columns[0].kind, schema.columns[0].words, to_values(frame, schema)


def test_a_column_of_different_texts_is_text() -> None:
    kind, words, values = read([f"{'good' if i % 2 else 'bad'} no {i}" for i in range(60)])
    assert kind == "text"
    assert {"good", "bad"} <= set(words)
    assert values.codes["c"].tolist() == [-2] * 60
    assert values.take(np.array([3])).words["c"].rows == 1


def test_a_category_of_many_levels_has_words_and_one_of_few_has_none() -> None:
    def cells(levels: int) -> list[object]:
        return [f"{'head' if i % 2 else 'aide'} {i % levels}" for i in range(400)]

    assert read(cells(80))[:2] == ("category", read(cells(80))[1])
    assert "head" in read(cells(80))[1]
    assert read(cells(60))[1] == ()


def test_missing_cells_have_a_word_of_their_own() -> None:
    texts: list[object] = [f"{'good' if i % 2 else 'bad'} no {i}" for i in range(60)]
    kind, words, values = read([*texts, *[None, "NA", "?"] * 3])
    assert kind == "text"
    assert words[-1] == ABSENT
    last = len(words) - 1
    assert [row == (last,) for row in listed(values.words["c"])] == [False] * 60 + [True] * 9


def test_texts_without_common_words_say_so() -> None:
    rng = np.random.default_rng(0)
    names = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 9)) for _ in range(40)]
    frame = as_frame(pl.DataFrame({"c": [f"the {a} {b}" for a, b in pairwise(names)]}))
    (column,) = infer_schema(frame).columns
    assert column.kind == "ignored"
    assert column.reason == (
        "free text: 39 different texts in 39 rows, whose words are each in fewer than 5 of them or "
        "in nearly all"
    )


def test_a_text_whose_words_are_used_says_what_else_it_is_not() -> None:
    cells = [f"{i / 7:.3f}" if i % 10 else f"<{i}" for i in range(200)]
    (column,) = infer_schema(as_frame(pl.DataFrame({"c": cells}))).columns
    used = column.with_words(column.words[:1], spoken(column.words[0]))
    assert used.remarks == (
        '20 cells such as "<0" keep this from being numbers',
        'text: 200 different texts in 200 rows; words such as "1…" are used',
    )


def test_codes_without_common_pieces_stay_identifiers() -> None:
    rng = np.random.default_rng(0)
    codes = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 3)) for _ in range(40)]
    kind, words, _ = read([f"q{code}" for code in sorted(set(codes))])
    assert (kind, words) == ("ignored", ())
