"""Hostile model files: golden files changed in some places.

The checksum is made right again in most, so that the checks behind it are reached.
"""

import hashlib
import json
import random
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

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
