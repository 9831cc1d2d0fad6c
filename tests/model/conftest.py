"""Golden models, and the JavaScript reader under Node."""

import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds import Model, load

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.odds"))
READER = Path(__file__).parents[2] / "readers/js/scorer.mjs"


@dataclass(frozen=True)
class Golden:
    """A model file, rows for it, and the bits that every version must give."""

    path: Path
    model: Model
    cells: list[dict[str, Any]]
    log_odds: NDArray[np.float64]
    probability: NDArray[np.float64]


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    """Every golden file in turn, freshly loaded."""
    return read_golden(request.param)


@pytest.fixture(scope="session")
def golden_called() -> Callable[[str], Golden]:
    """One golden file by its name."""
    return read_golden


def read_golden(name: str) -> Golden:
    path = GOLDEN / f"{name}.odds"
    rows = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    bits = {
        kind: np.array([struct.unpack(">d", bytes.fromhex(row[kind]))[0] for row in rows])
        for kind in ("log_odds", "probability")
    }
    return Golden(path, load(path), [row["cells"] for row in rows], **bits)


PRELUDE = """
import { readFileSync } from "node:fs";
const cells = JSON.parse(readFileSync(0, "utf-8"), (_, v) =>
  v && v.bits ? new Float64Array(new BigUint64Array([BigInt("0x" + v.bits)]).buffer)[0] : v);
const bits = (x) => new BigUint64Array(new Float64Array([x]).buffer)[0];
const hex = (x) => bits(x).toString(16).padStart(16, "0");
const tell = (all) => console.log(JSON.stringify(all.map(hex)));
"""


@pytest.fixture
def node() -> Callable[[str, Any], NDArray[np.float64]]:
    """Runs JavaScript that has the reader's exports and hands back doubles by their bits."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")

    def run(code: str, given: Any) -> NDArray[np.float64]:
        names = "interval, read, score, sigmoid, verify"
        imports = f"import {{ {names} }} from {json.dumps(READER.as_uri())};\n"
        done = subprocess.run(
            [program, "--input-type=module", "-e", imports + PRELUDE + code],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return np.array([struct.unpack(">d", bytes.fromhex(h))[0] for h in json.loads(done.stdout)])

    return run


@pytest.fixture
def sent() -> Callable[[Any], Any]:
    """A cell as JSON that keeps every bit of a float."""
    return lambda cell: {"bits": struct.pack(">d", cell).hex()} if isinstance(cell, float) else cell
