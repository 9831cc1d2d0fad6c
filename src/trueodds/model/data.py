"""A model as plain data: all that its file holds, and nothing that computes."""

from dataclasses import dataclass, field

from trueodds.columns.profile import Seen
from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.columns.sketch import RowSketch
from trueodds.ensemble.calibrator import Calibrator
from trueodds.evaluation.scores import Scores
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.health.state import LayerState
from trueodds.model.fixed import FixedNetworks
from trueodds.model.rounding import Rounding
from trueodds.training.training_record import TrainingRecord


@dataclass(frozen=True, eq=False, repr=False)
class ModelData:
    """What `trueodds.model.file` writes and reads; `trueodds.model.Model` forecasts with it."""

    schema: Schema
    target_name: str
    target_yes: str
    target_no: str
    target_rule: str
    encoder: Encoder
    target_encodings: tuple[tuple[TargetEncoding, ...], ...]
    """For every fold the tables that feed its members."""
    networks: FixedNetworks
    calibrator: Calibrator
    rounding: Rounding
    """What scoring in whole numbers changes."""
    scores: Scores
    """Of the calibrated out-of-fold forecast of the training rows."""
    record: TrainingRecord
    layers: tuple[tuple[LayerState, ...], ...]
    """Each member's hidden layers after training."""
    health: tuple[str, ...]
    """Findings about the layers; empty when all is well."""
    notes: tuple[str, ...]
    versions: dict[str, str]
    source: str
    source_sha256: str
    profile: Seen | None = None
    """What the training rows looked like; None in files of before it was kept."""
    roles: RoleColumns = field(default_factory=RoleColumns)
    """Columns of weights, groups and times that it was fitted with."""
    sketch: RowSketch | None = None
    """By which training rows are known again; None in files of before it was kept."""
