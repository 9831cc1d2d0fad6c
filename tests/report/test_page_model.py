import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds import TableWarning
from trueodds.model import load
from trueodds.model.background import Background
from trueodds.model.model import from_bytes
from trueodds.report.page_model import encoded_model
from unpacked import from_halves, unpacked

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = ("relu", "crosses", "pieces", "soft_splits", "words")


def carried(model):
    return from_bytes(from_halves(unpacked(encoded_model(model))))


@pytest.mark.parametrize("name", NAMES)
def test_the_copy_forecasts_with_the_same_bits(name: str) -> None:
    model = load(GOLDEN / f"{name}.odds")
    copy = carried(model)
    cells = [row["cells"] for row in json.loads((GOLDEN / f"{name}.json").read_text())]
    with pytest.warns(TableWarning):
        expected = model.log_odds(cells)
    with pytest.warns(TableWarning):
        assert np.array_equal(copy.log_odds(cells), expected)


def test_the_copy_holds_no_training_rows_but_those_of_reasons() -> None:
    model = load(GOLDEN / "relu.odds")
    numbers = {c.name: (123456.75,) for c in model.schema.used if not c.coded}
    codes = {c.name: (0,) for c in model.schema.used if c.coded}
    model = replace(
        model, background=Background(1, numbers, codes), notes=("a secret",), source="secret.csv"
    )
    data = from_halves(unpacked(encoded_model(model)))
    assert data.count(b"123456.75") == len(numbers)
    assert from_bytes(data).background == model.background
    data = from_halves(unpacked(encoded_model(replace(model, background=None))))
    assert b"123456.75" not in data
    assert b"secret" not in data
    copy = from_bytes(data)
    assert copy.background is None
    assert copy.profile is None
    assert copy.sketch is None
    assert copy.record.members == ()
    assert copy.schema.columns == tuple(
        replace(c, missing=0, distinct=0, reason="", leak="") for c in model.schema.used
    )
