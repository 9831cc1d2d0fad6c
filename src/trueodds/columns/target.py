"""The target: which two labels it has, which of them is "yes", and y for every row."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.columns.labels import bare, guess_yes, label_number
from trueodds.columns.spellings import TRUTH, same_truth, truth_levels
from trueodds.errors import TargetError
from trueodds.table.cells import MISSING_MARKERS, number_text, text_of
from trueodds.table.objects import from_numpy


@dataclass(frozen=True, eq=False)
class Target:
    """A yes/no column read: the labels, why one of them is "yes", and y."""

    name: str
    yes: str
    no: str
    rule: str
    """How "yes" was chosen, in words fit for ``"yes" is "1": <rule>``."""
    y: NDArray[np.uint8]
    """Shape (rows kept,), 1 for "yes"."""
    kept: NDArray[np.bool_]
    """Shape (rows,), False where the target is missing."""
    missing: int
    """How many rows are left out because their target is missing."""


def read_target(
    column: pl.Series, *, name: str = "", positive: object = None, source: str = ""
) -> Target:
    """Read a yes/no column.

    Labels are compared without outer blanks; numbers by value (``1.0`` is ``1``); labels that
    differ in case or Unicode form only, or are spellings of yes and no (``TRUE``, ``yes``, ``1``),
    are one label when that leaves two. Missing markers (see ``MISSING_MARKERS``) are no labels,
    unless that leaves one label and there is one marker word: then that word is the second label.
    "Yes" is ``positive``, else guessed by :func:`trueodds.columns.labels.guess_yes`.

    Raises
    ------
    TargetError
        When there are not two labels, or ``positive`` is none of them.
    """
    name = name or column.name
    where = f'{source}: the target "{name}"' if source else f'the target "{name}"'
    text = label_text(column)
    counts = _counted(text)
    markers = {label: counts.pop(label) for label in MISSING_MARKERS if label in counts}
    as_label = ""
    words = {label: count for label, count in markers.items() if label}
    if len(counts) == 1 and len(words) == 1:
        as_label = next(iter(words))
        counts.update(words)
    spelling = {label: label for label in counts}
    if len(counts) > 2:
        folded = _folded(counts)
        if len(set(folded.values())) == 2:
            spelling = folded
            merged: Counter[str] = Counter()
            for label, count in counts.items():
                merged[folded[label]] += count
            counts = dict(merged)
        elif truths := truth_levels(counts):
            spelling = {label: next(t for t in truths if same_truth(t, label)) for label in counts}
            counts = truths
    if len(counts) != 2:
        raise TargetError(_not_two(where, counts, text.len()))
    if positive is None:
        no, yes, rule = guess_yes(counts)
    else:
        yes = _chosen(positive, counts, where)
        no = next(label for label in counts if label != yes)
        rule = "as you said"
    if as_label:
        rule += f'; "{as_label}" is taken as a label, not as missing'
    codes = text.replace_strict(
        list(spelling),
        [int(s == yes) for s in spelling.values()],
        default=None,
        return_dtype=pl.UInt8,
    )
    kept = codes.is_not_null().to_numpy()
    return Target(
        name=name,
        yes=yes,
        no=no,
        rule=rule,
        y=codes.drop_nulls().to_numpy().astype(np.uint8),
        kept=np.array(kept, dtype=np.bool_),
        missing=int(codes.null_count()),
    )


def apply_target(
    column: pl.Series,
    name: str,
    yes: str,
    no: str,
    *,
    source: str = "",
    place: Callable[[int], str] = "row {}".format,
    none_left: bool = False,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Read the labels of a table for a model whose labels are known.

    ``place`` names a row (position from 0) for a message, as `Frame.place` does. ``none_left``
    allows that no row has a label.

    Returns
    -------
    y : uint8, shape (rows kept,), 1 for "yes"
    kept : bool, shape (rows,), False where the target is missing

    Raises
    ------
    TargetError
        For a label that is neither, with its row, or when no row has a label unless that is
        allowed.
    """
    text = label_text(column)
    where = f"{source}, " if source else ""
    codes: dict[str, int | None] = {}
    for label in _counted(text):
        code = _code_of(label, yes, no)
        if code is None and label not in MISSING_MARKERS:
            row = place(int(text.eq(label).arg_true()[0]))
            raise TargetError(
                f'{row}: the target "{name}" is "{label}"; the model knows "{no}" and "{yes}" only.'
            )
        codes[label] = code
    read = (
        text.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.UInt8)
        if codes
        else text.cast(pl.UInt8)
    )
    kept = np.array(read.is_not_null().to_numpy(), dtype=np.bool_)
    if not kept.any() and not none_left:
        raise TargetError(
            f'{where}the target "{name}" is missing in every row: nothing to compare.'
        )
    return read.drop_nulls().to_numpy().astype(np.uint8), kept


