"""The models that are served: read from files and folders, and read again when a file changes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from trueodds.errors import ModelFileError, UsageError
from trueodds.model import Model
from trueodds.model.model import from_bytes
from trueodds.model.threads import LEAST_ROWS
from trueodds.report.form_fields import usual_cells
from trueodds.serve.problems import ProblemError

State = tuple[int, int, int]
"""Size, time and number of a file."""


@dataclass(frozen=True)
class Served:
    """One model under its name; its version is the start of its file's SHA-256."""

    name: str
    version: str
    model: Model
    path: Path
    state: State


class Registry:
    """Models by name; a request that has one keeps it, whatever is read meanwhile.

    Parameters
    ----------
    places
        Model files, and folders whose ``*.odds`` files are served. A file's name without its
        ending is the model's name.
    """

    def __init__(self, places: Iterable[Path]) -> None:
        self._places = tuple(places)
        self._models: dict[str, Served] = {}
        self._refused: dict[Path, State] = {}

    def load(self) -> None:
        """Read all models.

        Raises
        ------
        UsageError
            If there is no model file, or two have one name.
        ModelFileError
            If a file is no usable model.
        """
        files = self._files()
        if not files:
            shown = ", ".join(map(str, self._places))
            raise UsageError(f"there is no model file (.odds) in {shown}")
        names = [path.stem for path in files]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f'two model files have the name "{name}": rename one of them')
        self._models = {path.stem: _read(path) for path in files}

    def refresh(self) -> list[tuple[str, str]]:
        """Read what has changed since, and return name and what happened for each.

        A file that cannot be read leaves the model of before in its place; it is tried again when
        it changes.
        """
        told: list[tuple[str, str]] = []
        found: dict[str, Served] = {}
        for path in self._files():
            before = self._models.get(path.stem)
            if path.stem in found:
                continue  # of two files of one name the first counts
            try:
                state = _state(path)
            except OSError:  # it is gone, or is just being replaced
                if before is not None and path in self._places:
                    found[path.stem] = before
                continue
            if before is not None and (before.path, before.state) == (path, state):
                found[path.stem] = before
                continue
            if self._refused.get(path) != state:
                try:
                    found[path.stem] = served = _read(path)
                    if before is None or served.version != before.version:
                        told.append((path.stem, f"serves version {served.version}"))
                    continue
                except ModelFileError as error:
                    self._refused[path] = state
                    told.append((path.stem, f"is not read: {error}"))
            if before is not None:
                found[path.stem] = before
        told += [(name, "is gone") for name in self._models if name not in found]
        self._models = found
        return told

    @property
    def models(self) -> Mapping[str, Served]:
        """All models by name."""
        return self._models

    def get(self, name: str, version: str | None = None) -> Served:
        """One model; raises ProblemError if it is not there, or another version is."""
        served = self._models.get(name)
        if served is None:
            names = ", ".join(f'"{known}"' for known in list(self._models)[:8])
            raise ProblemError(404, f'there is no model "{name}"; there is {names or "none"}')
        if version is not None and version != served.version:
            raise ProblemError(
                404, f'model "{name}" has version {served.version}, and not "{version}"'
            )
        return served

    def _files(self) -> list[Path]:
        found: list[Path] = []
        for place in self._places:
            found += sorted(place.glob("*.odds")) if place.is_dir() else [place]
        return found


def _state(path: Path) -> State:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _read(path: Path) -> Served:
    try:
        state = _state(path)
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"{path} cannot be read: {error.strerror or error}; check the path"
        ) from error
    model = from_bytes(data, str(path))
    _warm(model)
    return Served(path.stem, hashlib.sha256(data).hexdigest()[:12], model, path, state)


def _warm(model: Model) -> None:
    """Forecast a usual row, so that requests find the scorers made and compiled."""
    cells = zip(model.schema.used, usual_cells(model.schema, model.profile), strict=True)
    row = {
        column.name: column.levels[int(cell)] if cell is not None and column.levels else cell
        for column, cell in cells
    }
    if row:
        model.expect_many_rows()
        for _ in range(2):  # the first one makes the compiled scorer, the second one uses it
            model.usual_row_log_odds(row)
        model.log_odds_of(model.read([row] * LEAST_ROWS))
