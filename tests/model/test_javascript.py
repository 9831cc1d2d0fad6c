"""The independent reader in JavaScript gives the same bits."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.columns.roles import RoleColumns
from trueodds.columns.sketch import sketch_rows
from trueodds.functions.portable import sigmoid

READER = Path(__file__).parents[2] / "readers/js"


def test_sigmoid(node, sent) -> None:
    rng = np.random.default_rng(0)
    z = np.concatenate(
        [
            rng.normal(0.0, 3.0, 4000),
            rng.normal(0.0, 300.0, 4000),
            rng.integers(0, 2**64, 4000, dtype=np.uint64).view(np.float64),
            [0.0, -0.0, 36.7, -36.7, -708.4, -745.2, np.inf, -np.inf],
        ]
    )
    z = z[~np.isnan(z)]
    found = node("tell(cells.map(sigmoid));", [sent(float(x)) for x in z])
    assert found.tobytes() == sigmoid(z).tobytes()


def test_it_knows_a_damaged_file(golden, node) -> None:
    load = f"const data = readFileSync({json.dumps(str(golden.path))});\n"
    code = (
        "const whole = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);\n"
        "const good = await verify(whole);\n"
        "new Uint8Array(whole)[whole.byteLength - 1] ^= 1;\n"
        "tell([good ? 1 : 0, (await verify(whole)) ? 1 : 0]);"
    )
    assert node(load + code, []).tolist() == [1.0, 0.0]


def test_it_passes_over_roles_and_the_sketch(golden, node, sent, tmp_path) -> None:
    model = golden.model
    labels = np.zeros(len(golden.cells), dtype=np.uint8)
    sketch = sketch_rows(model.read(golden.cells), model.schema, labels)
    sketch = replace(sketch, rows=model.schema.rows)
    path = tmp_path / "sketch.odds"
    replace(model, roles=RoleColumns(weight="wt"), sketch=sketch).save(path)
    cells = {c.name: "" for c in model.schema.used}
    found = node(
        f"const data = readFileSync({json.dumps(str(path))});\n"
        "const whole = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);\n"
        "tell([(await verify(whole)) ? 1 : 0, score(read(whole), cells[0]).logOdds]);",
        [{name: sent(float("nan")) if name in read_as_numbers(model) else "" for name in cells}],
    )
    assert found[0] == 1.0
    assert found[1:].tobytes() == model.log_odds([cells]).tobytes()


def read_as_numbers(model) -> set[str]:
    return {c.name for c in model.schema.used if c.kind in ("number", "date")}


def test_golden_files(golden, node, sent) -> None:
    values = golden.model.read(golden.cells)
    rows = [
        {**cells, **{name: float(column[i]) for name, column in values.numbers.items()}}
        for i, cells in enumerate(golden.cells)
    ]
    found = node(
        f"const data = readFileSync({json.dumps(str(golden.path))});\n"
        "const model = read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));\n"
        "const all = cells.map((row) => score(model, row));\n"
        "tell(all.flatMap((s) => [s.logOdds, s.probability]));",
        [{name: sent(cell) for name, cell in row.items()} for row in rows],
    )
    assert found[::2].tobytes() == golden.log_odds.tobytes()
    assert found[1::2].tobytes() == golden.probability.tobytes()


def test_its_own_tests_pass() -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")
    done = subprocess.run([program, "--test", "test/"], cwd=READER, capture_output=True)
    assert done.returncode == 0, done.stdout.decode()
