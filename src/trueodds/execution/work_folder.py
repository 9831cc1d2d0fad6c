"""The work folder of a fit, beside the model: the next run goes on from what it holds."""

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
    kind_of,
    list_names,
    not_ours,
    other_files,
    real_folder,
    require_ours,
)

_MOST_CHANGES = 3
"""Most differences between two runs that a message names."""


@dataclass
class WorkFolder:
    """``.NAME.odds.work`` beside the output, locked by one run.

    It holds ``run.json`` (all that the members depend on), one file for each finished member, and
    the arrays that processes share. `remove` deletes it after a success. After a failure it stays
    if it holds a finished member.
    """

    path: Path
    checkpoints: Checkpoints
    folder: RealFolder
    notes: list[str] = field(default_factory=list)
    """What the folder held: damaged members, members of another run, files of others."""
    others: set[str] = field(default_factory=set)
    """Files of others that a note names already."""
    removed: bool = False

    @property
    def arrays(self) -> Path:
        """Folder of the arrays that processes share; it is emptied when the run ends."""
        try:
            self.folder.make_folder(ARRAYS)
        except OSError as error:
            raise _unwritable(self.path / ARRAYS, error) from None
        return self.path / ARRAYS

    @property
    def members(self) -> int:
        """Number of finished members in the folder."""
        return len(_members(self.path))

    def remove(self) -> None:
        """Delete all that fits have written, and the folder if it is empty then.

        Files of others stay. Then the folder and run.json stay too: run.json tells the next fit
        that this is a work folder.
        """
        if self.removed:
            return  # the next fit may already use the folder
        delete_arrays(self.folder)
        self.folder.delete_all(MEMBERS)
        self.folder.delete_all(PARTS)
        self.note_other_files()
        left = [name for name in self.folder.names() if name not in (RUN, LOCK)]
        if not left:
            self.folder.delete(RUN)
        # The lock goes last: the next fit starts when it is gone.
        self.removed = True
        self.folder.delete(LOCK)
        if not left and self.folder.same():
            with suppress(OSError):
                self.path.rmdir()

    def note_other_files(self) -> None:
        """Add a note about files of others, unless a note names them already."""
        found = [name for name in other_files(self.folder) if name not in self.others]
        if found:
            self.others.update(found)
            self.notes.append(
                f"{self.path} holds {list_names(found)}, which trueodds fit did not write: "
                f"{'it stays' if len(found) == 1 else 'they stay'}, and so does the folder"
            )


def work_path(out: Path) -> Path:
    """Return the path of the work folder of a fit to ``out``."""
    return out.with_name(f".{out.name}.work")


@contextmanager
def work_folder(out: Path, run: Mapping[str, Any]) -> Iterator[WorkFolder]:
    """Open and lock the work folder of a fit; it may hold members of an earlier, equal run.

    Parameters
    ----------
    out
        The model to be written.
    run
        All that the members depend on, by the names that a message uses.

    Raises
    ------
    TrueOddsError
        If another fit to ``out`` is under way, the folder is not ours, or it cannot be written.
    """
    path = work_path(out)
    text = json.dumps(run, indent=1, sort_keys=True)
    with ExitStack() as held:
        try:
            folder = _locked(path, out, held)
        except OSError as error:
            raise _unwritable(path, error) from None
        key = hashlib.sha256(text.encode()).hexdigest()
        work = WorkFolder(path, Checkpoints(path, key), folder)
        try:
            require_ours(folder)
        except OSError as error:
            raise _unwritable(path, error) from None
        try:
            try:
                _prepare(work, json.loads(text))
            except OSError as error:
                raise _unwritable(path, error) from None
            yield work
        finally:
            if work.members:
                delete_arrays(folder)
            else:
                work.remove()


def _prepare(work: WorkFolder, run: dict[str, Any]) -> None:
    """Keep the members of an equal run, delete those of any other run, and note which it was."""
    delete_arrays(work.folder)
    work.folder.delete_all(PARTS)
    work.note_other_files()
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
    text = json.dumps({**MADE_BY, "run": run}, indent=1, sort_keys=True)
    work.folder.write(RUN, text.encode())


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return in words what differs between two runs."""
    found = []
    for name in dict.fromkeys((*now, *before)):
        if before.get(name) == now.get(name):
            continue
        short = all(isinstance(run.get(name), int | str | None) for run in (before, now))
        if not short or len(f"{before.get(name)}{now.get(name)}") > 60:
            found.append(f"{name} has changed")
        else:
            found.append(f"{name} was {_in_words(before.get(name))}, is {_in_words(now.get(name))}")
    more = len(found) - _MOST_CHANGES
    return ", ".join(found[:_MOST_CHANGES]) + (f" and {more} more" if more > 0 else "")


def _in_words(value: Any) -> str:
    return "not given" if value is None else str(value)


def _members(path: Path) -> list[Path]:
    """Return the finished members, by name. It uses the path: the handle may be closed."""
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
    """Make the folder and lock it until ``held`` closes or the process ends."""
    while True:
        with suppress(FileExistsError):
            path.mkdir()
        # Until the lock is held, an earlier run may remove the folder: then try again.
        with suppress(FileNotFoundError), ExitStack() as trial:
            kind = kind_of(path.lstat())
            if kind != "folder":
                raise not_ours(path, f"it is a {kind}")
            folder = trial.enter_context(real_folder(path))
            require_ours(folder)
            handle = folder.open(LOCK, os.O_RDWR | os.O_CREAT)
            trial.callback(os.close, handle)
            if _hold(folder, handle, out):
                held.push(trial.pop_all())
                return folder


def _hold(folder: RealFolder, handle: int, out: Path) -> bool:
    """Lock the folder by its lock file; False if that file has been removed in between."""
    if not _try_lock(handle):
        holder = os.read(handle, 20).decode("ascii", "replace").strip()
        raise TrueOddsError(
            f"{out} is being made by another fit{f' (process {holder})' if holder else ''}: "
            "wait for it, or choose another name with --out"
        )
    if not os.path.samestat(os.fstat(handle), folder.state(LOCK)) or not folder.same():
        return False
    # A file that holds anything but a process number is not a lock file of ours.
    if not re.fullmatch(rb"[0-9]{0,20}\n?", os.read(handle, 32)):
        raise not_ours(folder.path, f'it holds "{LOCK}"')
    if os.fstat(handle).st_nlink > 1:  # another name leads to the same file: it is not written
        return True
    with suppress(OSError):  # the number is only for a message; the disk may be full
        os.truncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"{os.getpid()}\n".encode())
    return True


def _try_lock(handle: int) -> bool:
    """Whether this process now holds the lock; True where the system has no such locks."""
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
