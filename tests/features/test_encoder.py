"""The encoder as a whole: finite, row by row, kept by its JSON to the last bit."""

from math import inf, nan

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.features.encoder import Encoder, fit_encoder
from trueodds.json_text import json_text

anything = st.floats() | st.sampled_from([nan, inf, -inf, 0.0, 1e308, -1e308, 1e-320])
SCHEMA = Schema(
    columns=(
        Column("n", "number"),
        Column("gone", "ignored", reason="constant"),
        Column("c", "category", levels=tuple("abcdefghijkl")),
        Column("b", "yesno", levels=("no", "yes")),
        Column("d", "date"),
        Column("e", "date"),
    ),
    rows=0,
)


def values_of(rows: list[tuple[float, int, int, float, float]]) -> Values:
    n, c, b, d, e = (np.array(column) for column in zip(*rows, strict=True))
    numbers = {"n": n.astype(float), "d": d.astype(float), "e": e.astype(float)}
    return Values(len(rows), numbers, {"c": c.astype(np.int32), "b": b.astype(np.int32)})


cells = st.tuples(anything, st.integers(-2, 11), st.integers(-2, 1), anything, anything)
tables = st.lists(cells, min_size=1, max_size=30).map(values_of)


def some_rows(values: Values, rows: list[int]) -> Values:
    return Values(
        len(rows),
        {name: column[rows] for name, column in values.numbers.items()},
        {name: column[rows] for name, column in values.codes.items()},
    )


def real_values(rows: int = 400, seed: int = 0) -> Values:
    rng = np.random.default_rng(seed)
    d = rng.uniform(0, 2e9, rows)
    return values_of(
        list(
            zip(
                np.where(rng.random(rows) < 0.1, nan, rng.normal(size=rows)),
                rng.integers(-1, 12, rows),
                rng.integers(-1, 2, rows),
                np.where(rng.random(rows) < 0.1, nan, d),
                np.where(rng.random(rows) < 0.1, nan, d + rng.uniform(0, 1e7, rows)),
                strict=True,
            )
        )
    )


@settings(max_examples=50, deadline=None)
@given(tables, tables)
def test_inputs_are_finite_and_each_row_stands_alone(training: Values, new: Values) -> None:
    encoder = fit_encoder(training, SCHEMA)
    for values in (training, new):
        whole = encoder.encode(values)
        assert whole.dtype == np.float32
        assert whole.shape == (values.rows, encoder.width)
        assert np.isfinite(whole).all()
        for row in range(values.rows):
            alone = encoder.encode(some_rows(values, [row]))
            assert alone.tobytes() == whole[row : row + 1].tobytes()


@settings(max_examples=50, deadline=None)
@given(tables, tables)
def test_json_keeps_every_bit(training: Values, new: Values) -> None:
    encoder = fit_encoder(training, SCHEMA)
    text = json_text(encoder)
    back = msgspec.json.decode(text, type=Encoder)
    assert back == encoder
    assert json_text(back) == text
    assert back.encode(new).tobytes() == encoder.encode(new).tobytes()


def test_order_and_batch_do_not_matter() -> None:
    values = real_values()
    encoder = fit_encoder(values, SCHEMA)
    whole = encoder.encode(values)
    order = np.random.default_rng(3).permutation(values.rows).tolist()
    assert np.array_equal(encoder.encode(some_rows(values, order)), whole[order])
    part = order[:7]
    assert np.array_equal(encoder.encode(some_rows(values, part)), whole[part])


def test_no_rows_make_no_rows() -> None:
    values = real_values()
    encoder = fit_encoder(values, SCHEMA)
    assert encoder.encode(some_rows(values, [])).shape == (0, encoder.width)


def test_positions_are_exactly_the_inputs_that_a_column_changes() -> None:
    values = real_values()
    encoder = fit_encoder(values, SCHEMA)
    names = [column.name for column in SCHEMA.used]
    positions = encoder.positions(names, ["c"])
    whole = encoder.encode(values)
    order = np.random.default_rng(4).permutation(values.rows)
    for name, found in zip(names, positions, strict=True):
        numbers = {k: v[order] if k == name else v for k, v in values.numbers.items()}
        codes = {k: v[order] if k == name else v for k, v in values.codes.items()}
        changed = encoder.encode(Values(values.rows, numbers, codes))
        moved = np.flatnonzero((changed != whole).any(axis=0)).tolist()
        assert moved == [p for p in found.tolist() if p < encoder.width]
    assert encoder.width in positions[names.index("c")]
    everything = np.unique(np.concatenate(positions))
    assert everything.tolist() == list(range(encoder.width + 1))


def test_a_date_difference_belongs_to_both_dates() -> None:
    encoder = fit_encoder(real_values(), SCHEMA)
    first, second = encoder.positions(["n", "c", "b", "d", "e"], [])[3:]
    shared = set(first.tolist()) & set(second.tolist())
    between = {d.name for d in encoder.derived if len(d.columns) == 2}
    assert len(shared) == sum(b.width for b in encoder.blocks if b.source in between) > 0


def test_an_ignored_column_has_no_input() -> None:
    encoder = fit_encoder(real_values(), SCHEMA)
    assert "gone" not in {block.source for block in encoder.blocks}
