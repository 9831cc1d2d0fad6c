"""Columns that give the target away, alone or a few together.

Such a column was usually written down after the answer was known. In new rows it is empty or wrong,
and the forecast is wrong too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.halves import halves
from trueodds.columns.leak import Leak
from trueodds.columns.leak_alone import FEWEST_OF_A_CLASS, LOOK_FILLED_AUC, filled_area, leak_alone
from trueodds.columns.leak_search import Search, Together
from trueodds.columns.leak_words import leak_in_words
from trueodds.columns.ranked import RankedColumn, ranked_columns
from trueodds.columns.schema import Schema
from trueodds.columns.values import Values

FEWEST_ROWS = 50
LEAK_AUCS = (0.9995, 0.9995, 0.9999)
"""AUC of a small tree on one, two and three columns, from which on they are a leak. The honest
table with the highest, of 32, has 0.9990 on two columns and 0.9998 on three: poisonous mushrooms
by odour, colour of the spores and number of rings."""
LOOK_AUCS = (0.99, 0.99, 0.99)
FEWEST_TOGETHER = 40
"""Rows of each class that a search for sets of columns needs."""
MOST_ROUNDS = 5
RARE_AUC = 0.998
"""AUC of a model, from which on its most important columns are named."""
_MOST_OF_A_CLASS, _MOST_CELLS = 10_000, 1 << 24
_MOST_TOGETHER, _MOST_CELLS_TOGETHER = 4_000, 1 << 21


def suspect_leaks(values: Values, schema: Schema, y: NDArray[np.uint8]) -> tuple[Leak, ...]:
    """Find the columns that alone, or up to three together, separate yes from no almost perfectly.

    The search for sets leaves out columns that give the target away alone, and columns of the sets
    already found, so that no leak hides another. It uses at most 10,000 rows of each class (4,000
    for sets; fewer of wide tables), evenly spaced. With fewer than 50 rows, or 5 of a class (40 for
    sets), chance could separate the classes, so there are no findings.

    Parameters
    ----------
    values, schema
        The used columns' cells.
    y
        Labels, 1 for yes and 0 for no, shape (rows,).

    Returns
    -------
    tuple of Leak
        Leaks first, then what to look at; no column is in two findings of one tier.
    """
    rows = _sampled(y, len(schema.used), _MOST_OF_A_CLASS, _MOST_CELLS)
    labels = y[rows].astype(np.float64)
    fewest = min(float(labels.sum()), len(labels) - float(labels.sum()))
    if len(rows) < FEWEST_ROWS or fewest < FEWEST_OF_A_CLASS:
        return ()
    columns = ranked_columns(values, schema, rows)
    half = halves(labels)
    alone = [leak for column in columns if (leak := leak_alone(column, labels, half))]
    alone = _with_words(alone, values, schema, rows, labels)
    together = []
    if fewest >= FEWEST_TOGETHER:
        named = {leak.columns[0] for leak in alone if leak.tier == "leak"}
        together = _together([c for c in columns if c.name not in named], labels)
    named = {name for leak in together for name in leak.named}
    found = [*together, *(leak for leak in alone if leak.columns[0] not in named)]
    return tuple(sorted(found, key=lambda leak: (leak.tier, leak.kind)))


def rare_auc(auc: float, important: Sequence[str]) -> Leak | None:
    """Name the columns that a model uses most if honest tables rarely have its AUC.

    Parameters
    ----------
    auc
        The model's AUC on rows kept apart; NaN where it is not defined.
    important
        Column names, the most important first.
    """
    if not auc >= RARE_AUC or not important:
        return None
    evidence = f"the model's AUC of {auc:.4f} is one that honest tables rarely show"
    return Leak(tuple(important[:3]), "look", "score", auc, evidence)


def _with_words(
    alone: list[Leak],
    values: Values,
    schema: Schema,
    rows: NDArray[np.int64],
    y: NDArray[np.float64],
) -> list[Leak]:
    """Add the findings about words of columns about which nothing worse is found."""
    found = {leak.columns[0]: leak for leak in alone}
    for column in schema.used:
        known = found.get(column.name)
        if column.name not in values.words or (known is not None and known.tier == "leak"):
            continue
        leak = leak_in_words(column.name, column.words, values.words[column.name].take(rows), y)
        if leak is not None and (known is None or leak.tier == "leak"):
            found[column.name] = leak
    return list(found.values())


def _together(columns: list[RankedColumn], y: NDArray[np.float64]) -> list[Leak]:
    rows = _sampled(y, len(columns), _MOST_TOGETHER, _MOST_CELLS_TOGETHER)
    if len(rows) < len(y):
        columns, y = [column.take(rows) for column in columns], y[rows]
    if len(columns) < 2:
        return []
    search, left_out, found = Search(columns, y), set[int](), list[Leak]()
    while len(found) < MOST_ROUNDS:
        together = search.together(left_out, (LEAK_AUCS, LOOK_AUCS))
        if together is None:
            break
        left_out.update(together.columns, together.stand_ins)
        found.append(_leak_of(together, columns, y))
    return found


def _leak_of(found: Together, columns: list[RankedColumn], y: NDArray[np.float64]) -> Leak:
    """Name the set; with a column that is filled in where the answer is yes it is a leak."""
    chosen = [columns[i] for i in found.columns]
    filled = max(filled_area(column, y) for column in chosen)
    return Leak(
        tuple(column.name for column in chosen),
        "leak" if found.auc >= LEAK_AUCS[len(chosen) - 1] or filled >= LOOK_FILLED_AUC else "look",
        "together" if len(chosen) > 1 else "alone",
        found.auc,
        f"AUC {found.auc:.4f} on rows kept apart",
        tuple(columns[i].name for i in found.stand_ins),
    )


def _sampled(
    y: NDArray[np.generic], columns: int, most_of_a_class: int, most_cells: int
) -> NDArray[np.int64]:
    """Rows of each class, evenly spaced, in table order, and no more cells than that."""
    most = min(most_of_a_class, max(most_cells // (2 * max(columns, 1)), 500))
    parts = []
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        if rows.size > most:
            rows = rows[np.linspace(0, rows.size - 1, most).astype(np.int64)]
        parts.append(rows)
    return np.sort(np.concatenate(parts))
