"""The work folder beside a model that is being fitted: what a killed run leaves to the next one."""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueodds.errors import TrueOddsError
from trueodds.execution.checkpoints import Checkpoints, checked
from trueodds.execution.work_files import (
    ARRAYS,
    LOCK,
    MADE_BY,
    MEMBERS,
    PARTS,
    RUN,
    RealFolder,
    content,
    delete_arrays,
    foreign,
    listed,
    real_folder,
    require_ours,
    strangers,
    what_is,
)

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
    folder: RealFolder
    notes: list[str] = field(default_factory=list)
    """What was found in it: members to go on from, or why they could not be used, and files that
    are not ours."""
    strange: set[str] = field(default_factory=set)
    """Files of others that a note names."""
    removed: bool = False

    @property
    def arrays(self) -> Path:
        """Folder of the arrays that processes share; nothing in it outlives the run."""
        try:
            self.folder.make_folder(ARRAYS)
        except OSError as error:
            raise _unwritable(self.path / ARRAYS, error) from None
        return self.path / ARRAYS

    @property
    def members(self) -> int:
        """How many finished members are kept."""
        return len(_members(self.path))

    def remove(self) -> None:
        """Delete all that fits have written in it, and the folder when nothing else is there.

        A file of others stays, and so does the folder, with run.json: by that it is known as a
        work folder next time.
        """
        if self.removed:
            return  # the next fit may be at work there by now
        delete_arrays(self.folder)
        self.folder.delete_all(MEMBERS)
        self.folder.delete_all(PARTS)
        self.tell_strangers()
        left = [name for name in self.folder.names() if name not in (RUN, LOCK)]
        if not left:
            self.folder.delete(RUN)
        # Last, so that nobody begins here before all is gone.
        self.removed = True
        self.folder.delete(LOCK)
        if not left and self.folder.same():
            with suppress(OSError):
                self.path.rmdir()

    def tell_strangers(self) -> None:
        """Add a note about files of others that no note names yet."""
        found = [name for name in strangers(self.folder) if name not in self.strange]
        if found:
            self.strange.update(found)
            self.notes.append(
                f"{self.path} holds {listed(found)}, which trueodds fit did not write: "
                f"{'it stays' if len(found) == 1 else 'they stay'}, and so does the folder"
            )


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
        If another fit to ``out`` is under way, the folder is not ours, or it cannot be written.
    """
    path = work_path(out)
    told = json.dumps(run, indent=1, sort_keys=True)
    with ExitStack() as held:
        try:
            folder = _locked(path, out, held)
        except OSError as error:
            raise _unwritable(path, error) from None
        key = hashlib.sha256(told.encode()).hexdigest()
        work = WorkFolder(path, Checkpoints(path, key), folder)
        try:
            require_ours(folder)
            _prepare(work, json.loads(told))
        except OSError as error:
            work.remove()
            raise _unwritable(path, error) from None
        try:
            yield work
        finally:
            if work.members:
                delete_arrays(folder)
            else:
                work.remove()


def _prepare(work: WorkFolder, run: dict[str, Any]) -> None:
    """Keep the members of the same run, drop those of any other, and note which it was."""
    delete_arrays(work.folder)
    work.folder.delete_all(PARTS)
    work.tell_strangers()
    found = _members(work.path)
    before = _read_run(work.folder)
    if before == run:
        whole = [path for path in found if checked(path) is not None]
        lost = len(found) - len(whole)
        if lost:
            work.notes.append(
                f"{work.path}: {lost} finished member{' is' if lost == 1 else 's are'} damaged and "
                "will be trained again"
            )
        for path in set(found) - set(whole):
            work.folder.delete(path.name)
        return
    if found:
        why = "its run.json is damaged" if before is None else changes(before, run)
        work.notes.append(
            f"{work.path} holds {len(found)} finished member{'s' if len(found) > 1 else ''} of "
            f"another run: {why}; starting anew"
        )
    work.folder.delete_all(MEMBERS)
    told = json.dumps({**MADE_BY, "run": run}, indent=1, sort_keys=True)
    work.folder.write(RUN, told.encode())


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
    """Finished members, by name; by path, as this is asked after the folder was closed too."""
    with suppress(OSError), os.scandir(path) as entries:
        return sorted(
            path / entry.name
            for entry in entries
            if MEMBERS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        )
    return []


def _read_run(folder: RealFolder) -> dict[str, Any] | None:
    try:
        run = json.loads(content(folder, RUN))["run"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return run if isinstance(run, dict) else None


def _locked(path: Path, out: Path, held: ExitStack) -> RealFolder:
    """Make the folder and lock it until ``held`` closes, or the process ends."""
    while True:
        with suppress(FileExistsError):
            path.mkdir()
        # The run before may remove the folder at any moment until the lock is ours: look anew.
        with suppress(FileNotFoundError), ExitStack() as trial:
            kind = what_is(path.lstat())
            if kind != "folder":
                raise foreign(path, f"it is a {kind}")
            folder = trial.enter_context(real_folder(path))
            require_ours(folder)
            handle = folder.open(LOCK, os.O_RDWR | os.O_CREAT)
            trial.callback(os.close, handle)
            if _hold(folder, handle, out):
                held.push(trial.pop_all())
                return folder


def _hold(folder: RealFolder, handle: int, out: Path) -> bool:
    """Lock the folder by its lock file; False when that has been removed meanwhile."""
    if not _try_lock(handle):
        holder = os.read(handle, 20).decode("ascii", "replace").strip()
        raise TrueOddsError(
            f"{out} is being made by another fit{f' (process {holder})' if holder else ''}: "
            "wait for it, or choose another name with --out"
        )
    if not os.path.samestat(os.fstat(handle), folder.state(LOCK)) or not folder.same():
        return False
    # Another name of a file that is not ours, if it holds anything else.
    if not re.fullmatch(rb"[0-9]*\n?", os.read(handle, 32)):
        raise foreign(folder.path, f'it holds "{LOCK}"')
    with suppress(OSError):  # a courtesy: a full disk shall not stop us here
        os.truncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"{os.getpid()}\n".encode())
    return True


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
