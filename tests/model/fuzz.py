"""Feeds hostile model files to the reader: python tests/model/fuzz.py COUNT [SEED]

Each is a golden file changed in some places: the checksum is made right again in most, so that what
lies behind it is reached. A file must be refused with one ModelFileError, or score any row, tell
what it holds, and be written again. The address space is limited to MEGABYTES more than at the
start, and each file to SECONDS. Prints one JSON line; any other outcome ends with the file's bytes
in a .odds file and a traceback.
"""

import hashlib
import io
import json
import random
import re
import resource
import signal
import struct
import sys
import tempfile
import traceback
import zlib
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

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
NUMPY = {"I16": "<i2", "I64": "<i8", "F32": "<f4"}
SIZES = {"I16": 2, "I64": 8, "F32": 4, "F64": 8, "BF16": 2, "U8": 1, "I8": 1, "BOOL": 1}
NAMES = {"I16": "int16", "I64": "int64", "F32": "float32"}

Entry = tuple[str, list[Any], bytes]
"""dtype, shape, bytes."""


RAW = re.compile('"@@(.*?)@@"')


def dumped(value: Any) -> str:
    """JSON, with words between @@ as they are: NaN, 1e999, ten thousand digits."""
    return RAW.sub(r"\1", json.dumps(value, separators=(",", ":")))


DEEP = (
    *("schema", "encoder", "networks", "record", "scores", "layers", "calibrator", "seen"),
    *("roles", "sketch"),
)
HOSTILE: list[Callable[[random.Random], Any]] = [
    lambda r: None,
    lambda r: r.choice([True, False]),
    lambda r: r.choice([-1, 0, 1, 2, 3, 255, 2**15, 2**31 - 1, 2**31, 2**53, 2**63, 2**64]),
    lambda r: -(2 ** r.randrange(1, 80)),
    lambda r: r.choice([0.0, -0.0, 0.5, 1e-320, 5e-324, 1e300, 1.79e308, -1.79e308]),
    lambda r: f"@@{r.choice(['NaN', 'Infinity', '-Infinity', '1e999', '-1e999', '1' * 5000])}@@",
    lambda r: r.choice(["", "x", "\0", "\ud800", "a\nb", "\u202e", "number", "relu", "9" * 400]),
    lambda r: r.choice([[], {}, [[]], [{}], [None], {"a": []}, [0] * 3000, [[0, 1]] * 50]),
    lambda r: json.loads("[" * 300 + "]" * 300),
]


def taken_apart(data: bytes) -> tuple[dict[str, Any], dict[str, Entry]]:
    (size,) = struct.unpack("<Q", data[:8])
    outside = json.loads(data[8 : 8 + size])
    header = json.loads(outside.pop("__metadata__")["trueodds"])
    body = data[8 + size :]
    entries = {
        name: (e["dtype"], e["shape"], body[e["data_offsets"][0] : e["data_offsets"][1]])
        for name, e in outside.items()
    }
    return header, entries


def put_together(
    header: Any, entries: dict[str, Entry], rng: random.Random, *, outside_changed: bool
) -> bytes:
    """A file with a right checksum."""
    if isinstance(header, dict):
        header.pop("sha256", None)
        rest = dumped(header)[1:]
    else:
        rest = dumped(header)
    digest = hashlib.sha256(rest.encode())
    for name in sorted(entries):
        dtype, shape, content = entries[name]
        told = "x".join(map(str, shape))
        digest.update(f"\n{name} {NAMES.get(dtype, dtype)} {told}\n".encode())
        digest.update(content)
    text = f'{{"sha256":"{digest.hexdigest()}",{rest}'
    outside: dict[str, Any] = {"__metadata__": {"trueodds": text}}
    at = 0
    for name, (dtype, shape, content) in entries.items():
        outside[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(content)]}
        at += len(content)
    if outside_changed:
        change_json(outside, rng)
    told_outside = dumped(outside).encode()
    return (
        struct.pack("<Q", len(told_outside))
        + told_outside
        + b"".join(content for _, _, content in entries.values())
    )


