"""Feeds hostile model files to the reader: python tests/model/fuzz.py COUNT [SEED]

`hostile.py` makes the files. A file must be refused with one ModelFileError, or score any row, tell
what it holds, and be written again. The address space is limited to MEGABYTES more than at the
start, and each file to SECONDS. Prints one JSON line; any other outcome ends with the file's bytes
in a .odds file and a traceback.
"""

import io
import json
import random
import resource
import signal
import sys
import tempfile
import traceback
import zlib
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hostile import changed

from trueodds.cli.inspect import inspect_json, print_model
from trueodds.cli.layers import print_layers
from trueodds.columns.profile import profile_rows
from trueodds.columns.roles import RoleColumns
from trueodds.columns.sketch import row_hashes, sketch_rows
from trueodds.ensemble.bounds import Bounds
from trueodds.errors import ModelFileError
from trueodds.evaluation.costs import Costs
from trueodds.health.cures import Change, Treatment
from trueodds.health.health_record import HealthRecord, Snapshot
from trueodds.health.measure import DENSITY_BINS
from trueodds.health.state import LayerState
from trueodds.json_text import json_text
from trueodds.model import Model, load
from trueodds.model.background import background_rows
from trueodds.model.drift import drift
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes
from trueodds.model.monitor import Monitor
from trueodds.model.overlap import overlap
from trueodds.report.health_figures import health_figures

MEGABYTES = 200
SECONDS = 20
GOLDEN = Path(__file__).parents[1] / "golden"


CELLS = [
    None, "", "NA", "x", "0", 0.0, -1.5, 1e308, -1e308, 5e-324, float("nan"), float("inf"),
    float("-inf"), "1e999", "2020-02-29", "0001-01-01 00:00:00", "9999-12-31", True, 10**30, "\0",
]  # fmt: skip


def use(model: Model, rng: random.Random) -> None:
    """All that one does with a model: score rows and a row, inspect, write."""
    rows = []
    for _ in range(6):
        row: dict[str, Any] = {}
        for column in model.schema.used:
            known = rng.choice(column.levels) if column.levels and rng.random() < 0.5 else None
            row[column.name] = rng.choice(CELLS) if known is None else known
        rows.append(row)
    probability = model.predict(rows)
    assert probability.shape == (6,)
    assert ((probability > 0.0) & (probability < 1.0)).all(), probability
    values = model.read(rows)
    assert np.isfinite(model.log_odds_of(values)).all()
    if model.schema.used:
        assert model.predict(rows[0])[0] == probability[0]
    monitor = Monitor(model.schema, model.profile)
    monitor.update(values)
    monitor.out_of_range()
    if model.sketch is not None:
        labels = np.zeros(len(rows), dtype=np.uint8)
        assert 0.0 <= overlap(model.sketch, row_hashes(values, model.schema, labels)).seen <= 1.0
    if model.profile is not None:
        drift(model, values, model.log_odds_of(values))
    if model.costs is not None:
        assert model.calls(rows).shape == (6,)
    if model.bounds is not None:
        lower, upper = model.interval(rows)
        assert ((lower >= 0.0) & (lower <= upper) & (upper <= 1.0)).all(), (lower, upper)
    if model.background is not None:
        found = model.explain(rows[:1])
        assert np.isfinite(found.values).all()
        found.reasons(0)
    with redirect_stdout(io.StringIO()):
        print_model(SEED_PATH, model)
        print_layers(model)
        json_text(inspect_json(SEED_PATH, model))
    again = to_bytes(model)
    assert to_bytes(from_bytes(again)) == again
    if zlib.crc32(again) % 16 == 0:  # charts take ten times as long as all the rest
        health_figures(model.record)


SEED_PATH = sorted(GOLDEN.glob("*.odds"))[0]


def seed_of(path: Path) -> bytes:
    """A golden file with every optional part."""
    model = load(path)
    cells = [row["cells"] for row in json.loads(path.with_suffix(".json").read_text("utf-8"))]
    profile = profile_rows(model.read(cells), model.schema, model.log_odds(cells))
    values = model.read(cells)
    sketch = sketch_rows(values, model.schema, np.zeros(len(cells), dtype=np.uint8))
    sketch = replace(sketch, rows=model.schema.rows, complete=False)
    treatment = Treatment((Change("learning_rate", 0.1, 0.01, "dead units"),), 0.6, 0.5, True)
    members = tuple(
        replace(member, health=health_of(model.networks.activation), treatments=(treatment,))
        for member in model.record.members
    )
    record = replace(model.record, members=members, treatments=(treatment,))
    roles = RoleColumns(weight="wt", group="")
    return to_bytes(
        replace(
            model,
            profile=profile,
            record=record,
            roles=roles,
            sketch=sketch,
            costs=Costs(1.0, 5.0),
            bounds=Bounds((-1.0, 0.5, 2.0), (0.0, 0.3, 0.4), (0.2, 0.8, 0.9)),
            background=background_rows(values, model.log_odds(cells)),
        )
    )


def health_of(activation: str) -> HealthRecord:
    """What two layers did, in short."""
    state = LayerState(1, 0.1, 1.0, 0.2, 0.0, 0.1, 1e-3, 0.5, 0.3, 1e-3, 0.2, 1e-3)
    return HealthRecord.of(
        [Snapshot(step, 0.6, (state, replace(state, layer=2))) for step in (0, 10, 20)],
        names=("layer 1", "layer 2"),
        activations=(activation,) * 2,
        steps=20,
        base_loss=0.69,
        train_loss=(0.6, 0.5),
        held_out_loss=(0.6, 0.55),
        densities=((0,) * (DENSITY_BINS - 1) + (1000,),) * 2,
    )


def hang(*_: object) -> None:
    raise TimeoutError(f"a file took more than {SECONDS} seconds")


def main(count: int, seed: int) -> None:
    rng = random.Random(seed)
    seeds = [seed_of(path) for path in sorted(GOLDEN.glob("*.odds"))]
    for data in seeds:  # everything is imported and every pool has started
        use(from_bytes(data), rng)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = held + MEGABYTES * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.signal(signal.SIGALRM, hang)
    refused = scored = 0
    folder = Path(tempfile.mkdtemp(prefix="fuzz."))
    for number in range(count):
        data = changed(seeds, rng)
        signal.alarm(SECONDS)
        try:
            if number % 100 == 0:
                path = folder / "stranger.odds"
                path.write_bytes(data)
                model = load(path)
            else:
                model = from_bytes(data)
            use(model, rng)
            scored += 1
        except ModelFileError as error:
            refused += 1
            told = str(error)
            assert "\n" not in told, told
            assert len(told) < 500, told
        except BaseException:
            bad = folder / f"bad-{seed}-{number}.odds"
            bad.write_bytes(data)
            traceback.print_exc()
            sys.exit(f"file {number} of seed {seed}: see {bad}")
        finally:
            signal.alarm(0)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"files": count, "refused": refused, "scored": scored, "grown_mb": grown}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
