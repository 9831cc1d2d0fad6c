"""The .odds file: safetensors arrays and one JSON header; no pickle, nothing in it can run.

docs/format.md describes it well enough to write a reader. Arrays: ``weights/MEMBER/LAYER`` int16,
``biases/MEMBER/LAYER`` int64, ``shifts/MEMBER/LAYER`` int16, ``rates/FOLD/POSITION`` float32,
``sketch`` int64. The safetensors metadata holds one entry, ``trueodds``: the header as JSON text.

A file is checked from the outside in: sizes and offsets (`trueodds.model.arrays`), the checksum,
every field of the header (`trueodds.model.header`), and whether all fits together
(`trueodds.model.consistent`). docs/security.md says what that promises.
"""

import hashlib
from pathlib import Path

import numpy as np

from trueodds.columns.sketch import RowSketch
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.features.blocks import Pieces
from trueodds.features.target_encoding import TargetEncoding
from trueodds.files import whole_file
from trueodds.model.arrays import Arrays, NotAModelError, read_container
from trueodds.model.consistent import require_consistent
from trueodds.model.data import ModelData
from trueodds.model.fixed import FixedLayer, FixedNetworks, Member
from trueodds.model.header import (
    Header,
    NetworksHeader,
    encoder_of,
    header_text,
    metadata_of,
    read_header,
    read_kind,
)

FORMAT = 2
FEATURES = frozenset({"pieces", "cuts", "soft_splits"})
"""What a file may ask its reader to know beyond format 2: `Pieces`, rates of numbers, and members
of soft splits."""
SHA256_END = len('{"sha256":"') + 64 + len('",')
"""Where the header's text goes on behind its checksum."""
PLAIN = (
    "target_name",
    "target_yes",
    "target_no",
    "target_rule",
    "versions",
    "source",
    "source_sha256",
)
LAYER_ARRAYS = ("weights", "biases", "shifts")


