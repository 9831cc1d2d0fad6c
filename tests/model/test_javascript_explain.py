"""The reader in JavaScript gives the same reasons, bit for bit."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.model.background import background_rows
from trueodds.model.explanation import Explanation

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


@pytest.mark.parametrize(
    ("name", "rows"),
    [("relu", 20), ("crosses", 20), ("soft_splits", 9), ("words", 20), ("words", 1)],
)
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


WORDS = """
const {{ reasons }} = await import({module});
const {{ prepared }} = await import({cells});
const columns = cells.map(({{ name, kind }}) => prepared({{ name, kind, levels: [] }}));
const row = Object.fromEntries(cells.map(({{ name, cell }}) => [name, cell]));
const found = reasons({{ columns }}, row, cells.map(({{ value }}) => value), 99);
const given = {expected};
if (JSON.stringify(found) !== JSON.stringify(given)) throw new Error(JSON.stringify(found));
tell([found.length]);
"""


def test_reasons_are_the_words_of_python(node) -> None:
    numbers = [39.5, 1e6, 123456.7, 1234567.0, 0.0001234567, 0.00001, -0.5, 1e300, 0.1 + 0.2]
    texts = ["cellular", "< 0 DM", "a\nb\u202e", "x" * 41, " padded ", "ß\U0001f600", None]
    factors = [1.84, 0.0123, 12.0, 99.7, 1234.0, 1e-5, 1e9, 0.5, 1.02, 5.04, 20.0, 1e-200, 0.96]
    cells = [*numbers, *texts]
    values = np.log([factors[i % len(factors)] for i in range(len(cells))])
    names = [f"column\t{i}" if i == 3 else f"column {i}" for i in range(len(cells))]
    data = np.array([[x if isinstance(x, float | None) else x.strip() for x in cells]], object)
    none = np.zeros((1, len(cells)))
    expected = Explanation(values[None], np.zeros(1), data, names, none).reasons(0, 99)
    assert 9 < len(expected) < len(cells)
    given = [
        {"name": n, "cell": c, "value": v, "kind": "number" if isinstance(c, float) else "text"}
        for n, c, v in zip(names, cells, values.tolist(), strict=True)
    ]
    code = WORDS.format(
        module=json.dumps(EXPLAIN.with_name("reasons.mjs").as_uri()),
        cells=json.dumps(EXPLAIN.with_name("cells.mjs").as_uri()),
        expected=json.dumps(list(expected)),
    )
    assert node(code, given).tolist() == [float(len(expected))]
