"""Compressed files and zip archives, read as streams that may not grow without end.

A small file can be made to expand to any size. A stream therefore stops with an error when it has
given far more bytes than the compressed file has. Members of an archive are only ever read: no name
in it is used as a path.
"""

import bz2
import gzip
import lzma
import sys
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from trueodds.errors import TableError

PACKINGS = (".gz", ".bz2", ".xz", ".zst", ".zip")
FREE = 1 << 28
"""Bytes that any compressed file may expand to."""
TIMES = 1000
"""How many times its own size a compressed file may expand to, if that is more than `FREE`."""

_NAMES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".zip": "zip"}
_MAGIC = {
    ".gz": (b"\x1f\x8b",),
    ".bz2": tuple(
        b"BZh%d" % level + block for level in range(1, 10) for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
    ".xz": (b"\xfd7zXZ\0",),
    ".zst": (b"\x28\xb5\x2f\xfd",),
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
}
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zstd.ZstdError,
    zipfile.BadZipFile,
)
"""What the readers of the standard library raise for damaged files."""


class Unpacked:
    """A stream of decompressed bytes.

    Raises
    ------
    TableError
        While it is read: if the file is damaged, or expands beyond what `FREE` and `TIMES` allow.
    """

    def __init__(self, file: IO[bytes], packing: str, packed: int, name: str) -> None:
        self._file, self._kind, self._name = file, _NAMES[packing], name
        self._most = max(FREE, TIMES * packed)
        self._given = 0

    def read(self, size: int) -> bytes:
        """Return up to so many bytes, empty at the end."""
        try:
            raw = self._file.read(size)
        except _DAMAGE as error:
            raise TableError(f"{self._name} is a damaged {self._kind} file: {error}.") from None
        self._given += len(raw)
        if self._given > self._most:
            raise TableError(
                f"{self._name} expands to more than {self._most >> 20:,} MiB, far beyond its "
                "compressed size: unpack it yourself if you trust it."
            )
        return raw


def packing_of(head: bytes) -> str:
    """Return which of `PACKINGS` the first bytes of a file are of, or nothing."""
    return next((p for p, magic in _MAGIC.items() if head.startswith(magic)), "")


def opened(handle: BinaryIO, packing: str, member: str, name: str) -> Unpacked:
    """Return the content of an open compressed file from its start.

    Parameters
    ----------
    packing
        One of `PACKINGS`.
    member
        Which one of a zip archive.
    name
        What messages call it.

    Raises
    ------
    TableError
        If an archive is damaged, locked, or compressed in a way that Python does not know.
    """
    size = handle.seek(0, 2)
    handle.seek(0)
    if packing == ".zip":
        return _open_member(handle, member, name)
    file: IO[bytes]
    if packing == ".gz":
        file = cast(IO[bytes], gzip.GzipFile(fileobj=handle))
    elif packing == ".bz2":
        file = bz2.BZ2File(handle)
    elif packing == ".xz":
        file = lzma.LZMAFile(handle)  # noqa: SIM115, the caller closes what it reads
    else:
        file = cast(IO[bytes], zstd.ZstdFile(handle))
    return Unpacked(file, packing, size, name)


def unpack(handle: BinaryIO, packing: str, member: str, name: str) -> bytes:
    """Return the whole content of an open compressed file; parameters and errors of `opened`."""
    stream = opened(handle, packing, member, name)
    return b"".join(iter(lambda: stream.read(1 << 20), b""))


def require_packing(head: bytes, packing: str, name: str) -> str:
    """Return how a file is compressed by its first bytes.

    A text file may be compressed without an ending that says so.

    Raises
    ------
    TableError
        If its name says that it is compressed, and its bytes say otherwise.
    """
    found = packing_of(head)
    if packing and found != packing:
        raise TableError(
            f"{name} is not compressed with {_NAMES[packing]}: drop the {packing} or compress it."
        )
    return found if found != ".zip" or packing else ""


def members(handle: BinaryIO, name: str) -> list[str]:
    """Return the names of an archive's files, less hidden ones and those of macOS.

    Raises
    ------
    TableError
        If it is no zip archive.
    """
    names = [info.filename for info in _archive(handle, name).infolist() if not info.is_dir()]
    parts = [PurePosixPath(n).parts for n in names]
    return [
        n
        for n, p in zip(names, parts, strict=True)
        if p and not p[-1].startswith(".") and "__MACOSX" not in p
    ]


def require_modest(handle: BinaryIO, name: str) -> None:
    """Raise TableError if the members of an archive together expand beyond the limits.

    Every member is decompressed to know it, because the sizes that an archive states may be false.
    """
    packed = handle.seek(0, 2)
    archive = _archive(handle, name)
    most, given = max(FREE, TIMES * packed), 0
    for info in archive.infolist():
        stream = _open_member(handle, info.filename, name, archive)
        while raw := stream.read(1 << 20):
            given += len(raw)
            if given > most:
                raise TableError(
                    f"{name} expands to more than {most >> 20:,} MiB, far beyond its compressed "
                    "size: save the sheet as CSV if you trust it."
                )


def _archive(handle: BinaryIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(handle)
    except (*_DAMAGE, NotImplementedError) as error:
        raise TableError(f"{name} is a damaged zip file: {error}.") from None


def _open_member(
    handle: BinaryIO, member: str, name: str, archive: zipfile.ZipFile | None = None
) -> Unpacked:
    archive = archive or _archive(handle, name)
    info = archive.getinfo(member)
    if info.flag_bits & 1:
        raise TableError(f"{name} is locked with a password: unpack it first.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile bounds what one read gives for these two alone.
        raise TableError(f"{name} is compressed in a rare way: unpack it first.")
    stated = info.file_size
    try:
        # zipfile would stop at the stated size, which may be false.
        info.file_size = max(stated, 1 << 62)
        file = archive.open(info)
    except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
        raise TableError(f"{name} is a damaged zip file: {error}.") from None
    finally:
        info.file_size = stated
    return Unpacked(file, ".zip", min(info.compress_size, handle.seek(0, 2)), name)
