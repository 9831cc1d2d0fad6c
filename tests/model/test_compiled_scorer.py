"""The compiled scorer has the bits of the plain one, at every edge of every block."""

import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.conftest import Golden
from model.test_soft_scorer import NAMES, encoder, mixed, values_of
from trueodds import Model
from trueodds.columns.values import Values
from trueodds.errors import KernelError
from trueodds.features.blocks import Indicator, PiecewiseLinear, QuantileTransform
from trueodds.features.derive import derive
from trueodds.model import compiled, compiled_scorer, slots
from trueodds.model import scorer as scorer_module
from trueodds.model.batches import BLOCK, LEAST_ROWS
from trueodds.model.compiled import Compiled, scores
from trueodds.model.compiled_scorer import (
    LANES,
    CompiledScorer,
    column_units,
    in_units,
    with_silent_units,
)
from trueodds.model.fixed import FixedNetworks, Grid
from trueodds.model.places import Looked
from trueodds.model.row_scorer import RowScorer
from trueodds.model.scorer import Float, Scorer

Called = Callable[[str], Golden]
WAYS = ["relu", "edges", "pieces", "crosses", "soft_splits", "soft_edges", "words"]


def filled(scorer: CompiledScorer, members: int, values: Values) -> Float:
    out = np.empty((members, values.rows))
    scorer.fill(scorer.look(values), out)
    return out


def compiled_outputs(scorer: CompiledScorer, members: int, values: Values) -> Float:
    """Outputs of few rows at a time, row by row; those of more than a block have the same bits."""
    starts = range(0, values.rows, LEAST_ROWS - 1)
    parts = [values.between(at, min(at + LEAST_ROWS - 1, values.rows)) for at in starts]
    found = np.concatenate([filled(scorer, members, part) for part in parts], axis=1)
    again = np.arange(BLOCK + LEAST_ROWS) % values.rows
    assert filled(scorer, members, values.take(again)).tolist() == found[:, again].tolist()
    return found


def same(model: Model, values: Values) -> None:
    assert scores(model.networks)
    quick = CompiledScorer(model.networks, model.encoder, model.target_encodings)
    found = compiled_outputs(quick, len(model.networks.members), values)
    plain = Scorer(model.networks, model.encoder, model.target_encodings)
    assert found.tolist() == plain.outputs_of(plain.encode(values)).tolist()


@pytest.mark.parametrize("most", [slots.MOST_JOINED, 0])
@pytest.mark.parametrize("name", WAYS)
def test_golden_rows(
    name: str, most: int, golden_called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "MOST_JOINED", most)
    golden = golden_called(name)
    same(golden.model, golden.model.read(golden.cells))


@pytest.mark.parametrize("name", WAYS)
def test_numbers_at_every_edge(name: str, golden_called: Called) -> None:
    model: Model = golden_called(name).model
    values = model.read(golden_called(name).cells)
    numbers = {**values.numbers, **derive(values, model.encoder.derived)}
    edges = {source: [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300] for source in numbers}
    for block in model.encoder.blocks:
        if isinstance(block, PiecewiseLinear | QuantileTransform):
            edges[block.source] += block.x
        elif isinstance(block, Indicator):
            edges[block.source] += block.values
    for tables in model.target_encodings:
        for table in tables:
            if table.cuts:
                edges[table.source] += table.cuts
    near = {
        source: [w for v in at for w in (np.nextafter(v, -np.inf), v, np.nextafter(v, np.inf))]
        for source, at in edges.items()
    }
    rows = max(map(len, near.values()))
    again = values.take(np.arange(rows) % values.rows)
    for source in again.numbers:
        again.numbers[source][:] = np.resize(near[source], rows)
    same(model, again)


def test_weights_of_16_bits_are_kept_in_units_of_their_column() -> None:
    weights = np.array([[-(2**15), -(2**15), 2**15 - 1, 0], [1, 2, -(2**15) + 1, 0], [7, 0, 0, 0]])
    first = weights * np.array([2.0**-90, 1.0, 2.0**40, 1.0])
    first = np.concatenate([first, np.full((1, 4), 0.1)])
    units = column_units(first)
    assert (in_units(first[:-1], units) * units).tolist() == first[:-1].tolist()
    with pytest.raises(ValueError, match="more than 16 bits"):
        in_units(first, units)


@pytest.mark.parametrize("units", [1, 5, LANES - 1, LANES, LANES + 1])
def test_silent_units_change_no_product(units: int) -> None:
    rng = np.random.default_rng(units)
    layers = [
        rng.integers(-9, 9, shape).astype(float) for shape in [(4, units + 1), (units + 1, 3)]
    ]
    layers[0][:, -1] = [0.0, 0.0, 0.0, 1.0]
    first, second = with_silent_units(layers)
    assert first.shape[1] % LANES == 0
    assert first[:, -1].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert (first @ second).tolist() == (layers[0] @ layers[1]).tolist()
    (alone,) = with_silent_units(layers[:1])
    assert alone is layers[0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([slice(None), slice(2, 4), slice(0, 1)]))
