"""A model as plain data: everything that its file holds, without computation."""

from dataclasses import dataclass, field

from trueodds.columns.profile import Profile
from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.columns.sketch import RowSketch
from trueodds.ensemble.bounds import Bounds
from trueodds.ensemble.calibrator import Calibrator
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.scores import Scores
from trueodds.features.encoder import Encoder
from trueodds.features.target_encoding import TargetEncoding
from trueodds.health.state import LayerState
from trueodds.model.background import Background
from trueodds.model.check import Check
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
    """The target encodings of every fold, inputs of that fold's members."""
    networks: FixedNetworks
    calibrator: Calibrator
    rounding: Rounding
    """How much scoring in whole numbers changes the forecast."""
    scores: Scores
    """Scores of the calibrated out-of-fold forecast of the training rows."""
    record: TrainingRecord
    layers: tuple[tuple[LayerState, ...], ...]
    """State of each member's hidden layers after training."""
    health: tuple[str, ...]
    """Findings about the layers, one sentence each; empty when there are none."""
    notes: tuple[str, ...]
    versions: dict[str, str]
    source: str
    source_sha256: str
    profile: Profile | None = None
    """Reference profile of the training rows; None in older files, which do not hold it."""
    roles: RoleColumns = field(default_factory=RoleColumns)
    """Columns of weights, groups and times that the model was fitted with."""
    sketch: RowSketch | None = None
    """Hashes that recognise training rows; None in older files, which do not hold it."""
    costs: Costs | None = None
    """What decisions cost, numbers for all rows; None if the fit was not told."""
    bounds: Bounds | None = None
    """Bounds of the share of yes by forecast; None in older files, and with few rows of a label."""
    background: Background | None = None
    """Training rows that explanations compare with; None in older files, and where refused."""
    fit_checks: tuple[Check, ...] = ()
    """Checks that needed the training table; empty in older files."""
