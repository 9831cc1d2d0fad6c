"""A model as plain data: all that its file holds, and nothing that computes."""

from dataclasses import dataclass, field

from trueodds.calibration.calibrator import Calibrator
from trueodds.calibration.scores import Scores
from trueodds.health.state import LayerState
from trueodds.model.fixed import FixedNetworks
from trueodds.model.rounding import Rounding
from trueodds.table.encode import Encoder
from trueodds.table.rates import RateTable
from trueodds.table.roles import RoleColumns
from trueodds.table.schema import Schema
from trueodds.table.sketch import RowSketch
from trueodds.table.summary import Seen
from trueodds.training.record import TrainingRecord


@dataclass(frozen=True, eq=False)
class ModelData:
    """What `trueodds.model.file` writes and reads; `trueodds.model.Model` forecasts with it."""

    schema: Schema
    target_name: str
    target_yes: str
    target_no: str
    target_rule: str
    encoder: Encoder
    rates: tuple[tuple[RateTable, ...], ...]
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
    seen: Seen | None = None
    """What the training rows looked like; None in files of before it was kept."""
    roles: RoleColumns = field(default_factory=RoleColumns)
    """Columns of weights, groups and times that it was fitted with."""
    sketch: RowSketch | None = None
    """By which training rows are known again; None in files of before it was kept."""
