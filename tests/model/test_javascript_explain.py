"""The reader in JavaScript gives the same reasons, bit for bit."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.model.background import background_rows

EXPLAIN = Path(__file__).parents[2] / "readers/js/explain.mjs"
CODE = """
const {{ explain }} = await import({module});
const data = readFileSync({path});
const model = read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
tell(cells.flatMap((row) => {{
  const found = explain(model, row);
  return [found.base, ...found.values, ...found.errors];
}}));
"""

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", ["relu", "crosses", "soft_splits", "words"])
def test_values_and_errors_have_the_bits(golden_called, node, sent, tmp_path, name, rows) -> None:
    golden = golden_called(name)
    theirs = golden.model.read(golden.cells[8 : 8 + rows])
    model = replace(golden.model, background=background_rows(theirs, np.arange(float(rows))))
    model.save(tmp_path / "m.odds")
    cells = [*golden.cells[:3], golden.cells[8]]
    code = CODE.format(
        module=json.dumps(EXPLAIN.as_uri()), path=json.dumps(str(tmp_path / "m.odds"))
    )
    found = node(code, [{n: sent(x) for n, x in row.items()} for row in cells])
    expected = model.explain(cells)
    parts = (expected.base_values[:, None], expected.values, expected.standard_errors)
    assert np.abs(expected.values).max() > 0.1
    assert found.tobytes() == np.concatenate(parts, axis=1).tobytes()
