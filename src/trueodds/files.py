"""Files that appear whole or not at all, and never through a link."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, scratch: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when the block has ended well and all is on the disk.

    Until then it is ``.NAME.xxxxxxxx.part`` in the folder ``scratch`` (the file's own folder
    without one), which must be on the same file system. Whatever fails, an older file of the name
    stays as it was. A symbolic link of the name is itself replaced; the file that it leads to stays
    as it is. The permissions are those of any new file of this process.

    Raises
    ------
    OSError
        When the disk is full, the folder cannot be written, ….
    """
    folder = path.parent if scratch is None else scratch
    temporary = folder / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


def new_file(path: Path) -> BinaryIO:
    """Open a new file for writing, in place of an older one of that name; raises OSError.

    An older file is deleted, not written over: where its name was a link, or one of several names
    of a file, that file stays as it is.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    return open(path, "xb")


def sync_folder(folder: Path) -> None:
    """Let a rename in a folder outlive a power cut, where the system can promise that."""
    with suppress(OSError):  # Windows cannot open a folder; some file systems refuse
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
