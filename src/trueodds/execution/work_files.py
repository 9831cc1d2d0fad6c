"""The files of a work folder: which names a fit writes there, and how it deletes them.

Nothing but these names is ever deleted, and no symbolic link is followed: where the system allows
it, a folder is reached through an open handle, so that a link put in its place later leads nowhere.
"""

import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from trueodds.errors import TrueOddsError

ARRAYS = "arrays"
"""The folder, within a work folder, of the files that processes share."""
LOCK = "lock"
RUN = "run.json"
_MEMBER = "member-[0-9a-f]{8}-[0-9]+-[0-9]+-[0-9]+"

MEMBERS = re.compile(_MEMBER)
"""Finished members, see `trueodds.execution.checkpoints`."""
PARTS = re.compile(
    # A name that somebody chose may hold any character, line ends too.
    rf"\.(?:run\.json|{_MEMBER}|(?s:.+)\.(?i:odds|html?))\.[0-9a-f]{{8}}\.part"
)
"""What `trueodds.files.whole_file` writes on the way to a member, run.json, model and report."""
SHARED = re.compile(
    r"(?:shared|y|weight|folds|fold_features[0-9]+|column[0-9]+)\.npy|job\.json"
    r"|worker[0-9]+\.log|table[0-9]+\.arrow"
)
"""Files in the folder of arrays, see `trueodds.training.data`, `.store`, `.pool` and
`trueodds.table.mapped`."""

MADE_BY = {"made by": "trueodds fit"}
_HEAD = json.dumps(MADE_BY, indent=1)[:-2].encode() + b","
"""How every run.json of ours begins; by it a folder is known as a work folder."""
_MOST_NAMES = 3
"""Files that a message names."""
_BY_HANDLE = (
    {os.open, os.stat, os.unlink, os.mkdir, os.rmdir, os.rename} <= os.supports_dir_fd
    and os.listdir in os.supports_fd
    and hasattr(os, "O_DIRECTORY")
    and hasattr(os, "O_NOFOLLOW")
)
_BINARY = getattr(os, "O_BINARY", 0)
_JUNCTION = 0xA0000003
"""How Windows marks a folder that stands for another one (IO_REPARSE_TAG_MOUNT_POINT)."""


def what_is(found: os.stat_result) -> str:
    """Say what an entry is, by its own state: "file", "folder", "symbolic link", ….

    ``found`` comes from `os.lstat`, which does not follow links.
    """
    if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION:
        return "symbolic link"
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(found.st_mode) else "special file"


