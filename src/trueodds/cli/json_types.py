"""What the commands print with ``--json``, as types; ``docs/schemas`` has their schemas.

Every object also has the field ``format``, see `trueodds.cli.json_versions`. A number that is not
defined is null.
"""

from typing import Any, Literal, NotRequired, TypedDict

from trueodds.cli.json_parts import (
    Bootstrap,
    FittedColumns,
    FittedTarget,
    LeakFound,
    Less,
    NetworkFound,
    PageFacts,
    RolesFound,
    SchemaFound,
    SlicesFound,
    Target,
    UnseenRows,
)
from trueodds.ensemble.calibrator import Calibrator
from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.decision_curves import CurvePoint, GainsPart
from trueodds.evaluation.decisions import Decision
from trueodds.evaluation.scores import Scores
from trueodds.functions.proof import ProofResult
from trueodds.health.state import LayerState
from trueodds.model.check import Check
from trueodds.model.comparison import Contender
from trueodds.model.drift import ColumnDrift
from trueodds.model.effect import ColumnEffect, Effects, PairEffect
from trueodds.model.monitor import OutOfRange
from trueodds.model.rounding import Rounding
from trueodds.report.evidence import ColumnImportance
from trueodds.report.reliability import Bin
from trueodds.report.surprises import SurprisingRow
from trueodds.training.training_record import TrainingRecord


class FitJson(PageFacts):
    """``trueodds fit --json``."""

    model: str
    """The model file."""
    report: str | None
    """The page's file."""
    source: str
    """Name of the training table."""
    source_sha256: str
    """SHA-256 of the training table's file or folder; empty for other sources."""
    warnings: list[LeakFound]
    target: FittedTarget
    columns: FittedColumns
    effort: Literal["quick", "standard", "best"]
    seed: int
    folds: str
    """How the folds were made, in words."""
    scores: Scores
    """Out-of-fold."""
    logistic_regression: Baseline
    decision: Decision | None
    """None without costs."""
    health: list[str]
    """A sentence for each fault of training."""
    checks: list[Check]
    """Numbered checks that fired."""
    treatments: list[str]
    """Cures that were tried."""
    notes: list[str]
    """What was guessed."""
    unseen: NotRequired[UnseenRows]
    """With --rows: the rows that are not drawn."""
    seconds: float


class PredictJson(TypedDict):
    """``trueodds predict --out SCORED --json``."""

    out: str
    """Where the scored rows are; passwords are masked."""
    files: NotRequired[int]
    """With --on: files that were scored."""
    kept: NotRequired[int]
    """With --on: files that an earlier run has scored."""
    rows: int
    mean_probability: float
    target: str
    yes: str
    """The label whose probability is given."""
    called: NotRequired[int]
    """Rows to call, with --decide."""
    notes: list[str]
    out_of_range: list[OutOfRange]
    """How the rows differ from those of training."""


class EvaluateJson(TypedDict):
    """``trueodds evaluate --json``; the fields of the page are there with ``--report``."""

    model: str
    table: str
    target: str
    yes: str
    training_table: bool
    """Whether the model was trained on this table."""
    seen: float | None
    """Estimated share of rows that trained the model; None where it is not known."""
    seen_exact: bool
    """Whether every row was compared, not only a sample."""
    all_seen: bool
    """Whether nearly all rows trained the model: the scores are too good."""
    weight: str | None
    """The column of weights; None if all rows count the same."""
    weighting: str
    """Where the weights come from, in words."""
    remarks: list[str]
    """What a reader of the scores must know."""
    left_out_missing: int
    """Rows without a label."""
    scores: Scores
    unseen_scores: Scores | None
    """Of the rows that equal no training row, if some do."""
    training_scores: Scores
    """Out-of-fold scores of the training rows."""
    slices: SlicesFound | None
    checks: list[Check]
    report: NotRequired[str]
    verdict: NotRequired[str]
    judged: NotRequired[str]
    reliability: NotRequired[list[Bin]]
    importance: NotRequired[list[ColumnImportance]]
    effects: NotRequired[Effects | None]
    surprises: NotRequired[list[SurprisingRow]]
    """With --show-rows: rows of the largest log-loss."""


class CompareJson(TypedDict):
    """``trueodds compare --json``."""

    table: str
    rows: int
    overlap: str
    """A sentence if rows trained a model; else empty."""
    weighting: str
    left_out_missing: int
    """Rows without a label."""
    contenders: list[Contender]
    less: str
    """The first forecast, from which the others differ."""
    differences: list[Less]
    bootstrap: Bootstrap
    sentences: list[str]


class DecideJson(TypedDict):
    """``trueodds decide --json``."""

    model: str
    table: str
    target: str
    yes: str
    decision: Decision
    gains: list[GainsPart]
    """Tenths of the rows, the highest probabilities first."""
    curve: list[CurvePoint]
    remarks: list[str]
    checks: list[Check]


class EffectsJson(TypedDict):
    """``trueodds effects --json``."""

    model: str
    table: str
    columns: list[ColumnEffect]
    rows: int
    """Rows of which each column's cells were changed, about."""
    of: int
    """Rows given."""
    pairs: list[PairEffect]
    """All pairs of the first columns that have effects, the largest first."""


class DriftJson(TypedDict):
    """``trueodds drift --json``."""

    model: str
    table: str
    rows: int
    training_rows: int
    threshold: float
    """Population stability index from which a column can count as drifted."""
    drifted: bool
    """Whether a column or the forecast has drifted; the exit code is then 3."""
    score: ColumnDrift
    """Of the forecast."""
    columns: list[ColumnDrift]
    checks: list[Check]


class CheckJson(TypedDict):
    """``trueodds check --json``."""

    model: str
    checks: list[Check]


class InspectJson(TypedDict):
    """``trueodds inspect --json``."""

    model: str
    bytes: int
    target: Target
    warnings: list[LeakFound]
    source: str
    source_sha256: str
    roles: RolesFound
    schema: SchemaFound
    network: NetworkFound
    crosses: dict[str, int]
    """Columns read together, and in how many folds' networks."""
    rounding: Rounding
    calibrator: Calibrator
    record: TrainingRecord
    scores: Scores
    """Out-of-fold."""
    layers: list[list[LayerState]]
    health: list[str]
    checks: list[Check]
    notes: list[str]
    versions: dict[str, str]


class ProveJson(TypedDict):
    """``trueodds prove --json``."""

    proofs: list[ProofResult]


TYPES: dict[str, Any] = {
    "fit": FitJson,
    "predict": PredictJson,
    "evaluate": EvaluateJson,
    "compare": CompareJson,
    "decide": DecideJson,
    "effects": EffectsJson,
    "drift": DriftJson,
    "check": CheckJson,
    "inspect": InspectJson,
    "prove": ProveJson,
}
"""By command."""
