"""The header of a model file: its schema, read strictly by msgspec, and its text.

The dataclasses that the parts of a model are made of are the schema: msgspec decodes straight into
them and refuses another type, a number that no float64 holds, an unknown word where there is a
choice. What scoring does not need (`Metadata`) may hold null for a figure that is not defined.
"""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, TypeVar

import msgspec

from trueodds.columns.profile import Seen
from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.ensemble.calibrator import Calibrator
from trueodds.evaluation.scores import Scores
from trueodds.features.blocks import BLOCKS
from trueodds.features.derive import Derived
from trueodds.features.encoder import Encoder
from trueodds.health.state import LayerState
from trueodds.model.fixed import Grid
from trueodds.model.rounding import Rounding
from trueodds.network.activations import Activation
from trueodds.training.training_record import TrainingRecord

T = TypeVar("T")


class Kind(msgspec.Struct):
    """What decides whether the rest can be read."""

    format: int
    needs: tuple[str, ...] = ()


class NetworksHeader(msgspec.Struct):
    """Networks but for their arrays."""

    activation: Activation
    grids: tuple[Grid, ...]
    folds: tuple[int, ...]
    depths: tuple[int, ...] = ()
    shares: Grid | None = None


class EncoderHeader(msgspec.Struct):
    """An encoder whose blocks are still text."""

    derived: tuple[Derived, ...]
    blocks: tuple[msgspec.Raw, ...]


class BlockKind(msgspec.Struct):
    """Which block a block's text is."""

    kind: Literal["clipped_scale", "curve", "pieces", "equals", "missing", "levels"]


class SketchHeader(msgspec.Struct):
    """A sketch of the training rows but for its array."""

    rows: int
    complete: bool


class Header(msgspec.Struct):
    """Every field of format 2; others are passed over."""

    schema: Schema
    encoder: EncoderHeader
    rates: tuple[tuple[str, ...], ...]
    networks: NetworksHeader
    calibrator: Calibrator
    rounding: Rounding
    scores: msgspec.Raw
    record: msgspec.Raw
    layers: msgspec.Raw
    health: tuple[str, ...]
    notes: tuple[str, ...]
    target_name: str
    target_yes: str
    target_no: str
    target_rule: str
    versions: dict[str, str]
    source: str
    source_sha256: str
    cuts: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)
    seen: Seen | None = None
    roles: RoleColumns = RoleColumns()
    sketch: SketchHeader | None = None


@dataclass(frozen=True)
class Metadata:
    """How the model was made and how good it is: not needed to score."""

    scores: Scores
    record: TrainingRecord
    layers: tuple[tuple[LayerState, ...], ...]


_KIND = msgspec.json.Decoder(Kind)
_HEADER = msgspec.json.Decoder(Header)
_BLOCK_KIND = msgspec.json.Decoder(BlockKind)
_BLOCKS = {kind: msgspec.json.Decoder(block) for kind, block in BLOCKS.items()}


def read_kind(text: bytes) -> Kind:
    """Decode ``format`` and ``needs``; raises msgspec's ValueErrors."""
    return _KIND.decode(text)


def read_header(text: bytes) -> Header:
    """Decode the header; raises msgspec's ValueErrors, which name the field, and RecursionError."""
    return _HEADER.decode(text)


def encoder_of(header: EncoderHeader) -> Encoder:
    """Decode every block by its kind."""
    return Encoder(
        header.derived,
        tuple(_BLOCKS[_BLOCK_KIND.decode(block).kind].decode(block) for block in header.blocks),
    )


def metadata_of(header: Header) -> Metadata:
    """Decode what is told of the model, null as NaN."""
    return Metadata(
        scores=_with_nan(header.scores, Scores),
        record=_with_nan(header.record, TrainingRecord),
        layers=_with_nan(header.layers, tuple[tuple[LayerState, ...], ...]),
    )


def header_text(fields: dict[str, Any]) -> str:
    """JSON of a header; a figure that is not finite becomes null."""
    return json.dumps(_nulled(fields), separators=(",", ":"), allow_nan=False)


def _with_nan(text: msgspec.Raw, kind: type[T]) -> T:
    if b"null" not in bytes(text):  # the usual case, ten times as quick
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(_unnulled(msgspec.json.decode(text)), kind)


def _unnulled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unnulled(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_unnulled(entry) for entry in value]
    return float("nan") if value is None else value


def _nulled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nulled(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_nulled(entry) for entry in value]
    return None if isinstance(value, float) and not isfinite(value) else value
