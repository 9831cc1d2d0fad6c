"""A stranger's file is refused with a sentence or scores: fuzzed, and with bombs made on purpose.

TRUEODDS_FUZZ sets how many files the long run tries (CI 5,000; nightly 1,000,000).
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trueodds import load
from trueodds.columns.profile import profile_rows
from trueodds.errors import ModelFileError
from trueodds.model import Model, file, scorer
from trueodds.model.file import to_bytes
from trueodds.model.fixed import FixedLayer, FixedNetworks, Grid, Member
from trueodds.model.model import from_bytes

HERE = Path(__file__).parent
LONG = int(os.environ.get("TRUEODDS_FUZZ", "5000"))


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


def test_a_hundred_hostile_files() -> None:
    fuzz(100, seed=1)


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


def test_members_of_too_different_sizes_are_refused(model: Model) -> None:
    """3 MB of weights that would be padded to 2 × 30,000 × 20,000 numbers, 10 GB."""
    first = model.networks.members[0]
    inputs = first.sizes[0]
    wide = Member(first.fold, (layer(inputs, 30_000), layer(30_000, 1), layer(1, 1)))
    deep = Member(first.fold, (layer(inputs, 1), layer(1, 20_000), layer(20_000, 1)))
    grids = (Grid(4, 7),) * 3
    bomb = replace(model, networks=FixedNetworks("relu", grids, (wide, deep)))
    assert "differ too much" in refusal(to_bytes(bomb))


def test_a_header_of_millions_of_values_is_refused(model: Model) -> None:
    bomb = replace(model, notes=("",) * 2_100_000)
    assert "are allowed" in refusal(to_bytes(bomb))


def test_what_could_not_be_read_is_not_written(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.odds"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="does not fit into a file"):
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


def first(fields: dict[str, Any], kind: str) -> dict[str, Any]:
    """The first block of a kind."""
    return next(block for block in fields["encoder"]["blocks"] if block["kind"] == kind)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a negative slope": (lambda f: f["calibrator"].update(slope=-1.0), "calibrator"),
    "a shift of null": (lambda f: f["calibrator"].update(shift=None), "calibrator.shift"),
    "a huge shift": (lambda f: f["calibrator"].update(shift=-1.7e308), "calibrator"),
    "a target encoding of no column": (
        lambda f: f["rates"][0].__setitem__(0, "none"),
        "target encoding",
    ),
    "a name that is no text": (lambda f: f.update(target_name=3), "target_name"),
    "a format that is text": (lambda f: f.update(format="2"), "format"),
    "an unknown activation": (lambda f: f["networks"].update(activation="exec"), "activation"),
    "a fold too many": (lambda f: f["networks"]["folds"].__setitem__(0, 9), "no fold"),
    "half a bit": (lambda f: f["networks"]["grids"][0].update(bits=1.5), "bits"),
    "a date format of its own": (
        lambda f: f["schema"]["columns"][0].update(date_format="%Q%Q"),
        "impossible",
    ),
    "a level twice": (
        lambda f: f["schema"]["columns"][3]["levels"].__setitem__(0, "town 1"),
        "impossible",
    ),
    "two columns of one name": (
        lambda f: f["schema"]["columns"][0].update(name="town"),
        "same name",
    ),
    "an input beyond the block's": (
        lambda f: first(f, "levels")["slots"].__setitem__(0, 99),
        "fit",
    ),
    "an input before the block's": (
        lambda f: first(f, "levels")["slots"].__setitem__(0, -9),
        "fit",
    ),
    "a width of a billion": (lambda f: first(f, "levels").update(width=10**9), "inputs"),
    "a curve that turns back": (lambda f: first(f, "curve")["x"].reverse(), "fit"),
    "a scale of 0": (lambda f: first(f, "clipped_scale").update(scale=0.0), "fit"),
    "a derived column of text": (
        lambda f: f["encoder"]["derived"][0].update(columns=["town"]),
        "not derived from a date",
    ),
    "a profile of other columns": (lambda f: f["seen"]["columns"].pop(), "other columns"),
    "a profile that does not add up": (lambda f: f["seen"].update(rows=7), "does not fit"),
    "a code that is no level": (
        lambda f: f["seen"]["columns"][3]["codes"].__setitem__(0, 2**31 - 1),
        "does not fit",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_would_trip_a_row_is_refused_and_named(
    name: str, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, why = CHANGES[name]
    rows = [{c.name: None for c in model.schema.used}] * 3
    profile = profile_rows(model.read(rows), model.schema, model.log_odds(rows))
    written = file.json_text

    def changed(fields: dict[str, Any]) -> str:
        found = json.loads(written(fields))
        change(found)
        return json.dumps(found, separators=(",", ":"))

    assert from_bytes(to_bytes(replace(model, profile=profile))).profile == profile
    monkeypatch.setattr(file, "json_text", changed)
    assert re.search(why, refusal(to_bytes(replace(model, profile=profile))))


def test_wide_tables_are_scored_in_fewer_rows(
    monkeypatch: pytest.MonkeyPatch, model: Model
) -> None:
    """The bits are the same, and no block holds more inputs than `CELLS`."""
    rows = json.loads((HERE.parent / "golden" / "relu.json").read_text("utf-8"))
    cells = [row["cells"] for row in rows] * 4
    whole = model.log_odds(cells)
    monkeypatch.setattr(scorer, "CELLS", 20 * (model._scorer._inputs + 1))
    taken: list[int] = []
    encode = scorer.Scorer.encode
    monkeypatch.setattr(
        scorer.Scorer, "encode", lambda self, v: taken.append(v.rows) or encode(self, v)
    )
    assert model.log_odds(cells).tobytes() == whole.tobytes()
    assert max(taken) == 20
    assert sum(taken) == len(cells)
