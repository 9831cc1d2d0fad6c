"""The files of a work folder: the names that a fit writes, and how it deletes them.

A fit deletes only files with these names, and follows no symbolic link. Where the system allows it,
a folder is used through an open handle: a link that takes the folder's place later has no effect.
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
"""Name of the folder, in a work folder, of the files that processes share."""
LOCK = "lock"
RUN = "run.json"
_MEMBER = "member-[0-9a-f]{8}-[0-9]+-[0-9]+-(?:-1|[0-9]+)-[0-9]+"

MEMBERS = re.compile(_MEMBER)
"""Finished members, see `trueodds.execution.checkpoints`."""
PARTS = re.compile(
    # The name of a model may hold any character, also line ends.
    rf"\.(?:run\.json|{_MEMBER}|(?s:.+)\.(?i:odds|html?))\.[0-9a-f]{{8}}\.part"
)
"""Files that `trueodds.files.whole_file` writes before they get the name of a member, run.json, a
model or a report."""
SHARED = re.compile(
    r"(?:shared|y|weight|folds|fold_features[0-9]+|column[0-9]+|words[0-9]+(?:starts|places))\.npy|job\.json"
    r"|worker[0-9]+\.log|table[0-9]+\.arrow"
)
"""Files in the folder of arrays, see `trueodds.execution.shared_data`, `trueodds.execution.pool`,
`trueodds.array_store` and `trueodds.table.mapped`."""

_BEGUN = re.compile(r"\.run\.json\.[0-9a-f]{8}\.part")
"""All that a folder may hold, beside the lock, before its run.json is there."""

MADE_BY = {"made by": "trueodds fit"}
_HEAD = json.dumps(MADE_BY, indent=1)[:-2].encode() + b","
"""The first bytes of every run.json; they mark a folder as a work folder."""
_MOST_NAMES = 3
"""Most files that a message names."""
_BY_HANDLE = (
    {os.open, os.stat, os.unlink, os.mkdir, os.rmdir, os.rename} <= os.supports_dir_fd
    and os.listdir in os.supports_fd
    and hasattr(os, "O_DIRECTORY")
    and hasattr(os, "O_NOFOLLOW")
)
_BINARY = getattr(os, "O_BINARY", 0)
_JUNCTION = 0xA0000003
"""Windows marks a folder that leads to another one so (IO_REPARSE_TAG_MOUNT_POINT)."""


def kind_of(found: os.stat_result) -> str:
    """Return what an entry is: "file", "folder", "symbolic link" or "special file".

    ``found`` comes from `os.lstat`, or from `os.stat` that follows no links.
    """
    if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION:
        return "symbolic link"
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(found.st_mode) else "special file"


@dataclass
class RealFolder:
    """A folder that is no link. ``handle`` is None if the system has no handles of folders."""

    path: Path
    handle: int | None

    def same(self) -> bool:
        """Whether the path still leads to this folder."""
        try:
            found = self.path.lstat()
        except OSError:
            return False
        if self.handle is None:
            return kind_of(found) == "folder"
        return os.path.samestat(found, os.fstat(self.handle))

    def names(self) -> list[str]:
        """Return the names of its entries, sorted; none if the folder does not exist any more."""
        with suppress(FileNotFoundError):
            return sorted(os.listdir(self.path if self.handle is None else self.handle))
        return []

    def state(self, name: str) -> os.stat_result:
        """Return an entry's own state, not that of a link's target; raises FileNotFoundError."""
        return os.stat(self._at(name), dir_fd=self.handle, follow_symlinks=False)

    def what(self, name: str) -> str:
        """Return what an entry is, see `kind_of`; empty if there is none."""
        try:
            return kind_of(self.state(name))
        except FileNotFoundError:
            return ""

    def open(self, name: str, flags: int) -> int:
        """Open a file, never through a link; raises OSError."""
        if not hasattr(os, "O_NOFOLLOW") and self.what(name) == "symbolic link":
            raise OSError(f"{self.path / name} is a symbolic link")
        # Without O_NONBLOCK, to open a pipe of that name would wait for its other end.
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        return os.open(self._at(name), flags, 0o666, dir_fd=self.handle)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all, never through a link; raises OSError."""
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
        """Delete a plain file if that is possible; anything else with that name stays."""
        with suppress(OSError):
            if self.what(name) == "file":
                os.unlink(self._at(name), dir_fd=self.handle)

    def delete_all(self, names: re.Pattern[str]) -> None:
        """Delete the plain files with such names, if that is possible."""
        for name in self.names():
            if names.fullmatch(name):
                self.delete(name)

    def make_folder(self, name: str) -> None:
        """Make a folder in it unless there is one; raises OSError, also if a link has that name."""
        try:
            os.mkdir(self._at(name), dir_fd=self.handle)
        except FileExistsError:
            if self.what(name) != "folder":
                raise

    def delete_folder(self, name: str) -> None:
        """Delete a folder in it if that is empty."""
        with suppress(OSError):
            os.rmdir(self._at(name), dir_fd=self.handle)

    def _at(self, name: str) -> Path:
        return self.path / name if self.handle is None else Path(name)


