"""A calibrator with a bend: kept in the file, and the same bits by every way of scoring."""

import json
from dataclasses import replace

import numpy as np
import pytest

from exact_reference import reference_log_odds
from trueodds import Model, load
from trueodds.ensemble.calibrator import Bend
from trueodds.errors import ModelFileError
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes


def bent(model: Model, knot: float, change: float) -> Model:
    return replace(model, calibrator=replace(model.calibrator, bend=Bend(knot, change)))


@pytest.mark.parametrize("change", [0.37, -0.9])
def test_every_way_of_scoring_gives_the_same_bits(
    golden_called, node, sent, tmp_path, change: float
) -> None:
    golden = golden_called("relu")
    middle = float(np.median(golden.log_odds))
    model = bent(golden.model, middle, change)
    model.save(tmp_path / "m.odds")
    back = load(tmp_path / "m.odds")
    found = back.log_odds(golden.cells)
    above = golden.log_odds > middle
    assert found[~above].tobytes() == golden.log_odds[~above].tobytes()
    assert (found[above] != golden.log_odds[above]).all()
    single = np.array([back.log_odds([row])[0] for row in golden.cells[:50]])
    assert single.tobytes() == found[:50].tobytes()
    values = back.read(golden.cells)
    assert reference_log_odds(back, values)[:50] == found[:50].tolist()
    rows = [
        {**cells, **{name: float(column[i]) for name, column in values.numbers.items()}}
        for i, cells in enumerate(golden.cells)
    ]
    from_javascript = node(
        f"const data = readFileSync({json.dumps(str(tmp_path / 'm.odds'))});\n"
        "const model = read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));\n"
        "tell(cells.map((row) => score(model, row).logOdds));",
        [{name: sent(cell) for name, cell in row.items()} for row in rows],
    )
    assert from_javascript.tobytes() == found.tobytes()


def test_only_a_file_with_a_bend_needs_it(golden_called) -> None:
    model = golden_called("relu").model
    assert b"bend" not in to_bytes(model)
    assert rb"\"needs\":[\"bend\"" in to_bytes(bent(model, 0.0, 0.5))


@pytest.mark.parametrize(
    ("knot", "change"), [(0.0, -1.0), (0.0, -2.0), (float("nan"), 0.0), (1e200, 0.0), (0.0, 1e200)]
)
def test_a_bend_out_of_range_is_refused(golden_called, knot: float, change: float) -> None:
    data = to_bytes(bent(golden_called("relu").model, knot, change))
    with pytest.raises(ModelFileError, match="bend"):
        from_bytes(data)
