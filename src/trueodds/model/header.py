"""The header of a model file: its fields, which msgspec reads strictly, and its text.

The dataclasses of a model's parts define the fields. msgspec decodes into them and refuses a wrong
type, a number that float64 cannot hold, and an unknown word where there is a choice. Parts that
scoring does not need (`Metadata`) may hold null for a figure that is not defined.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from trueodds.columns.profile import Profile
from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.ensemble.bounds import Bounds
from trueodds.ensemble.calibrator import Calibrator
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.scores import Scores
from trueodds.features.cross import Part
from trueodds.features.encoder import Encoder
from trueodds.health.state import LayerState
from trueodds.model.background import Background
from trueodds.model.check import Check
from trueodds.model.fixed import Grid
from trueodds.model.rounding import Rounding
from trueodds.network.activations import Activation
from trueodds.training.training_record import TrainingRecord

T = TypeVar("T")


class Kind(msgspec.Struct):
    """The fields that decide whether the rest can be read."""

    format: int
    needs: tuple[str, ...] = ()


class NetworksHeader(msgspec.Struct):
    """Networks without their arrays."""

    activation: Activation
    grids: tuple[Grid, ...]
    folds: tuple[int, ...]
    depths: tuple[int, ...] = ()
    shares: Grid | None = None


class CrossHeader(msgspec.Struct):
    """A cross without its array."""

    name: str
    parts: tuple[Part, ...]


class TextHeader(msgspec.Struct):
    """A text: its name among the target encodings, and its words by their places in a column's."""

    name: str
    column: str
    places: tuple[int, ...]


class SketchHeader(msgspec.Struct):
    """A sketch of the training rows without its array."""

    rows: int
    complete: bool


class CostsHeader(msgspec.Struct):
    """What decisions cost."""

    false_positive: float
    false_negative: float
    benefit: float

    @classmethod
    def of(cls, costs: Costs) -> "CostsHeader":
        """The costs of a model, which are the same for all rows."""
        return cls(*costs.numbers())

    def costs(self) -> Costs:
        """The costs; raises ValueError if one is out of range."""
        return Costs(self.false_positive, self.false_negative, self.benefit)


class Header(msgspec.Struct):
    """Every field of format 2; other fields are ignored."""

    schema: Schema
    encoder: Encoder
    target_encodings: tuple[tuple[str, ...], ...] = msgspec.field(name="rates")
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
    crosses: tuple[CrossHeader, ...] = ()
    texts: tuple[TextHeader, ...] = ()
    profile: Profile | None = msgspec.field(default=None, name="seen")
    roles: RoleColumns = RoleColumns()
    sketch: SketchHeader | None = None
    costs: CostsHeader | None = None
    bounds: Bounds | None = None
    background: Background | None = None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Metadata:
    """How the model was made and how good it is; scoring does not need it."""

    scores: Scores
    record: TrainingRecord
    layers: tuple[tuple[LayerState, ...], ...]


_KIND = msgspec.json.Decoder(Kind)
_HEADER = msgspec.json.Decoder(Header)


def read_kind(text: bytes) -> Kind:
    """Decode ``format`` and ``needs``; raises msgspec's ValueErrors."""
    return _KIND.decode(text)


def read_header(text: bytes) -> Header:
    """Decode the header.

    Raises
    ------
    ValueError
        From msgspec, naming the field that is wrong.
    RecursionError
        If the text is nested too deeply.
    """
    return _HEADER.decode(text)


def metadata_of(header: Header) -> Metadata:
    """Decode the metadata; null becomes NaN."""
    return Metadata(
        scores=_with_nan(header.scores, Scores),
        record=_with_nan(header.record, TrainingRecord),
        layers=_with_nan(header.layers, tuple[tuple[LayerState, ...], ...]),
    )


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
