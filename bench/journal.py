"""The journal of the main job: one line a fit, by which a run that is started again goes on.

The lines of peers are kept between versions of trueodds, with their library's version, machine and
date; the losses of their rows are kept in one file beside the journal. A line of trueodds' own
counts only for the source that it was made with: these fits are always made anew.
"""

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import machine
import trueodds

Line = dict[str, Any]
Key = dict[str, Any]
Floats = NDArray[np.float64]
OURS = ("trueodds_quick", "trueodds", "trueodds_best")


@cache
def source() -> str:
    """Fingerprint of trueodds' own source, 12 hexadecimal digits."""
    folder = Path(trueodds.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def key_of(table: str, contender: str, fold: int, rows: int, threads: int) -> Key:
    """What a line must agree with to count: for trueodds its source, too."""
    key = {"table": table, "contender": contender, "fold": fold, "rows": rows, "threads": threads}
    return key | ({"source": source()} if contender in OURS else {})


def made_with() -> Line:
    """Date and processor that a line is told with; its process adds the library's versions."""
    return {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "cpu": machine.cpu_name()}


def read(path: Path) -> list[Line]:
    """Lines of earlier runs, oldest first."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def append(path: Path, line: Line) -> None:
    with path.open("a") as out:
        out.write(json.dumps(line) + "\n")


def find(lines: list[Line], key: Key) -> Line | None:
    """The newest line that agrees with the key; one without an error before one with."""
    found = [line for line in lines if all(line.get(name) == key[name] for name in key)]
    last = found[-1] if found else None
    return next((line for line in reversed(found) if "error" not in line), last)


class Losses:
    """Log-losses of held-out rows, float32: a file a fit, and a pack of the peers' that is kept."""

    def __init__(self, folder: Path, pack: Path) -> None:
        self.folder, self.pack = folder, pack
        folder.mkdir(exist_ok=True)
        self.packed: dict[str, NDArray[np.float32]] = {}
        if pack.exists():
            with np.load(pack) as file:
                self.packed = dict(file)

    @staticmethod
    def _name(key: Key) -> str:
        parts = ("table", "contender", "fold", "rows", "source")
        return "-".join(str(key[part]) for part in parts if part in key)

    def file(self, key: Key) -> Path:
        """Where one fit leaves the losses of its rows."""
        return self.folder / f"{self._name(key)}.npy"

    def get(self, key: Key) -> Floats | None:
        """Losses of one fit's rows, in the order of the table; None if they were not kept."""
        if self.file(key).exists():
            return np.asarray(np.load(self.file(key)), dtype=np.float64)
        found = self.packed.get(self._name(key))
        return None if found is None else found.astype(np.float64)

    def save(self, lines: list[Line]) -> None:
        """Add the losses of the peers' lines to the pack."""
        for line in lines:
            if line["contender"] not in OURS and self.file(line).exists():
                self.packed[self._name(line)] = np.load(self.file(line))
        ordered = {name: self.packed[name] for name in sorted(self.packed)}
        half = self.pack.with_suffix(".part.npz")
        np.savez_compressed(half, **ordered)
        half.replace(self.pack)
