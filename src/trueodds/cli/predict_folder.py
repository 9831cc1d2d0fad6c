"""``trueodds predict … --on``: a Ray cluster scores the files of a folder into another folder.

Each file is scored by one task, and written under its own name in the same place of the other
folder, as ``trueodds predict`` writes it alone. A file that is there already, and newer than its
input, is kept: so a run that was stopped goes on with the same command.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec

from trueodds.cli.console import note
from trueodds.cli.predict import Asked, print_notes, print_scored, require_columns
from trueodds.cli.ray_predict import FolderJob
from trueodds.errors import TableError, TrueOddsError, UsageError
from trueodds.execution.process import ChildProcess, Lines
from trueodds.execution.ray_address import lost, require_ray
from trueodds.execution.ray_run import PATIENCE
from trueodds.files import whole_file
from trueodds.launch import RAY_SCORER, command
from trueodds.machine import cores
from trueodds.model import load
from trueodds.model.monitor import OutOfRange
from trueodds.table import Source, writable_ending
from trueodds.table.anywhere import stream_parts
from trueodds.table.folder import Parts, find_parts
from trueodds.table.sources import fixed_folder

RUN = "_trueodds.json"
"""In the folder of scored files: what they were scored by. Readers of tables leave it out."""


def run_predict_folder(
    model_file: Path,
    new: Source,
    out: str | None,
    columns: tuple[str, ...],
    asked: Asked,
    on: str,
    *,
    as_json: bool,
) -> None:
    """Score the files of a folder that are not scored yet, and say what was found.

    Raises
    ------
    UsageError, TrueOddsError
        The files that were finished before are whole, and kept.
    """
    if out is None or not (new.kind == "pattern" or (new.kind == "path" and new.path.is_dir())):
        raise UsageError("--on scores a folder of files into another folder: give --out FOLDER")
    require_ray(on)
    new = replace(new, where=os.path.abspath(new.where))
    root = fixed_folder(new.where) if new.kind == "pattern" else new.path
    target = Path(os.path.abspath(out))
    if target.is_relative_to(root) or target.is_file():
        raise UsageError(f"--out: {out} must be a folder outside of {root}")
    model = load(model_file)
    asked.require(model)
    parts = find_parts(new)
    require_columns(stream_parts(Parts(parts.name, parts.parts[:1], ())).first, columns, asked)
    places = _places(parts, root, target)
    _require_same_run(target, model_file, columns, asked)
    left = {
        number: str(path) for number, path in places.items() if not _scored(parts, number, path)
    }
    kept = len(places) - len(left)
    if kept:
        note(f"{kept:,} of {len(places):,} files were scored before and are kept.")
    told: dict[str, Any] = {"rows": 0, "total": 0.0, "called": 0, "notes": [], "out_of_range": []}
    if left:
        job = FolderJob(os.path.abspath(model_file), new, left, columns, asked)
        told = _told(job, on)
    _remove_parts(places)
    found = msgspec.convert(told["out_of_range"], tuple[OutOfRange, ...])
    print_notes(told["notes"], found)
    rows = told["rows"]
    mean = told["total"] / rows if rows else None
    called = told["called"] if asked.decide else None
    files = len(left), kept
    print_scored(model, out, rows, mean, called, told["notes"], found, as_json=as_json, files=files)


def _places(parts: Parts, root: Path, target: Path) -> dict[int, Path]:
    """Where each file is written."""
    places = {}
    for number, part in enumerate(parts.parts):
        places[number] = target / part.file.path.relative_to(root)
        try:
            writable_ending(places[number])
        except TableError as error:
            raise UsageError(f"--out: {error}") from None
    return places


def _scored(parts: Parts, number: int, path: Path) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime_ns > parts.parts[number].file.path.stat().st_mtime_ns
    return False


def _require_same_run(
    target: Path, model_file: Path, columns: tuple[str, ...], asked: Asked
) -> None:
    """Make the folder, and say in it how its files are scored; raise if they were otherwise."""
    run = {
        "made by": "trueodds predict",
        "model_sha256": hashlib.sha256(model_file.read_bytes()).hexdigest(),
        "columns": list(columns),
        "asked": asdict(asked),
    }
    text = json.dumps(run, indent=1)
    try:
        target.mkdir(parents=True, exist_ok=True)
        if (target / RUN).is_file():
            if json.loads((target / RUN).read_text(encoding="utf-8")) != json.loads(text):
                raise TrueOddsError(
                    f"--out: {target} holds rows that another model or other options scored; "
                    "choose another folder, or delete that one"
                )
        elif any(target.iterdir()):
            raise TrueOddsError(
                f"--out: {target} holds other files; choose a folder that is new or empty"
            )
        else:
            with whole_file(target / RUN) as file:
                file.write(text.encode())
    except (OSError, ValueError) as error:
        if isinstance(error, TrueOddsError):
            raise
        raise TrueOddsError(f"--out: {target} cannot be used: {error}") from None


def _told(job: FolderJob, on: str) -> dict[str, Any]:
    """Have the files scored, and return what the driver says at the end."""
    lines: Lines = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="trueodds-", ignore_cleanup_errors=True) as name:
        words = [*command(RAY_SCORER), on, str(cores()), name]
        log, told = Path(name) / "driver.log", f"scoring on Ray ({on})"
        driver = ChildProcess(words, log, told, lines, lost(on))
        patience = 0.0
        try:
            driver.send(msgspec.json.encode(job).decode() + "\n")
            while True:
                _, line = lines.get()
                if not line:
                    raise driver.ended_early()
                found: dict[str, Any] = json.loads(line)
                if "failed" in found:
                    raise TrueOddsError(f"{found['failed']} (the files scored until now are kept)")
                if "rows" in found:
                    patience = PATIENCE
                    return found
        finally:
            driver.end(patience)


def _remove_parts(places: dict[int, Path]) -> None:
    """Delete what killed workers have left under temporary names."""
    for folder in {path.parent for path in places.values()}:
        names = {path.name for path in places.values() if path.parent == folder}
        for left in folder.glob(".*.part"):
            if left.name[1:].rsplit(".", 2)[0] in names:
                left.unlink(missing_ok=True)