def label_text(column: pl.Series) -> pl.Series:
    """Labels as text: blanks stripped, numbers in one spelling (1.0 and 01 are 1), NaN as null."""
    text = text_of(column.alias("label"))
    if column.dtype != pl.String:
        return text
    # Only words that a number's own text would not already be need Python.
    numeric = text.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    words = [w for w in text.filter(numeric).unique().to_list() if not _LONG.fullmatch(w)]
    changed = {w: n for w in words if (n := number_text(float(w))) != w}
    return text.replace(list(changed), list(changed.values())) if changed else text


def _counted(text: pl.Series) -> dict[str, int]:
    """Distinct labels with their counts, most frequent first, ties by text."""
    labels, rows = text.alias("label").drop_nulls().value_counts(name="rows").get_columns()
    pairs = zip(labels.to_list(), rows.to_list(), strict=True)
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _folded(counts: dict[str, int]) -> dict[str, str]:
    """Most frequent spelling of each label when case and Unicode form do not count."""
    first: dict[str, str] = {}
    return {label: first.setdefault(_composed(label).casefold(), label) for label in counts}


def _composed(label: str) -> str:
    return unicodedata.normalize("NFC", label)


def _shown(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f'"{label}" in {n:,} row{"" if n == 1 else "s"}' for label, n in counts)


def _not_two(where: str, counts: dict[str, int], rows: int) -> str:
    shown = _shown(list(counts.items())[:10])
    more = ", …" if len(counts) > 10 else ""
    if not counts:
        return (
            f"{where} is missing in all {rows:,} rows; a yes/no target needs two labels: check the "
            "column's name."
        )
    if len(counts) == 1:
        unlabelled = rows - sum(counts.values())
        one = "1 row" if unlabelled == 1 else f"{unlabelled:,} rows"
        write = f", or write it into the {one} without a label" if unlabelled else ""
        return (
            f"{where} has one label only ({shown}); a yes/no target needs two: add rows of the "
            f"other{write}."
        )
    return (
        f"{where} has {len(counts):,} different labels ({shown}{more}); a yes/no target needs two: "
        "leave out rows of the others, or write one label for several."
    )


def _chosen(positive: object, counts: dict[str, int], where: str) -> str:
    """Label that the user's word for "yes" means."""
    wanted = column_word(positive)
    for same in (str.strip, bare, _value, _truth):
        found = [label for label in counts if same(label) == same(wanted)]
        if len(found) == 1:
            return found[0]
    shown = _shown(counts.items())
    raise TargetError(f'{where} has no label "{wanted.strip()}": its labels are {shown}.')


def column_word(value: object) -> str:
    """Text of one Python value as :func:`text_of` would spell it in a column."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, np.floating):
        value = from_numpy(value)
    if isinstance(value, int | np.integer) and abs(int(value)) > 2**53:
        return str(value)
    if isinstance(value, int | float | np.integer):
        return number_text(float(value))
    return str(value)


def _value(label: str) -> object:
    number = label_number(label)
    return _composed(bare(label)) if number is None else number


_LONG = re.compile(r"[+-]?\d{16,}", re.ASCII)
"""Whole numbers that a float64 may not hold."""


def _truth(word: str) -> object:
    known = TRUTH.get(bare(word))
    return _value(word) if known is None else known


def _code_of(label: Any, yes: str, no: str) -> int | None:
    """1 or 0 for a label that is yes or no, however spelled; None for any other."""
    if label in (yes, no):
        return int(label == yes)
    if label in MISSING_MARKERS:
        return None
    for same in (bare, _value, _truth):
        keys = same(yes), same(no)
        if keys[0] != keys[1] and same(label) in keys:
            return int(same(label) == keys[0])
    return None
