"""A stranger's file is refused with a sentence or scores: fuzzed, and with bombs made on purpose.

TRUEODDS_FUZZ sets how many files the long run tries (CI 20,000; nightly 1,000,000).
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trueodds import load
from trueodds.errors import ModelFileError
from trueodds.model import Model
from trueodds.model.file import from_bytes, to_bytes
from trueodds.model.fixed import FixedLayer, FixedNetworks, Grid, Member

HERE = Path(__file__).parent
LONG = int(os.environ.get("TRUEODDS_FUZZ", "20000"))


def fuzz(count: int, seed: int) -> dict[str, Any]:
    """Run the fuzzer in a process of its own, whose memory is limited."""
    environment = {
        **os.environ,
        # Thread pools would take address space by the number of cores.
        "OPENBLAS_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "fuzz.py"), str(count), str(seed)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"\nmodel files: {found}", file=sys.__stdout__)
    assert found["files"] == count == found["refused"] + found["scored"]
    assert found["grown_mb"] < 200
    assert found["scored"] > count // 20, "hardly any file reached the scorer"
    return found


def test_a_few_hundred_hostile_files() -> None:
    fuzz(400, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_hostile_files() -> None:
    fuzz(LONG, seed=20261124)


@pytest.fixture
def model() -> Model:
    return load(HERE.parent / "golden" / "relu.odds")


def layer(fan_in: int, fan_out: int) -> FixedLayer:
    return FixedLayer(
        np.ones((fan_in, fan_out), np.int16),
        np.zeros(fan_out, np.int64),
        np.zeros(fan_out, np.int16),
    )


def refusal(data: bytes) -> str:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(data)
    return str(caught.value)


def test_members_too_unlike_to_be_padded_are_refused(model: Model) -> None:
    """3 MB of weights that would be padded to 2 × 30,000 × 20,000 numbers, 10 GB."""
    first = model.networks.members[0]
    inputs = first.sizes[0]
    wide = Member(first.fold, (layer(inputs, 30_000), layer(30_000, 1), layer(1, 1)))
    deep = Member(first.fold, (layer(inputs, 1), layer(1, 20_000), layer(20_000, 1)))
    grids = (Grid(4, 7),) * 3
    bomb = replace(model, networks=FixedNetworks("relu", grids, (wide, deep)))
    assert "too unlike" in refusal(to_bytes(bomb))


def test_a_header_of_millions_of_values_is_refused(model: Model) -> None:
    bomb = replace(model, notes=("",) * 2_100_000)
    assert "more than any may" in refusal(to_bytes(bomb))


def test_what_could_not_be_read_is_not_written(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.odds"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="cannot be held by a file"):
        replace(model, notes=("\ud800",)).save(path)
    assert path.read_bytes() == b"old"


def test_figures_that_are_not_defined_come_back(model: Model) -> None:
    nan = float("nan")
    scores = replace(model.scores, auc=replace(model.scores.auc, low=nan, high=float("inf")))
    data = to_bytes(replace(model, scores=scores))
    assert b"NaN" not in data
    assert b"Infinity" not in data
    back = from_bytes(data)
    assert np.isnan(back.scores.auc.low)
    assert back.scores.brier == model.scores.brier


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"calibrator": {"slope": -1.0, "shift": 0.0}}, "calibrator"),
        ({"calibrator": {"slope": 1.0, "shift": None}}, "calibrator"),
        ({"rates": [["no such column"]]}, "lacks the array|rates"),
        ({"target_name": 3}, "target_name"),
        ({"format": "2"}, "format"),
        ({"networks": {"activation": "exec", "grids": [], "folds": []}}, "activation"),
    ],
)
def test_a_wrong_field_is_named(
    model: Model, change: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trueodds.model.file as file

    written = file.header_text
    monkeypatch.setattr(file, "header_text", lambda fields: written({**fields, **change}))
    data = to_bytes(model)
    with pytest.raises(ModelFileError, match=why):
        from_bytes(data)
