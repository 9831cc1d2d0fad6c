"""The work folder beside a model that is being fitted: what a killed run leaves to the next one."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueodds.errors import TrueOddsError
from trueodds.files import whole_file
from trueodds.training.checkpoints import Checkpoints, checked

_RUN = "run.json"
_LOCK = "lock"
_ARRAYS = "arrays"
_MOST_CHANGES = 3
"""Differences between two runs that a message names."""


@dataclass
class WorkFolder:
    """``.NAME.odds.work`` beside the output, locked by one run.

    It holds ``run.json`` (all that the members depend on), a file a finished member and the arrays
    that processes share. `remove` it at success; after a failure it stays when a member is in it.
    """

    path: Path
    checkpoints: Checkpoints
    notes: list[str] = field(default_factory=list)
    """What was found in it: members to go on from, or why they could not be used."""

    @property
    def arrays(self) -> Path:
        """Folder of the arrays that processes share; nothing in it outlives the run."""
        folder = self.path / _ARRAYS
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def members(self) -> int:
        """How many finished members are kept."""
        return len(_members(self.path))

    def remove(self) -> None:
        """Take it away with all that is in it."""
        for entry in list(self.path.iterdir()) if self.path.is_dir() else []:
            if entry.name != _LOCK:
                _delete(entry)
        # Last, so that nobody begins here before all is gone.
        with suppress(OSError):
            (self.path / _LOCK).unlink()
        with suppress(OSError):
            self.path.rmdir()


def work_path(out: Path) -> Path:
    """Where the work files of a fit to ``out`` lie."""
    return out.with_name(f".{out.name}.work")


@contextmanager
def work_folder(out: Path, run: Mapping[str, Any]) -> Iterator[WorkFolder]:
    """Open the work folder of a fit, with what an earlier run of the same kind left in it.

    Parameters
    ----------
    out
        The model to be written.
    run
        By name, in words fit for a message, all that the members depend on.

    Raises
    ------
    TrueOddsError
        If another fit to ``out`` is under way, or the folder cannot be written.
    """
    path = work_path(out)
    told = json.dumps(run, indent=1, sort_keys=True)
    try:
        lock = _locked(path, out)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        work = WorkFolder(path, Checkpoints(path, hashlib.sha256(told.encode()).hexdigest()))
        try:
            _prepare(work, json.loads(told), told)
        except OSError as error:
            work.remove()
            raise _unwritable(path, error) from None
        try:
            yield work
        finally:
            if work.members:
                _delete(path / _ARRAYS)
            else:
                work.remove()
    finally:
        os.close(lock)


def _prepare(work: WorkFolder, run: dict[str, Any], told: str) -> None:
    """Keep the members of the same run, drop those of any other, and note which it was."""
    for entry in work.path.iterdir():
        if entry.name.endswith(".part") or entry.name == _ARRAYS:
            _delete(entry)
    found = _members(work.path)
    before = _read_run(work.path / _RUN)
    if before == run:
        whole = [path for path in found if checked(path) is not None]
        lost = len(found) - len(whole)
        if lost:
            work.notes.append(
                f"{work.path}: {lost} finished member{' is' if lost == 1 else 's are'} damaged and "
                "will be trained again"
            )
        for path in set(found) - set(whole):
            _delete(path)
        return
    if found:
        why = "its run.json is damaged" if before is None else changes(before, run)
        work.notes.append(
            f"{work.path} holds {len(found)} finished member{'s' if len(found) > 1 else ''} of "
            f"another run: {why}; starting anew"
        )
    for path in found:
        _delete(path)
    with whole_file(work.path / _RUN) as file:
        file.write(told.encode())


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say in words what differs between two runs."""
    told = []
    for name in dict.fromkeys((*now, *before)):
        if before.get(name) == now.get(name):
            continue
        short = all(isinstance(run.get(name), int | str | None) for run in (before, now))
        if not short or len(f"{before.get(name)}{now.get(name)}") > 60:
            told.append(f"{name} has changed")
        else:
            told.append(f"{name} was {_spoken(before.get(name))}, is {_spoken(now.get(name))}")
    more = len(told) - _MOST_CHANGES
    return ", ".join(told[:_MOST_CHANGES]) + (f" and {more} more" if more > 0 else "")


def _spoken(value: Any) -> str:
    return "not given" if value is None else str(value)


def _members(path: Path) -> list[Path]:
    return sorted(entry for entry in path.glob("member-*") if entry.is_file())


def _read_run(path: Path) -> dict[str, Any] | None:
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return run if isinstance(run, dict) else None


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _locked(path: Path, out: Path) -> int:
    """Make the folder and lock it until the returned handle is closed, or the process ends."""
    while True:
        try:
            path.mkdir(exist_ok=True)
        except FileExistsError:
            # One look: between two, another run may remove the folder and a third make it anew.
            with suppress(FileNotFoundError):
                if not stat.S_ISDIR(path.lstat().st_mode):
                    raise
            continue  # the run before removed the folder just now
        try:
            handle = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # the run before removed the folder just now
            continue
        if not _try_lock(handle):
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise TrueOddsError(
                f"{out} is being made by another fit{f' (process {holder})' if holder else ''}: "
                "wait for it, or choose another name with --out"
            )
        try:
            same = os.path.samestat(os.fstat(handle), os.stat(path / _LOCK))
        except FileNotFoundError:
            same = False
        if same:
            with suppress(OSError):  # a courtesy: a full disk shall not stop us here
                os.truncate(handle, 0)
                os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            return handle
        os.close(handle)


def _try_lock(handle: int) -> bool:
    """Whether this process now holds the lock; always so where the system has no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _unwritable(path: Path, error: OSError) -> TrueOddsError:
    return TrueOddsError(
        f"the work folder {path} cannot be written: {error.strerror or error}; free some space or "
        "choose another place with --out"
    )
