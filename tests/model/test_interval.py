"""Intervals of a model's forecasts: kept in its file, and the same in JavaScript."""

import json
from dataclasses import replace

import numpy as np
import pytest

from trueodds import Model, load
from trueodds.ensemble.bounds import Bounds, fit_bounds
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.functions.portable import sigmoid
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes

rng = np.random.default_rng(0)
Z = rng.normal(size=900)
BOUNDS = fit_bounds((rng.random(900) < sigmoid(Z)).astype(np.uint8), Z)


@pytest.fixture
def model(golden_called) -> Model:
    return replace(golden_called("relu").model, bounds=BOUNDS)


def test_a_file_keeps_them_to_the_bit(model: Model, golden_called, tmp_path) -> None:
    model.save(tmp_path / "m.odds")
    back = load(tmp_path / "m.odds")
    rows = golden_called("relu").cells[:24]
    for one, other in zip(model.interval(rows), back.interval(rows), strict=True):
        assert one.tobytes() == other.tobytes()
    lower, upper = back.interval(rows)
    assert np.all(lower < upper)
    assert (tmp_path / "m.odds").stat().st_size - len(to_bytes(replace(model, bounds=None))) < 6_000


def test_a_model_without_them_says_so(golden_called) -> None:
    golden = golden_called("relu")
    with pytest.raises(
        TrueOddsError, match=r"no intervals: .* fewer than 20 scored rows of a label"
    ):
        golden.model.interval(golden.cells[:3])


def test_javascript_finds_the_same_bounds(model: Model, node, sent, tmp_path) -> None:
    path = tmp_path / "m.odds"
    model.save(path)
    z = np.concatenate([rng.normal(size=500) * 2.0, BOUNDS.at, [-99.0, 99.0]])
    code = (
        f"const data = readFileSync({json.dumps(str(path))});\n"
        "const model = read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));\n"
        "tell(cells.flatMap((z) => Object.values(interval(model, z))));"
    )
    found = node(code, [sent(float(x)) for x in z]).reshape(-1, 2)
    lower, upper = model.bounds_of(z)
    assert found[:, 0].tobytes() == lower.tobytes()
    assert found[:, 1].tobytes() == upper.tobytes()


@pytest.mark.parametrize(
    "wrong",
    [
        Bounds((), (), ()),
        Bounds((0.0,), (0.1, 0.2), (0.3,)),
        Bounds((1.0, 0.0), (0.1, 0.2), (0.3, 0.4)),
        Bounds((0.0, 1.0), (0.2, 0.1), (0.3, 0.4)),
        Bounds((0.0,), (0.5,), (0.4,)),
        Bounds((0.0,), (-0.5,), (0.4,)),
        Bounds((float("nan"),), (0.1,), (0.4,)),
        Bounds(tuple(map(float, range(200))), (0.1,) * 200, (0.4,) * 200),
    ],
)
def test_bounds_that_do_not_fit_together_are_refused(model: Model, wrong: Bounds) -> None:
    with pytest.raises(ModelFileError, match="is damaged"):
        from_bytes(to_bytes(replace(model, bounds=wrong)))