@dataclass
class RealFolder:
    """A folder that is no link. ``handle`` is None where a system has no handles of folders."""

    path: Path
    handle: int | None

    def same(self) -> bool:
        """Whether the path still leads to this folder."""
        try:
            found = self.path.lstat()
        except OSError:
            return False
        if self.handle is None:
            return what_is(found) == "folder"
        return os.path.samestat(found, os.fstat(self.handle))

    def names(self) -> list[str]:
        """What is in it, in text order; empty when the folder is gone."""
        with suppress(FileNotFoundError):
            return sorted(os.listdir(self.path if self.handle is None else self.handle))
        return []

    def state(self, name: str) -> os.stat_result:
        """The entry's own state; raises FileNotFoundError."""
        return os.stat(self._at(name), dir_fd=self.handle, follow_symlinks=False)

    def what(self, name: str) -> str:
        """What an entry is, see `what_is`; empty when there is none."""
        try:
            return what_is(self.state(name))
        except FileNotFoundError:
            return ""

    def open(self, name: str, flags: int) -> int:
        """Open a file, never through a link; raises OSError."""
        if not hasattr(os, "O_NOFOLLOW") and self.what(name) == "symbolic link":
            raise OSError(f"{self.path / name} is a symbolic link")
        # A pipe of that name would wait for its other end.
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        return os.open(self._at(name), flags, 0o666, dir_fd=self.handle)

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all, never through a link; raises OSError."""
        part = f".{name}.{secrets.token_hex(4)}.part"
        try:
            handle = self.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY)
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(
                self._at(part), self._at(name), src_dir_fd=self.handle, dst_dir_fd=self.handle
            )
        finally:
            self.delete(part)

    def delete(self, name: str) -> None:
        """Delete a plain file, if that can be done; anything else of that name stays."""
        with suppress(OSError):
            if self.what(name) == "file":
                os.unlink(self._at(name), dir_fd=self.handle)

    def delete_all(self, names: re.Pattern[str]) -> None:
        """Delete the plain files with such names, as far as that can be done."""
        for name in self.names():
            if names.fullmatch(name):
                self.delete(name)

    def make_folder(self, name: str) -> None:
        """Make a folder in it unless there is one; raises OSError, also for a link of that name."""
        try:
            os.mkdir(self._at(name), dir_fd=self.handle)
        except FileExistsError:
            if self.what(name) != "folder":
                raise

    def delete_folder(self, name: str) -> None:
        """Delete a folder in it when that is empty."""
        with suppress(OSError):
            os.rmdir(self._at(name), dir_fd=self.handle)

    def _at(self, name: str) -> Path:
        return self.path / name if self.handle is None else Path(name)


@contextmanager
def real_folder(path: Path, within: RealFolder | None = None) -> Iterator[RealFolder]:
    """Open a folder, or one of its folders (``within``, then ``path`` is a name), but no link.

    Raises
    ------
    NotADirectoryError
        If it is a link or no folder.
    OSError
        If it is not there or cannot be read.
    """
    place = path if within is None else within.path / path
    at, above = (place, None) if within is None or within.handle is None else (path, within.handle)
    if what_is(os.stat(at, dir_fd=above, follow_symlinks=False)) != "folder":
        raise NotADirectoryError(f"{place} is no folder")
    if not _BY_HANDLE:
        yield RealFolder(place, None)
        return
    handle = os.open(at, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
    try:
        yield RealFolder(place, handle)
    finally:
        os.close(handle)


def _is_name_of_ours(name: str) -> bool:
    return name in (LOCK, RUN) or bool(MEMBERS.fullmatch(name) or PARTS.fullmatch(name))


def strangers(folder: RealFolder) -> list[str]:
    """Entries of a work folder, by their path in it, that no fit writes."""
    found = [name for name in folder.names() if name != ARRAYS and not _is_name_of_ours(name)]
    if folder.what(ARRAYS) == "folder":
        with suppress(FileNotFoundError), real_folder(Path(ARRAYS), folder) as arrays:
            found += [f"{ARRAYS}/{name}" for name in arrays.names() if not SHARED.fullmatch(name)]
    return found


def changed(folder: RealFolder) -> str:
    """Say which entry with a name of ours is no plain file (``arrays``: no folder); empty if none.

    A fit makes no links: one that is there was put there for a reason that a fit cannot know.
    """
    for name in folder.names():
        if _is_name_of_ours(name):
            kind = folder.what(name)
            if kind not in ("file", ""):
                return f'"{name}" in it is a {kind}'
    if folder.what(ARRAYS) not in ("folder", ""):
        return f'"{ARRAYS}" in it is a {folder.what(ARRAYS)}'
    if folder.what(ARRAYS):
        with suppress(FileNotFoundError), real_folder(Path(ARRAYS), folder) as arrays:
            for name in arrays.names():
                kind = arrays.what(name)
                if SHARED.fullmatch(name) and kind not in ("file", ""):
                    return f'"{ARRAYS}/{name}" in it is a {kind}'
    return ""


def require_ours(folder: RealFolder) -> None:
    """Refuse a folder that no fit has made: one with files of others and without our run.json.

    Raises
    ------
    TrueOddsError
        If it is not ours, or one of our files in it is a link.
    FileNotFoundError
        If another fit removes it at this moment.
    """
    if wrong := changed(folder):
        raise TrueOddsError(
            f"the work folder {folder.path} is not as trueodds fit makes it: {wrong}; move that "
            "away or choose another name with --out"
        )
    strange = strangers(folder)
    if RUN in folder.names():
        start = content(folder, RUN)[: len(_HEAD)]
        # What a power cut has left of it may be short.
        if start == _HEAD or (_HEAD.startswith(start) and not strange):
            return
        strange.insert(0, RUN)
    if strange:
        raise foreign(folder.path, f"it holds {listed(strange)}")


def foreign(path: Path, why: str) -> TrueOddsError:
    """What is said when the place of a work folder is taken by something else."""
    return TrueOddsError(
        f"{path} is where this fit keeps its work files, but trueodds did not make it: {why}; "
        "move it away or choose another name with --out"
    )


def listed(names: list[str]) -> str:
    """Names for a message, the first few of them."""
    more = len(names) - _MOST_NAMES
    told = ", ".join(f'"{name}"' for name in names[:_MOST_NAMES])
    return told + (f" and {more} more" if more > 0 else "")


def content(folder: RealFolder, name: str) -> bytes:
    """Bytes of a file, not read through a link; raises OSError."""
    with open(folder.open(name, os.O_RDONLY | _BINARY), "rb") as file:
        return file.read()


def delete_arrays(folder: RealFolder) -> None:
    """Delete what a fit has written into the folder of arrays, and that folder when it is empty."""
    if folder.what(ARRAYS) == "folder":
        with suppress(OSError), real_folder(Path(ARRAYS), folder) as arrays:
            arrays.delete_all(SHARED)
        folder.delete_folder(ARRAYS)