def test_networks_of_every_kind(seed: int, members: slice) -> None:
    networks, encodings = mixed()
    networks = FixedNetworks(
        networks.activation, networks.grids, networks.members[members], networks.shares
    )
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, len(NAMES))) * 2.0 ** rng.integers(-3, 6)
    X[rng.random(X.shape) < 0.2] = 0.0
    X[rng.random(X.shape) < 0.1] = np.nan
    values = values_of(X)
    quick = CompiledScorer(networks, encoder(), encodings)
    plain = Scorer(networks, encoder(), encodings)
    expected = plain.outputs_of(plain.encode(values)).tolist()
    assert compiled_outputs(quick, len(networks.members), values).tolist() == expected


def rows_of(golden: Golden, count: int) -> Values:
    values = golden.model.read(golden.cells)
    return values.take(np.arange(count) % values.rows)


def test_many_rows_take_it(golden_called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = golden_called("soft_splits")
    values = rows_of(golden, 700)
    monkeypatch.setattr(scorer_module, "LEAST_ROWS", 1000)
    plain = golden.model.log_odds_of(values)
    monkeypatch.setattr(scorer_module, "LEAST_ROWS", 256)
    taken = []
    fill = CompiledScorer.fill

    def noted(self: CompiledScorer, looked: Looked, out: Float) -> None:
        taken.append(len(looked.units))
        fill(self, looked, out)

    monkeypatch.setattr(CompiledScorer, "fill", noted)
    assert golden.model.log_odds_of(values).tobytes() == plain.tobytes()
    assert sum(taken) == 700


@pytest.mark.parametrize("name", WAYS)
def test_single_rows_take_it(
    name: str, golden_called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "WORTH_LOADED", 5)
    golden = golden_called(name)
    for _ in range(3):
        alone = [golden.model.log_odds(cells)[0] for cells in golden.cells]
        assert alone == golden.log_odds.tolist()
    # Rows that need a warning are read as tables: of the others there are more than five.
    reader, scorer = golden.model._reader, golden.model._row_scorer
    assert scorer._quick is not None
    plain = RowScorer(
        golden.model.networks, golden.model.encoder, golden.model.target_encodings, reader.sources
    )
    for cells in golden.cells:
        values = reader.values(cells)
        if values is not None:
            assert scorer.total(values) == plain.total(values)


def test_work_adds_up_until_numba_is_loaded(
    golden_called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = golden_called("soft_splits").model
    found = Compiled(model.networks, model.encoder, model.target_encodings)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr(compiled, "WORTH_GATES", 1000 * found._gates)
    monkeypatch.setattr(compiled, "WORTH_ROWS", 3)
    assert found.for_rows(600) is None
    assert found.for_rows(399) is None
    assert found.for_a_row() is None
    assert found.for_a_row() is None
    monkeypatch.setattr(Compiled, "_scorer", lambda _: "loaded")
    assert found.for_rows(1) == "loaded"
    assert found.for_a_row() == "loaded"


def test_networks_without_soft_splits_take_it_after_many_rows(
    golden_called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = golden_called("relu").model
    found = Compiled(model.networks, model.encoder, model.target_encodings)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr(Compiled, "_scorer", lambda _: "loaded")
    assert found.for_rows(compiled.WORTH_BATCHES - 1) is None
    assert found.for_rows(1) == "loaded"


@pytest.mark.parametrize("reason", ["too large", "no kernel", "another activation", "a far limit"])
def test_the_plain_scorer_stands_in(
    reason: str, golden_called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = golden_called("soft_splits")
    model = golden.model
    networks = model.networks
    if reason == "too large":
        monkeypatch.setattr(compiled_scorer, "ROOM", 1000)
        monkeypatch.setattr(compiled_scorer, "TIMES_WEIGHTS", 0)
    elif reason == "no kernel":

        def broken(*_: object) -> None:
            raise KernelError("no compiler")

        monkeypatch.setattr(compiled_scorer, "CompiledScorer", broken)
    elif reason == "another activation":
        networks = FixedNetworks("tanh", networks.grids, networks.members, networks.shares)
    else:
        grids = (networks.grids[0], *(Grid(0, 2**51) for _ in networks.grids[1:]))
        networks = FixedNetworks(networks.activation, grids, networks.members, networks.shares)
    found = Scorer(networks, model.encoder, model.target_encodings)
    assert found.compiled._scorer() is None
    if networks is model.networks:
        values = rows_of(golden, 300)
        expected = found.outputs_of(found.encode(values))
        assert found.outputs(values).tobytes() == expected.tobytes()