def save(model: ModelData, path: Path, scratch: Path | None = None) -> None:
    """Write a model, whole or not at all: the same model gives the same bytes.

    The bytes are read back before they are written. Until the file is whole it lies in the folder
    ``scratch``, or beside its place, under a temporary name (`trueodds.files.whole_file`).

    Raises
    ------
    TrueOddsError
        If the file cannot be written, or could not be read back; an older file of that name then
        stays as it was.
    """
    from safetensors import SafetensorError

    try:
        data = to_bytes(model)
        _read(data)
    except (SafetensorError, ValueError, RecursionError) as error:
        longest = max(model.schema.columns, key=lambda c: sum(map(len, c.levels)), default=None)
        hint = f'; most text is in the levels of "{longest.name}": drop it' if longest else ""
        raise TrueOddsError(
            f"{model.source}: the model cannot be held by a file ({_short(error)}){hint}"
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
    """Read what `save` wrote.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, no model, or of another format.
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

    arrays: Arrays = {}
    for number, member in enumerate(model.networks.members):
        for index, layer in enumerate(member.layers):
            for kind in LAYER_ARRAYS:
                arrays[f"{kind}/{number}/{index}"] = getattr(layer, kind)
    for fold, tables in enumerate(model.target_encodings):
        for position, table in enumerate(tables):
            arrays[f"rates/{fold}/{position}"] = table.log_odds
    if model.sketch is not None:
        arrays["sketch"] = model.sketch.hashes
    header = {
        "format": FORMAT,
        "needs": _needs(model),
        "schema": model.schema.to_json(),
        "encoder": model.encoder.to_json(),
        "rates": [[table.source for table in tables] for tables in model.target_encodings],
        "cuts": _cuts(model),
        "networks": model.networks.header(),
        "calibrator": model.calibrator.to_json(),
        "rounding": model.rounding.to_json(),
        "scores": model.scores.to_json(),
        "record": model.record.to_json(),
        "layers": [[state.to_json() for state in states] for states in model.layers],
        "health": model.health,
        "notes": model.notes,
        **{name: getattr(model, name) for name in PLAIN},
        **({} if model.profile is None else {"seen": model.profile.to_json()}),
        "roles": model.roles.to_json(),
        **({} if model.sketch is None else {"sketch": model.sketch.header()}),
    }
    rest = header_text(header)[1:]
    return save_tensors(
        arrays, metadata={"trueodds": f'{{"sha256":"{_digest(rest.encode(), arrays)}",{rest}'}
    )


def _needs(model: ModelData) -> list[str]:
    """What of `FEATURES` this model makes use of."""
    pieces = any(isinstance(block, Pieces) for block in model.encoder.blocks)
    soft = bool(model.networks.soft)
    return ["cuts"] * bool(_cuts(model)) + ["pieces"] * pieces + ["soft_splits"] * soft


def _cuts(model: ModelData) -> dict[str, tuple[float, ...]]:
    """Cuts of every rated number; the folds share them, as they do not depend on the target."""
    return {t.source: t.cuts for tables in model.target_encodings for t in tables if t.cuts}


def read_bytes(data: bytes, name: str = "the model") -> ModelData:
    """Read a model from the content of its file; ``name`` is what messages call it.

    Memory is bounded by the file's own size: arrays are views of ``data``.

    Raises
    ------
    ModelFileError
        If it is damaged, no model, or of another format.
    """
    try:
        return _read(data)
    except NotAModelError:
        told = f"{name} is not a trueodds model (.odds file); check the path"
    except ModelFileError as error:
        told = f"{name} {error}"
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        told = f"{name} is damaged: {_short(error)}; copy it again or fit it again"
    raise ModelFileError(told)


def _read(data: bytes) -> ModelData:
    text, arrays = read_container(data)
    if not text.startswith(f'{{"sha256":"{_digest(text[SHA256_END:], arrays)}",'.encode()):
        raise ValueError("its content does not match its checksum")
    kind = read_kind(text)
    if kind.format > FORMAT or not FEATURES.issuperset(kind.needs):
        raise ModelFileError(
            f"has format {kind.format} and needs {_short(list(kind.needs))}, more than "
            f"format {FORMAT}, the newest that this trueodds reads: update trueodds"
        )
    if kind.format < FORMAT:
        raise ModelFileError(
            f"has format {kind.format}, of a trueodds before its first release: fit the model again"
        )
    model = _model(read_header(text), arrays)
    require_consistent(model)
    return model


def _model(header: Header, arrays: Arrays) -> ModelData:
    told = metadata_of(header)
    return ModelData(
        schema=header.schema,
        encoder=encoder_of(header.encoder),
        target_encodings=tuple(
            tuple(
                TargetEncoding(
                    source,
                    _array(arrays, f"rates/{fold}/{position}"),
                    header.cuts.get(source, ()),
                )
                for position, source in enumerate(sources)
            )
            for fold, sources in enumerate(header.rates)
        ),
        networks=_networks(header.networks, arrays),
        calibrator=header.calibrator,
        rounding=header.rounding,
        scores=told.scores,
        record=told.record,
        layers=told.layers,
        health=header.health,
        notes=header.notes,
        profile=header.seen,
        roles=header.roles,
        sketch=_sketch(header, arrays),
        **{name: getattr(header, name) for name in PLAIN},
    )


def _networks(header: NetworksHeader, arrays: Arrays) -> FixedNetworks:
    count = len(header.folds)
    depths = header.depths or (0,) * count
    if len(depths) != count or any(depths) != (header.shares is not None):
        raise ValueError("the depths of its members do not fit")
    members = tuple(
        Member(
            fold,
            tuple(
                FixedLayer(*(_array(arrays, f"{kind}/{number}/{index}") for kind in LAYER_ARRAYS))
                for index in range(2 if depth else len(header.grids))
            ),
            depth,
        )
        for number, (fold, depth) in enumerate(zip(header.folds, depths, strict=True))
    )
    return FixedNetworks(header.activation, header.grids, members, header.shares)


def _sketch(header: Header, arrays: Arrays) -> RowSketch | None:
    found = header.sketch
    if found is None:
        return None
    return RowSketch(found.rows, found.complete, _array(arrays, "sketch"))


def _array(arrays: Arrays, name: str) -> np.ndarray:
    if name not in arrays:
        raise ValueError(f'it lacks the array "{name}"')
    return arrays[name]


def _digest(rest: bytes, arrays: Arrays) -> str:
    """Checksum of the header's text behind the checksum itself, and of all arrays."""
    digest = hashlib.sha256(rest)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name} {array.dtype.name} {'x'.join(map(str, array.shape))}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _short(what: object) -> str:
    """Text of an error on one line: a stranger's words may be in it."""
    text = " ".join(str(what).split())
    return text if len(text) <= 200 else f"{text[:199]}…"
