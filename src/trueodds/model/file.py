"""The .odds file: safetensors arrays and one JSON header; no pickle, nothing in it can run.

docs/format.md describes it completely. Arrays: ``weights/MEMBER/LAYER`` int16,
``biases/MEMBER/LAYER`` int64, ``shifts/MEMBER/LAYER`` int16, ``rates/FOLD/POSITION`` float32,
``crosses/POSITION`` int64, ``sketch`` int64. The safetensors metadata holds one entry,
``trueodds``: the header as JSON text.

Reading checks, in this order: sizes and offsets (`trueodds.model.arrays`), the checksum, every
field of the header (`trueodds.model.header`), and whether the parts fit together
(`trueodds.model.consistent`). docs/security.md says what these checks guarantee.
"""

import hashlib
from pathlib import Path

import numpy as np

from trueodds.columns.sketch import RowSketch
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.features.blocks import PiecewiseLinear
from trueodds.files import whole_file
from trueodds.json_text import json_text
from trueodds.model.arrays import Arrays, NotAModelError, array_called, read_container
from trueodds.model.consistent import require_consistent
from trueodds.model.data import ModelData
from trueodds.model.encoding_arrays import encoding_arrays, encoding_headers, encodings_of
from trueodds.model.header import (
    CostsHeader,
    Header,
    metadata_of,
    read_header,
    read_kind,
)
from trueodds.model.network_arrays import arrays_of, networks_of
from trueodds.text import printable

FORMAT = 2
FEATURES = frozenset({"pieces", "cuts", "crosses", "readings", "soft_splits", "words"})
"""Extensions of format 2 that a file may need: `PiecewiseLinear`, encodings of numbers, `Cross`,
`Column.needs_readings`, members that are soft splits, and `Text`."""
SHA256_END = len('{"sha256":"') + 64 + len('",')
"""Where the header's text continues after its checksum."""
PLAIN = (
    "target_name",
    "target_yes",
    "target_no",
    "target_rule",
    "versions",
    "source",
    "source_sha256",
)


def save(model: ModelData, path: Path, scratch: Path | None = None) -> None:
    """Write a model; the same model gives the same bytes.

    The bytes are read back before they are written. The file appears complete or not at all: until
    it is complete, it has a temporary name in the folder ``scratch``, or else in the folder of
    ``path`` (`trueodds.files.whole_file`).

    Raises
    ------
    TrueOddsError
        If the file cannot be written or read back; an older file of that name stays as it was.
    """
    from safetensors import SafetensorError

    try:
        data = to_bytes(model)
        _read(data)
    except (SafetensorError, ValueError, RecursionError) as error:
        longest = max(model.schema.columns, key=lambda c: sum(map(len, c.levels)), default=None)
        hint = (
            f'; the levels of column "{longest.name}" hold most of the text: drop it'
            if longest
            else ""
        )
        raise TrueOddsError(
            f"{model.source}: the model does not fit into a file ({_short(error)}){hint}"
        ) from error
    try:
        with whole_file(path, scratch) as file:
            file.write(data)
    except (OSError, ValueError) as error:  # ValueError: a zero character in the path
        reason = getattr(error, "strerror", None) or error
        raise TrueOddsError(
            f"the model could not be written to {path}: {reason}; free some space or choose "
            "another place"
        ) from error


def read_file(path: Path) -> ModelData:
    """Read the file of a model, written by `save`.

    Raises
    ------
    ModelFileError
        If the file is missing, is damaged, is not a model, or has another format.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a zero character in the path
        reason = getattr(error, "strerror", None) or error
        raise ModelFileError(f"{path} cannot be read: {reason}; check the path") from error
    return read_bytes(data, str(path))


def to_bytes(model: ModelData) -> bytes:
    """Return the content of a model's file."""
    from safetensors.numpy import save as save_tensors

    arrays = arrays_of(model.networks) | encoding_arrays(model.target_encodings)
    if model.sketch is not None:
        arrays["sketch"] = model.sketch.hashes
    header = {
        "format": FORMAT,
        "needs": _needs(model),
        "schema": model.schema.to_json(),
        "encoder": model.encoder,
        **encoding_headers(model.target_encodings),
        "networks": model.networks.header(),
        "calibrator": model.calibrator,
        "rounding": model.rounding,
        "scores": model.scores,
        "record": model.record.to_json(),
        "layers": model.layers,
        "health": model.health,
        "notes": model.notes,
        **{name: getattr(model, name) for name in PLAIN},
        **({} if model.profile is None else {"seen": model.profile}),
        "roles": model.roles.to_json(),
        **({} if model.sketch is None else {"sketch": model.sketch.header()}),
        **({} if model.costs is None else {"costs": CostsHeader.of(model.costs)}),
        **({} if model.bounds is None else {"bounds": model.bounds}),
        **({} if model.background is None else {"background": model.background}),
        **({"checks": model.fit_checks} if model.fit_checks else {}),
    }
    rest = json_text(header)[1:]
    return save_tensors(
        arrays, metadata={"trueodds": f'{{"sha256":"{_digest(rest.encode(), arrays)}",{rest}'}
    )


