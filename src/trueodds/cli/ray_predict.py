"""A process that is the driver of a Ray cluster: it has the files of a folder scored as tasks.

`trueodds.cli.predict_folder` starts it. It reads a `FolderJob` (one line of JSON) from standard
input. It writes a JSON line for each finished file, and one at the end.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from trueodds.cli.predict import Asked, Tally
from trueodds.errors import TableError
from trueodds.execution.ray_talk import RETRIES, driving, input_lines, parent_writer
from trueodds.model import Model
from trueodds.model.model import from_bytes
from trueodds.model.monitor import Monitor
from trueodds.table import Source, write_stream
from trueodds.table.anywhere import stream_parts
from trueodds.table.folder import Parts, find_parts

PAUSE = 0.5
"""Seconds between two looks at the input."""

Part = tuple[Tally, Monitor, tuple[str, ...]]
"""Counts of a file, and what was remarked when it was read and written."""


class FolderJob(msgspec.Struct):
    """What is scored, by absolute paths that every node knows."""

    model: str
    source: Source
    files: dict[int, str]
    """For each file, by its number in the folder, where it is written with its probabilities."""
    columns: tuple[str, ...]
    asked: Asked


def score_file(raw: bytes, parts: Parts, out: str, job: FolderJob) -> Part:
    """Score one file, and write it under a temporary name that becomes ``out``."""
    model = _model(raw)
    table = stream_parts(parts)
    tally, monitor = Tally(), Monitor(model.schema, model.profile)
    scored = tally.scored(model, table, monitor, job.asked)
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TableError(f"{out} cannot be written: {error.strerror}") from None
    wrote = write_stream(table.first, scored, out, job.columns, job.asked.names())
    return tally, monitor, (*table.first.notes, *wrote)


@lru_cache(1)
def _model(raw: bytes) -> Model:
    """The model, which a process reads once."""
    return from_bytes(raw)


def main(on: str, cpus: str, folder: str) -> None:
    """Score until all files are done or the input ends.

    Parameters
    ----------
    on, cpus, folder
        See `trueodds.execution.ray_talk.driving`.
    """
    write = parent_writer()
    lines = input_lines()
    job = msgspec.json.decode(lines.get(), type=FolderJob)
    raw = Path(job.model).read_bytes()
    parts = find_parts(job.source)
    model = _model(raw)
    tally, monitor = Tally(), Monitor(model.schema, model.profile)
    notes: dict[str, None] = dict.fromkeys(parts.notes)
    made: dict[int, Part] = {}
    with driving(on, int(cpus), Path(folder), len(raw), write) as ray:
        score = ray.remote(num_cpus=1, max_retries=RETRIES)(score_file)
        given = ray.put(raw)
        pending: dict[Any, int] = {}
        for number, out in job.files.items():
            one = Parts(parts.name, (parts.parts[number],), ())
            pending[score.remote(given, one, out, job)] = number
        while pending:
            for done in ray.wait(list(pending), timeout=PAUSE)[0]:
                made[pending[done]] = ray.get(done)
                write({"file": job.files[pending.pop(done)]})
            if not lines.empty():
                return
        for number in job.files:
            tally.add(made[number][0])
            monitor.add(made[number][1])
            notes |= dict.fromkeys(made[number][2])
        write(
            {
                "rows": tally.rows,
                "total": tally.total,
                "called": tally.called,
                "notes": [*notes, *tally.notes(model)],
                "out_of_range": msgspec.to_builtins(monitor.out_of_range()),
            }
        )
