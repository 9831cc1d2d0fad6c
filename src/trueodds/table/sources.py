"""Where a table lies, as the user names it: a path, a pattern, a URL, a part of these, or stdin."""

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Literal
from urllib.parse import unquote, urlsplit

from trueodds.errors import TableError
from trueodds.table.formats import FORMATS, KNOWN, TABLES, endings
from trueodds.text import printable

Kind = Literal["path", "pattern", "stdin", "web", "cloud", "postgresql"]

_SCHEMES: dict[str, Kind] = {
    "file": "path",
    "http": "web",
    "https": "web",
    "s3": "cloud",
    "gs": "cloud",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


@dataclass(frozen=True, repr=False)
class Source:
    """A place of a table. Its `repr` and `shown` hide user names and passwords."""

    where: str
    """A path, pattern or URL, without the part behind ``#``; "-" for stdin."""
    kind: Kind = "path"
    part: str = ""
    """Member of a zip archive, sheet of a workbook or table of a database."""
    query: str = ""
    """Query of a database, instead of a part."""
    format: str = ""
    """Format that the user tells, one of `trueodds.table.formats.FORMATS`, or empty."""
    label: str = ""
    """Short name instead of that of ``where``, for a copy of what lies elsewhere."""

    @property
    def path(self) -> Path:
        """The path of a source that is one."""
        return Path(self.where)

    @property
    def shown(self) -> str:
        """The source as it may be printed, without user name, password and parameters of a URL."""
        if self.label or self.kind == "stdin":
            return self.name
        return masked(self.where) + (f"#{self.part}" if self.part else "")

    @property
    def name(self) -> str:
        """Short name for messages."""
        if self.label:
            return self.label
        if self.kind == "stdin":
            return "stdin"
        if self.kind == "pattern":
            return printable(self.where)
        if self.kind == "path":
            return printable(self.path.name or self.path.resolve().name or self.where)
        if self.kind == "postgresql":
            return printable(masked(self.where))
        return printable(unquote(Path(urlsplit(self.where).path).name) or masked(self.where))

    @property
    def several(self) -> bool:
        """Whether a cloud's URL may name several objects: it ends in / or has * or [."""
        path = urlsplit(self.where).path
        return path in ("", "/") or path.endswith("/") or "*" in path or "[" in path

    @property
    def stem(self) -> str:
        """Name without endings, for a file that is named after the table."""
        if self.kind == "stdin":
            return "stdin"
        if self.kind == "cloud" and self.several:
            folder = fixed_folder(urlsplit(self.where).path)
            return folder.name or urlsplit(self.where).netloc
        if self.kind == "pattern":
            folder = fixed_folder(self.where)
            return "table" if str(folder) == "." else folder.resolve().name or "table"
        name = self.part or self.name
        if self.kind == "path" and not self.part:
            name = self.path.resolve().name if self.path.is_dir() else self.path.name
        elif self.kind == "postgresql" and not self.part:
            name = Path(urlsplit(self.where).path).name
        name = Path(name).name
        if endings(name)[1]:
            name = Path(name).stem
        if endings(name)[0] in KNOWN or not self.part:
            name = Path(name).stem or name
        return name or "table"

    def matches(self, path: Path) -> bool:
        """Whether a path is one that the pattern finds; False for a source of another kind."""
        return self.kind == "pattern" and fits_pattern(path, str(Path(self.where)))

    def hide(self, text: str) -> str:
        """Return text, such as another program's message, without the secrets of the URL."""
        for secret in secrets_of(self.where):
            text = text.replace(secret, "***")
        return text

    def __repr__(self) -> str:
        return f"Source({self.shown!r})"


def as_source(table: str | os.PathLike[str] | Source, *, told: str = "", query: str = "") -> Source:
    """Understand the name of a table.

    A file whose whole name is given always counts as that file, whatever signs it has in its name.

    Parameters
    ----------
    table
        A path; a pattern such as ``data/*.csv``; a URL; "-" for stdin. ``#`` and a part may stand
        behind it.
    told
        The format, one of `trueodds.table.formats.FORMATS`.
    query
        Query of a database.

    Raises
    ------
    TableError
        For a URL or a format that is not known, or a query together with a part.
    """
    source = table if isinstance(table, Source) else _parsed(os.fspath(table))
    if told:
        if told.lower().lstrip(".") not in FORMATS:
            raise TableError(f'"{told}" is no format of a table: choose {", ".join(FORMATS)}.')
        source = replace(source, format=told.lower().lstrip("."))
    if query:
        if source.part:
            raise TableError(f"{source.shown}: choose a table by # or by a query, not by both.")
        source = replace(source, query=query)
    return source


def _parsed(text: str) -> Source:
    if text == "-":
        return Source("-", "stdin")
    found = _SCHEME.match(text)
    if found:
        kind = _SCHEMES.get(found[1].lower())
        if kind is None:
            known = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
            raise TableError(f"{masked(text)}: unknown kind of URL; a table is at {known}.")
        if kind == "path":
            return _on_disk(text, found.end())
        start = text.rfind("@") + 1
        where, _, part = text[start:].partition("#")
        where = text[:start] + where
        try:
            urlsplit(where)
        except ValueError as error:
            raise TableError(f"{masked(text)} is no URL: {error}.") from None
        return Source(where, kind, unquote(part))
    if os.path.exists(text):
        return Source(text)
    for mark in re.finditer("#", text):
        if os.path.isfile(text[: mark.start()]):
            return Source(text[: mark.start()], part=text[mark.end() :])
    if glob.has_magic(text):
        return Source(text, "pattern")
    where, _, part = text.partition("#")
    if part and endings(where)[0] not in TABLES:
        return Source(where, part=part)
    return Source(text)


def _on_disk(url: str, start: int) -> Source:
    """The path, and the part behind ``#``, of a ``file://`` URL whose host begins at ``start``."""
    rest, _, part = url[start:].partition("#")
    host, slash, path = rest.partition("/")
    if not slash or host not in ("", "localhost"):
        raise TableError(f"{url}: file:// needs an absolute path on this machine: file:///….")
    from urllib.request import url2pathname  # brings HTTP and TLS, which few calls need

    where = url2pathname(slash + path)
    pattern = not os.path.exists(where) and glob.has_magic(where)
    return Source(where, "pattern" if pattern else "path", unquote(part))


def fits_pattern(path: PurePath, pattern: str) -> bool:
    """Whether a path may be one that a pattern finds; ``**/`` stands for any folders or none."""
    alike = "**" in pattern or len(path.parts) == len(PurePath(pattern).parts)
    return alike and fnmatch(str(path), pattern.replace("**/", "*"))


def fixed_folder(pattern: str) -> Path:
    """Return the folder of a pattern above its first part with a ``*``, ``?`` or ``[``."""
    kept: list[str] = []
    for part in Path(pattern).parts:
        if glob.has_magic(part):
            break
        kept.append(part)
    return Path(*kept)


def masked(url: str) -> str:
    """Return a URL without its user, password and parameters; other text as it is.

    >>> masked("postgresql://ann:secret@db.example/shop?password=x#loans")
    'postgresql://***@db.example/shop?***#loans'
    """
    if not _SCHEME.match(url):
        return url
    scheme, _, rest = url.partition("://")
    # The last @ counts, as a password may hold signs that it should not.
    _, at, rest = rest.rpartition("@")
    rest, mark, part = rest.partition("#")
    rest, parameters, _ = rest.partition("?")
    hidden = "?***" if parameters else ""
    return f"{scheme}://{'***@' if at else ''}{rest}{hidden}{mark}{part}"


def secrets_of(url: str) -> Sequence[str]:
    """Return the user's password or token in a URL and its parameters, as written and decoded."""
    if not _SCHEME.match(url):
        return ()
    user, _, rest = url.partition("://")[2].rpartition("@")
    parameters = rest.partition("#")[0].partition("?")[2]
    secrets = [user.partition(":")[2] or user, parameters]
    secrets += [pair.partition("=")[2] for pair in parameters.split("&")]
    known = {secret for s in secrets for secret in (s, unquote(s))}
    return sorted((s for s in known if len(s) > 2), key=len, reverse=True)
