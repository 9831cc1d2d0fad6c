"""onnxruntime gives the log-odds of Python to the last bit."""

import json

import numpy as np
import pytest

from export.conftest import GOLDEN, NAMES
from trueodds import load
from trueodds.errors import TrueOddsError
from trueodds.export import onnx_inputs, to_onnx


def test_a_model_without_columns_is_refused(golden_model) -> None:
    pytest.importorskip("onnx")
    from dataclasses import replace

    model, _ = golden_model("relu")
    bare = replace(model, schema=replace(model.schema, columns=()))
    with pytest.raises(TrueOddsError, match="the model uses no column"):
        to_onnx(bare)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_golden_rows(name: str) -> None:
    runtime = pytest.importorskip("onnxruntime")
    model = load(GOLDEN / f"{name}.odds")
    told = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    inputs = onnx_inputs(model, [row["cells"] for row in told])
    session = runtime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    probability, log_odds = session.run(["probability", "log_odds"], inputs)
    bits = [int(row["log_odds"], 16) for row in told]
    # The sign of a zero may differ.
    expected = np.array(bits, np.uint64).view(np.float64)
    assert (log_odds[:, 0] == expected).all()
    assert np.abs(probability[:, 0] - model.predict([r["cells"] for r in told])).max() < 1e-15


@pytest.mark.slow
def test_cells_as_they_come_need_no_trueodds() -> None:
    runtime = pytest.importorskip("onnxruntime")
    model = load(GOLDEN / "relu.odds")
    told = json.loads((GOLDEN / "relu.json").read_text(encoding="utf-8"))
    session = runtime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    inputs = onnx_inputs(model, [told[0]["cells"]])
    texts = [name for name, cells in inputs.items() if cells.dtype == object]
    assert texts
    padded = {name: cells if name not in texts else " " + cells for name, cells in inputs.items()}
    (log_odds,) = session.run(["log_odds"], padded)
    assert log_odds[0, 0] == model.log_odds([told[0]["cells"]])[0]
