"""The .odds file: safetensors arrays and one JSON header; no pickle, nothing in it can run.

docs/format.md describes it well enough to write a reader. Arrays: ``weights/MEMBER/LAYER`` int16,
``biases/MEMBER/LAYER`` int64, ``shifts/MEMBER/LAYER`` int16, ``rates/FOLD/POSITION`` float32. The
safetensors metadata holds one entry, ``trueodds``: the header as JSON text.
"""

import hashlib
import json
import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from trueodds.calibration.calibrator import Calibrator
from trueodds.calibration.scores import Scores
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.health.state import LayerState
from trueodds.model.consistent import require_consistent
from trueodds.model.fixed import FixedLayer, FixedNetworks, Grid, Member
from trueodds.model.model import Model
from trueodds.model.rounding import Rounding
from trueodds.table.blocks import Pieces
from trueodds.table.encode import Encoder
from trueodds.table.rates import RateTable
from trueodds.table.schema import Schema
from trueodds.training.record import TrainingRecord

FORMAT = 2
FEATURES = frozenset({"pieces", "cuts"})
"""What a file may ask its reader to know beyond format 2: `Pieces`, and rates of numbers."""
LARGEST_HEADER = 100_000_000
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

Arrays = dict[str, NDArray[Any]]


def save(model: Model, path: Path) -> None:
    """Write a model under a temporary name, then rename: the same model gives the same bytes.

    Raises
    ------
    TrueOddsError
        If the file cannot be written; an older file of that name then stays as it was.
    """
    data = to_bytes(model)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TrueOddsError(
            f"the model could not be written to {path}: {error.strerror}; "
            "choose another place with --out"
        ) from error


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, no model, or of another format.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}; check the path") from error
    return from_bytes(data, str(path))


def to_bytes(model: Model) -> bytes:
    """Return the content of a model's file."""
    arrays: Arrays = {}
    for number, member in enumerate(model.networks.members):
        for index, layer in enumerate(member.layers):
            for kind in LAYER_ARRAYS:
                arrays[f"{kind}/{number}/{index}"] = getattr(layer, kind)
    for fold, tables in enumerate(model.rates):
        for position, table in enumerate(tables):
            arrays[f"rates/{fold}/{position}"] = table.log_odds
    header = {
        "format": FORMAT,
        "needs": _needs(model),
        "schema": model.schema.to_json(),
        "encoder": model.encoder.to_json(),
        "rates": [[table.source for table in tables] for tables in model.rates],
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
    }
    rest = json.dumps(header, separators=(",", ":"))[1:]
    return save_tensors(
        arrays, metadata={"trueodds": f'{{"sha256":"{_digest(rest, arrays)}",{rest}'}
    )


def _needs(model: Model) -> list[str]:
    """What of `FEATURES` this model makes use of."""
    pieces = any(isinstance(block, Pieces) for block in model.encoder.blocks)
    return ["cuts"] * bool(_cuts(model)) + ["pieces"] * pieces


def _cuts(model: Model) -> dict[str, tuple[float, ...]]:
    """Cuts of every rated number; the folds share them, as they do not depend on the target."""
    return {t.source: t.cuts for tables in model.rates for t in tables if t.cuts}


def from_bytes(data: bytes, name: str = "the model") -> Model:
    """Read a model from the content of its file; ``name`` is what messages call it.

    Raises
    ------
    ModelFileError
        If it is damaged, no model, or of another format.
    """
    try:
        text = _header_text(data, name)
        header = _header(text, name)
        arrays = load_tensors(data)
        if not text.startswith(f'{{"sha256":"{_digest(text[SHA256_END:], arrays)}",'):
            raise ValueError("its content does not match its checksum")
        model = _model(header, arrays)
        require_consistent(model)
        return model
    except ModelFileError:
        raise
    # A stranger's header may hold anything in any place: lists for records, 1e999 for a count, …
    except (SafetensorError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise _damaged(name, str(error)) from error
    except (ArithmeticError, RecursionError, MemoryError) as error:
        raise _damaged(name, type(error).__name__) from error


def _header_text(data: bytes, name: str) -> str:
    foreign = ModelFileError(f"{name} is not a trueodds model (.odds file); check the path")
    if len(data) < 8:
        raise foreign
    (size,) = struct.unpack("<Q", data[:8])
    if size > min(LARGEST_HEADER, len(data) - 8):
        raise foreign
    try:
        outer = json.loads(data[8 : 8 + size])
        return str(outer["__metadata__"]["trueodds"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise foreign from None


def _header(text: str, name: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(text)
    if header["format"] > FORMAT or not FEATURES.issuperset(header.get("needs", ())):
        raise ModelFileError(
            f"{name} has format {header['format']} and needs {header.get('needs', [])}, more than "
            f"format {FORMAT}, the newest that this trueodds reads: update trueodds"
        )
    if header["format"] < FORMAT:
        raise ModelFileError(
            f"{name} has format {header['format']}, of a trueodds before its first release: "
            "fit the model again"
        )
    return header


def _model(header: dict[str, Any], arrays: Arrays) -> Model:
    return Model(
        schema=Schema.from_json(header["schema"]),
        encoder=Encoder.from_json(header["encoder"]),
        rates=tuple(
            tuple(
                RateTable(
                    source,
                    arrays[f"rates/{fold}/{position}"],
                    tuple(header.get("cuts", {}).get(source, ())),
                )
                for position, source in enumerate(sources)
            )
            for fold, sources in enumerate(header["rates"])
        ),
        networks=_networks(header["networks"], arrays),
        calibrator=Calibrator(**header["calibrator"]),
        rounding=Rounding(**header["rounding"]),
        scores=Scores.from_json(header["scores"]),
        record=TrainingRecord.from_json(header["record"]),
        layers=tuple(tuple(LayerState(**s) for s in states) for states in header["layers"]),
        health=tuple(header["health"]),
        notes=tuple(header["notes"]),
        **{name: header[name] for name in PLAIN},
    )


def _networks(header: dict[str, Any], arrays: Arrays) -> FixedNetworks:
    grids = tuple(Grid(int(g["bits"]), int(g["limit"])) for g in header["grids"])
    members = tuple(
        Member(
            int(fold),
            tuple(
                FixedLayer(*(arrays[f"{kind}/{number}/{index}"] for kind in LAYER_ARRAYS))
                for index in range(len(grids))
            ),
        )
        for number, fold in enumerate(header["folds"])
    )
    return FixedNetworks(header["activation"], grids, members)


def _damaged(name: str, why: str) -> ModelFileError:
    return ModelFileError(f"{name} is damaged: {why}; copy it again or fit it again")


def _digest(rest: str, arrays: Arrays) -> str:
    """Checksum of the header's text behind the checksum itself, and of all arrays."""
    digest = hashlib.sha256(rest.encode("utf-8", "surrogatepass"))
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name} {array.dtype.name} {'x'.join(map(str, array.shape))}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