@contextmanager
def real_folder(path: Path, within: RealFolder | None = None) -> Iterator[RealFolder]:
    """Open a folder that is no link. With ``within``, ``path`` is the name of a folder in that one.

    Raises
    ------
    NotADirectoryError
        If it is a link or no folder.
    OSError
        If it does not exist or cannot be read.
    """
    place = path if within is None else within.path / path
    at, above = (place, None) if within is None or within.handle is None else (path, within.handle)
    if kind_of(os.stat(at, dir_fd=above, follow_symlinks=False)) != "folder":
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


def other_files(folder: RealFolder) -> list[str]:
    """Return the entries of a work folder that no fit writes, as paths in it."""
    found = [name for name in folder.names() if name != ARRAYS and not _is_name_of_ours(name)]
    if folder.what(ARRAYS) == "folder":
        with suppress(FileNotFoundError), real_folder(Path(ARRAYS), folder) as arrays:
            found += [f"{ARRAYS}/{name}" for name in arrays.names() if not SHARED.fullmatch(name)]
    return found


def wrong_kind(folder: RealFolder) -> str:
    """Return in words which entry with a name of ours is no plain file; empty if there is none.

    ``arrays`` must be a folder. A fit makes no links: somebody else has put a link there, for a
    reason that a fit cannot know.
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


def of_another_user(folder: RealFolder) -> bool:
    """Whether another user has put the folder into a place that all users share, such as /tmp.

    There the sticky bit lets each user rename only own entries. The owner of a work folder could
    exchange what is in it while a fit uses it.
    """
    if not hasattr(os, "geteuid") or not folder.path.parent.stat().st_mode & stat.S_ISVTX:
        return False
    return folder.state(".").st_uid != os.geteuid()


def require_ours(folder: RealFolder) -> None:
    """Refuse a folder that no fit has made: it holds files and no run.json of a fit.

    Without a run.json, files with names of ours are files of others, too: a fit writes run.json
    first and deletes it last.

    Raises
    ------
    TrueOddsError
        If it is not ours, or one of our files in it is a link.
    FileNotFoundError
        If another fit removes it at the same time.
    """
    if wrong := wrong_kind(folder):
        raise TrueOddsError(
            f"the work folder {folder.path} is not as trueodds fit makes it: {wrong}; move that "
            "away or choose another name with --out"
        )
    if of_another_user(folder):
        raise not_ours(folder.path, "it belongs to another user")
    names = folder.names()
    if RUN in names:
        others = other_files(folder)
        start = content(folder, RUN)[: len(_HEAD)]
        # A power cut may have shortened it.
        if start == _HEAD or (_HEAD.startswith(start) and not others):
            return
        others.insert(0, RUN)
    else:
        others = [name for name in names if name != LOCK and not _BEGUN.fullmatch(name)]
    if others:
        raise not_ours(folder.path, f"it holds {list_names(others)}")


def not_ours(path: Path, why: str) -> TrueOddsError:
    """Return the error for something else at the path of a work folder."""
    return TrueOddsError(
        f"{path} is where this fit keeps its work files, but trueodds did not make it: {why}; "
        "move it away or choose another name with --out"
    )


def list_names(names: list[str]) -> str:
    """Return the first few names for a message, and how many more there are."""
    more = len(names) - _MOST_NAMES
    shown = ", ".join(f'"{name}"' for name in names[:_MOST_NAMES])
    return shown + (f" and {more} more" if more > 0 else "")


def content(folder: RealFolder, name: str) -> bytes:
    """Return the bytes of a file that is no link; raises OSError."""
    with open(folder.open(name, os.O_RDONLY | _BINARY), "rb") as file:
        return file.read()


def delete_arrays(folder: RealFolder) -> None:
    """Delete the files of a fit in the folder of arrays, and that folder if it is empty then."""
    if folder.what(ARRAYS) == "folder":
        with suppress(OSError), real_folder(Path(ARRAYS), folder) as arrays:
            arrays.delete_all(SHARED)
        folder.delete_folder(ARRAYS)
