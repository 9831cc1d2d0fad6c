"""Writing of files: a file appears complete or not at all, and never through a link."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, scratch: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name at the end of the block, when it is on the disk.

    Before that its name is ``.NAME.xxxxxxxx.part``. If anything fails, an older file of the name
    stays as it is. A symbolic link of the name is replaced; the file that it points to stays as it
    is. The permissions are those of any new file of this process.

    Parameters
    ----------
    path
        Name of the file.
    scratch
        Folder of the temporary file, on the same file system; None: the folder of ``path``.

    Raises
    ------
    OSError
        If the disk is full, the folder cannot be written, or any other operation fails.
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
    """Open a new file for writing; it replaces an older file of that name.

    The older file is deleted, not overwritten: if its name is a link, or one of several names of a
    file, that file stays as it is.

    Raises
    ------
    OSError
        If the file cannot be created.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    return open(path, "xb")


def sync_folder(folder: Path) -> None:
    """Write the entries of a folder to the disk, so that a rename in it survives a power cut.

    It does nothing on systems that cannot do this.
    """
    with suppress(OSError):  # Windows cannot open a folder, and some file systems refuse
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
