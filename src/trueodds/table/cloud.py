"""Objects of S3 and Google Cloud Storage, copied to files.

A cloud is opened with the credentials of the environment, as its own tools do. A key that ends in
``/`` names all objects below it, and one with ``*`` or ``[`` all that it matches.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from trueodds.errors import TableError
from trueodds.table.extras import missing_extra
from trueodds.table.formats import TABLES, endings
from trueodds.table.sources import Source, fits_pattern, fixed_folder
from trueodds.text import first_line

_BLOCK = 1 << 20


def copy_object(source: Source, file: IO[bytes]) -> None:
    """Write the object that a source names to a file.

    Raises
    ------
    TableError
        If it cannot be fetched, or the extra ``cloud`` is not there.
    """
    with _opened(source) as (obstore, store):
        for block in obstore.get(store, _key(source)).stream(_BLOCK):
            file.write(block)


def copy_objects(source: Source, folder: Path) -> Source:
    """Copy the tables among several objects into a folder; return the folder or its pattern.

    Raises
    ------
    TableError
        As `copy_object`, or if there is no such object, or a key is none of a file.
    """
    key = _key(source)
    pattern = not key.endswith("/") and key != ""
    fixed = fixed_folder(key).as_posix() if pattern else key.rstrip("/")
    fixed = "" if fixed == "." else fixed
    root = folder / (PurePosixPath(fixed).name or urlsplit(source.where).netloc)
    root.mkdir()
    count = 0
    with _opened(source) as (obstore, store):
        for listed in obstore.list(store, prefix=fixed or None):
            for known in listed:
                found = PurePosixPath(known["path"])
                # The pattern is asked again when the copies are read.
                if pattern and not fits_pattern(found, key):
                    continue
                if endings(found.name)[0] not in TABLES and not source.format:
                    continue
                inner = found.relative_to(fixed) if fixed else found
                if ".." in inner.parts or "\0" in str(inner) or inner.is_absolute():
                    raise TableError(f"{source.shown} holds {found}, which is no name of a file.")
                path = root / inner
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    for block in obstore.get(store, str(found)).stream(_BLOCK):
                        file.write(block)
                count += 1
    if not count:
        raise TableError(f"{source.shown}: there is no table of such a name.")
    rest = PurePosixPath(key).relative_to(fixed) if pattern and fixed else PurePosixPath(key)
    where = str(root / rest) if pattern else str(root)
    return replace(source, where=where, kind="pattern" if pattern else "path", label=source.name)


def _key(source: Source) -> str:
    return unquote(urlsplit(source.where).path).lstrip("/")


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Any, Any]]:
    """The package and the bucket; what goes wrong in the block becomes a sentence."""
    try:
        import obstore
        from obstore.store import from_url
    except ImportError:
        raise missing_extra(source.shown, "obstore", "cloud") from None
    parts = urlsplit(source.where)
    # A server without encryption is taken only where the environment names one.
    plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    options: Any = {"allow_http": True} if plain else None
    try:
        yield obstore, from_url(f"{parts.scheme}://{parts.netloc}", client_options=options)
    except TableError:
        raise
    except Exception as error:  # the package's errors have no common base
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise
        text = source.hide(first_line(str(error))[:200])
        raise TableError(f"{source.shown} cannot be fetched: {text}.") from None
