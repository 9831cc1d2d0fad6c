"""Rows of the training table are known again; honest new rows are not reproached."""

import numpy as np
import pytest
from numpy.typing import NDArray

from real_tables import DATA, MANIFEST, NAMES, needs_tables
from trueodds.columns import infer_schema, read_target, to_values
from trueodds.columns.schema import Column, Schema
from trueodds.columns.sketch import row_hashes, sketch_rows
from trueodds.columns.values import Values
from trueodds.model.overlap import Overlap, overlap
from trueodds.table import read_table

SCHEMA = Schema((Column("x", "number"),), 0)
QUICK = ("titanic", "compas", "phoneme", "skin_segmentation", "spambase", "bank_marketing")


def hashes(kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    values = Values(len(kinds), {"x": kinds.astype(np.float64)}, {})
    return row_hashes(values, SCHEMA, np.zeros(len(kinds), dtype=np.uint8))


def compared(train: NDArray[np.int64], new: NDArray[np.int64]) -> Overlap:
    values = Values(len(train), {"x": train.astype(np.float64)}, {})
    return overlap(sketch_rows(values, SCHEMA, np.zeros(len(train), dtype=np.uint8)), hashes(new))


def drawn(rng: np.random.Generator, rows: int, tail: float) -> NDArray[np.int64]:
    """Rows of some kinds, few of which are frequent and many rare (Zipf), up to 2²²."""
    return np.minimum(rng.zipf(tail, rows), 1 << 22).astype(np.int64)


def spread(rng: np.random.Generator, rows: int, kinds: int) -> NDArray[np.int64]:
    return rng.integers(0, kinds, rows)


@pytest.mark.parametrize("kinds", [5, 100, 1_000, 10_000, 1_000_000, 1 << 24])
@pytest.mark.parametrize(("rows", "new"), [(200, 50), (1_000, 1_000), (20_000, 5_000)])
def test_equal_rows_by_chance_are_no_overlap(kinds: int, rows: int, new: int):
    for seed in range(20):
        rng = np.random.default_rng([seed, kinds, rows])
        assert compared(spread(rng, rows, kinds), spread(rng, new, kinds)).seen == 0.0
        tail = 1.05 + 2.0 / np.log10(kinds)
        assert compared(drawn(rng, rows, tail), drawn(rng, new, tail)).seen == 0.0


@pytest.mark.parametrize("rows", [120, 1_000, 5_000, 60_000])
@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.2])
def test_the_share_of_rows_in_training_is_found(rows: int, share: float):
    rng = np.random.default_rng(rows)
    # Some rows have a twin by chance.
    train, other = spread(rng, rows, 50 * rows), spread(rng, rows, 50 * rows)
    known = round(share * rows)
    new = np.concatenate([rng.permutation(train)[:known], other[known:]])
    found = compared(train, new)
    assert found.exact == (rows < 2048)
    assert found.seen == pytest.approx(share, abs=0.02 if rows == 1_000 else 0.08)
    if found.exact:
        assert found.unseen.sum() == pytest.approx(rows - known, abs=0.08 * rows)


def test_copies_within_the_new_table_prove_nothing():
    rng = np.random.default_rng(0)
    train, new = spread(rng, 1_000, 100_000), spread(rng, 200, 100_000)
    chance = train[:1]
    assert compared(train, np.concatenate([new, np.repeat(chance, 500)])).seen == 0.0
    assert compared(train, np.concatenate([train, train])).seen == 1.0


def test_a_table_of_few_kinds_of_rows_cannot_be_known_again():
    rng = np.random.default_rng(0)
    train = spread(rng, 1_000, 30)
    assert compared(train, train).seen == 0.0


@needs_tables
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in sorted(NAMES)],
)
def test_real_tables(name: str):
    spec = next(about for about in MANIFEST if about["name"] == name)
    frame = read_table(DATA / spec["file"])
    target = read_target(frame.column(spec["target"]), positive=spec["positive"])
    frame = frame.take(target.kept).without([spec["target"]])
    order = np.random.default_rng(5).permutation(frame.rows)[:12_000]
    train, new = order[: len(order) // 2], order[len(order) // 2 :]
    schema = infer_schema(frame.take(train), drop=spec["drop"])

    def read(rows: NDArray[np.int64]) -> tuple[Values, Schema, NDArray[np.uint8]]:
        return to_values(frame.take(rows), schema), schema, target.y[rows]

    sketch = sketch_rows(*read(train))
    assert overlap(sketch, row_hashes(*read(new))).seen == 0.0
    assert overlap(sketch, row_hashes(*read(train))).seen == 1.0
    both = np.concatenate([train[::2], new[::2]])
    assert overlap(sketch, row_hashes(*read(both))).seen == pytest.approx(0.5, abs=0.06)
