"""The JavaScript module gives the bits of Python."""

import json
import shutil
import subprocess

import pytest

from export.conftest import GOLDEN
from trueodds import load
from trueodds.export import to_javascript

CHECK = """
import { readFileSync } from "node:fs";
import { columns, interval, score, target } from "./model.mjs";
const bits = (x) =>
  new BigUint64Array(new Float64Array([x]).buffer)[0].toString(16).padStart(16, "0");
const text = readFileSync(process.argv[2], "utf-8");
const plain = text.replaceAll(": NaN", ": null").replaceAll(/: (-?)Infinity/g, ": $11e999");
const rows = JSON.parse(plain);
const wrong = rows.filter(({ cells, log_odds, probability }) => {
  const found = score(cells);
  return bits(found.logOdds) !== log_odds || bits(found.probability) !== probability;
});
console.log(JSON.stringify({ rows: rows.length, wrong: wrong.length, columns, target,
  interval: interval(0) }));
"""


@pytest.mark.parametrize("name", ["crosses", "soft_splits", "words"])
def test_golden_rows(name: str, tmp_path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    model = load(GOLDEN / f"{name}.odds")
    (tmp_path / "model.mjs").write_text(to_javascript(model), encoding="utf-8")
    (tmp_path / "check.mjs").write_text(CHECK, encoding="utf-8")
    done = subprocess.run(
        [node, "check.mjs", str(GOLDEN / f"{name}.json")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] > 20
    assert told["wrong"] == 0
    assert [column["name"] for column in told["columns"]] == [c.name for c in model.schema.used]
    assert told["target"] == {
        "name": model.target_name,
        "yes": model.target_yes,
        "no": model.target_no,
    }