def _needs(model: ModelData) -> list[str]:
    """Those of `FEATURES` that this model uses."""
    tables = [table for of_fold in model.target_encodings for table in of_fold]
    used = {
        "crosses": any(table.cross is not None for table in tables),
        "cuts": any(table.cuts for table in tables),
        "pieces": any(isinstance(block, PiecewiseLinear) for block in model.encoder.blocks),
        "readings": any(column.needs_readings for column in model.schema.used),
        "soft_splits": bool(model.networks.soft),
        "words": any(column.words for column in model.schema.used),
    }
    return [name for name, needed in used.items() if needed]


def read_bytes(data: bytes, name: str = "the model") -> ModelData:
    """Read a model from the bytes of its file; messages call it ``name``.

    The size of the file bounds the memory: arrays are views of ``data``.

    Raises
    ------
    ModelFileError
        If it is damaged, is not a model, or has another format.
    """
    try:
        return _read(data)
    except NotAModelError:
        message = f"{name} is not a trueodds model (.odds file); check the path"
    except ModelFileError as error:
        message = f"{name} {error}"
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        message = f"{name} is damaged: {_short(error)}; copy it again or fit it again"
    raise ModelFileError(message)


def _read(data: bytes) -> ModelData:
    text, arrays = read_container(data)
    if not text.startswith(f'{{"sha256":"{_digest(text[SHA256_END:], arrays)}",'.encode()):
        raise ValueError("its content does not match its checksum")
    kind = read_kind(text)
    if kind.format > FORMAT or not FEATURES.issuperset(kind.needs):
        raise ModelFileError(
            f"has format {kind.format} and needs {_short(list(kind.needs))}; this trueodds reads "
            f"format {FORMAT} with {', '.join(sorted(FEATURES))}: update trueodds"
        )
    if kind.format < FORMAT:
        raise ModelFileError(
            f"has format {kind.format}, from before the first release of trueodds: fit the model "
            "again"
        )
    model = _model(read_header(text), arrays)
    require_consistent(model)
    return model


def _model(header: Header, arrays: Arrays) -> ModelData:
    metadata = metadata_of(header)
    return ModelData(
        schema=header.schema,
        encoder=header.encoder,
        target_encodings=encodings_of(header, arrays),
        networks=networks_of(header.networks, arrays),
        calibrator=header.calibrator,
        rounding=header.rounding,
        scores=metadata.scores,
        record=metadata.record,
        layers=metadata.layers,
        health=header.health,
        notes=header.notes,
        profile=header.profile,
        roles=header.roles,
        sketch=_sketch(header, arrays),
        costs=None if header.costs is None else header.costs.costs(),
        bounds=header.bounds,
        background=header.background,
        fit_checks=header.checks,
        **{name: getattr(header, name) for name in PLAIN},
    )


def _sketch(header: Header, arrays: Arrays) -> RowSketch | None:
    found = header.sketch
    if found is None:
        return None
    return RowSketch(found.rows, found.complete, array_called(arrays, "sketch"))


def _digest(rest: bytes, arrays: Arrays) -> str:
    """Checksum of the header's text after the checksum, and of all arrays."""
    digest = hashlib.sha256(rest)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name} {array.dtype.name} {'x'.join(map(str, array.shape))}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _short(error: object) -> str:
    """Return an error of a library as a message repeats it."""
    return printable(error, 200)