def change_json(tree: Any, rng: random.Random) -> None:
    """Change one place, deep or shallow."""
    if isinstance(tree, dict) and rng.random() < 0.6:
        # Where there is most to get wrong.
        deep = [name for name in DEEP if isinstance(tree.get(name), dict | list)]
        tree = tree[rng.choice(deep)] if deep else tree
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = rng.choice(keys)
        value = tree[key]
        if isinstance(value, dict | list) and value and rng.random() < 0.85:
            tree = value
            continue
        match rng.randrange(12):
            case 0:
                del tree[key]
            case 1 | 5 | 6 | 7 | 8 if isinstance(value, int | float) and not isinstance(
                value, bool
            ):
                tree[key] = rng.choice([value + 1, value - 1, -value, value * 1000, value * 0.5])
            case 2 | 5 | 6 if isinstance(value, str):
                tree[key] = rng.choice(
                    [value * 2, value[:-1], value.upper(), value + "\0", value + "\n\x1b[2J"]
                )
            case 3 if isinstance(tree, list):
                tree.extend([value] * rng.choice([1, 2, 50]))
            case 4 if isinstance(tree, dict):
                other = rng.choice(keys)
                tree[key], tree[other] = tree[other], tree[key]
            case _:
                tree[key] = rng.choice(HOSTILE)(rng)
        return


def change_array(entries: dict[str, Entry], rng: random.Random) -> None:
    name = rng.choice(list(entries))
    dtype, shape, content = entries[name]
    match rng.randrange(9):
        case 0:
            dtype = rng.choice(list(SIZES))
        case 1:
            shape = rng.choice(
                [shape[::-1], [*shape, 1], shape[:-1], [0], [1, *shape], [2**40, 2**40], [-1, -1]]
            )
        case 2:
            content = content[: rng.randrange(len(content) + 1)]
        case 3:
            content = content + bytes(rng.randrange(1, 9))
        case 4:
            del entries[name]
            return
        case 5:
            del entries[name]
            name = rng.choice([name + "0", "", "weights/0/9", "rates/0/0", "__metadata_"])
        case 6:
            array = None
            if dtype in NUMPY:
                content = content[: len(content) // SIZES[dtype] * SIZES[dtype]]
                array = np.frombuffer(content, NUMPY[dtype]).copy()
            if array is not None and array.size:
                info = [0, 1, -1]
                if dtype == "F32":
                    array[rng.randrange(array.size)] = rng.choice(
                        [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45]
                    )
                else:
                    info += [np.iinfo(array.dtype).max, np.iinfo(array.dtype).min]
                    place = rng.choice([slice(None), rng.randrange(array.size)])
                    array[place] = rng.choice(info)
                content = array.tobytes()
        case 7:
            content = rng.randbytes(len(content))
        case 8:
            # A smaller or larger array that is whole in itself.
            size = SIZES.get(dtype, 1)
            shape = [rng.choice([1, 2, 5, 40]) for _ in shape]
            content = rng.randbytes(size * int(np.prod(shape)))
    entries[name] = (dtype, shape, content)


def change_bytes(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    match rng.randrange(5):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        case 2:
            return data[:at] + rng.randbytes(rng.randrange(1, 20)) + data[at:]
        case 3:
            return data[:at] + rng.choice(others)[at:]
        case _:
            length = rng.choice([0, 1, 2**31, 2**62, 2**64 - 1, len(data), rng.randrange(10**5)])
            return struct.pack("<Q", length) + data[8:]


def changed(seeds: list[bytes], rng: random.Random) -> bytes:
    data = rng.choice(seeds)
    way = rng.random()
    if way < 0.15:
        return change_bytes(data, seeds, rng)
    header, entries = taken_apart(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if way < 0.70:
            change_json(header, rng)
        elif entries:
            change_array(entries, rng)
    return put_together(header, entries, rng, outside_changed=way > 0.95)


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
    assert np.isfinite(model.log_odds(rows)).all()
    if model.schema.used:
        assert model.predict(rows[0])[0] == probability[0]
    values = model.read(rows)
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
