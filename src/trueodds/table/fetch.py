"""Tables that lie elsewhere (stdin, a web server, a cloud) as files in a temporary folder."""

import base64
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from trueodds.errors import TableError
from trueodds.table.cloud import copy_object, copy_objects
from trueodds.table.formats import KNOWN, endings
from trueodds.table.sources import Source

PATIENCE = 60.0
"""Seconds without an answer after which a server is given up."""
_BLOCK = 1 << 20


@contextmanager
def copied(source: Source) -> Iterator[Source]:
    """Within the block, stdin or what is on the web or in a cloud is a file or folder.

    Raises
    ------
    TableError
        If it cannot be fetched; the message hides the secrets of a URL.
    """
    with ExitStack() as stack:
        folder = tempfile.gettempdir()
        try:
            made = tempfile.TemporaryDirectory(prefix="trueodds-", ignore_cleanup_errors=True)
            folder = stack.enter_context(made)
            near = _copied(source, Path(folder))
        except OSError as error:
            raise TableError(
                f"{source.shown} cannot be copied to {folder}: {error.strerror or error}."
            ) from None
        yield near


def _copied(source: Source, folder: Path) -> Source:
    """The source copied into a folder."""
    if source.kind == "cloud" and source.several:
        return copy_objects(source, folder)
    path = folder / f"table{_suffixes(source)}"
    with path.open("xb") as file:
        if source.kind == "stdin":
            shutil.copyfileobj(_stdin(), file, _BLOCK)
        elif source.kind == "web":
            _from_web(source, file)
        else:
            copy_object(source, file)
    if not path.stat().st_size:
        raise TableError(f"{source.shown} is empty: a table needs a header line and rows.")
    return replace(source, where=str(path), kind="path", label=source.name)


def _suffixes(source: Source) -> str:
    """Endings of a name that tell the format, if they do."""
    if source.kind == "stdin":
        return ""
    ending, packing = endings(unquote(urlsplit(source.where).path))
    return ending + packing if ending in KNOWN else packing if packing == ".zip" else ""


def _stdin() -> IO[bytes]:
    if sys.stdin is None:
        raise TableError("stdin is closed: name a file, or pipe a table in.")
    if sys.stdin.isatty():
        raise TableError("stdin is a terminal: pipe a table in, such as cat table.csv | trueodds …")
    return sys.stdin.buffer


def _from_web(source: Source, file: IO[bytes]) -> None:
    """Download a file; the user and password of a URL are sent to its own server alone."""
    import http.client
    import urllib.error
    import urllib.request

    parts = urlsplit(source.where)
    user, at, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=host)))
    if at:
        token = base64.b64encode(unquote(user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            shutil.copyfileobj(answer, file, _BLOCK)
            stated = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        raise TableError(
            f"{source.shown}: the server answers {error.code} {error.reason}."
        ) from None
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        text = source.hide(str(getattr(reason, "strerror", None) or reason))
        raise TableError(f"{source.shown} cannot be fetched: {text}.") from None
    if stated is not None and stated.isdigit() and file.tell() != int(stated):
        raise TableError(
            f"{source.shown} came in part: {file.tell():,} of {int(stated):,} bytes; try again."
        )
