"""Parts of what several commands print with ``--json``, as types."""

from typing import Literal, NotRequired, TypedDict

from trueodds.columns.schema import Kind
from trueodds.evaluation.differences import Measure
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.scores import Scores
from trueodds.evaluation.slices import Slice
from trueodds.evaluation.worst_slice import WorstSlice
from trueodds.model.effect import Effects
from trueodds.model.monitor import OutOfRange
from trueodds.report.evidence import ColumnImportance
from trueodds.report.reliability import Bin
from trueodds.report.surprises import SurprisingRow


class LeakFound(TypedDict):
    """Columns that may give the answer away."""

    columns: list[str]
    tier: Literal["leak", "look"]
    """"leak" where no honest column is known to do this, "look" where some are."""
    kind: Literal["alone", "together", "score"]
    auc: float | None
    """Of rows kept apart, from 0 to 1."""
    evidence: str
    text: str
    """The finding and what to do, as a sentence."""


class Target(TypedDict):
    """The yes/no column."""

    name: str
    yes: str
    no: str
    rule: str
    """Why this label is yes."""


class FittedTarget(Target):
    """The yes/no column of a training table."""

    rows: int
    """Rows with a label."""
    left_out_missing: int
    """Rows without a label."""


class FittedColumns(TypedDict):
    """Columns by their use."""

    used: list[str]
    ignored: dict[str, str]
    """By name, why a column is not used."""


class UnseenRows(TypedDict):
    """Rows that no member saw, scored by the finished model."""

    rows: int
    """Rows that are not drawn."""
    drawn: int
    """Rows that the model is trained on, with a label or without."""
    left_out_missing: int
    """Of the rows that are not drawn, those without a label."""
    scores: Scores | None
    """None if no row has a label."""
    notes: list[str]
    """Cells that were not read."""
    out_of_range: list[OutOfRange]
    """How they differ from the drawn rows."""


class SliceDifferenceFound(TypedDict):
    """One measure of one group, beside that of the other rows."""

    column: str
    group: str
    measure: Measure
    inside: float
    outside: float
    p_value: float
    """Two-sided, of no difference; not corrected."""
    corrected_p_value: float
    """Corrected for all comparisons."""


class SlicesFound(TypedDict):
    """Scores of groups of rows."""

    rows: int
    groups: list[Slice]
    correction: Literal["Holm"]
    comparisons: int
    """How many p-values are corrected together."""
    differences: list[SliceDifferenceFound]
    """All that were tested."""
    worst_combination: WorstSlice | None
    """The worst combination of two groups, found on half of the rows, judged on the others."""
    sentences: list[str]
    """The differences beyond chance, and how many were tested."""
    notes: list[str]
    """How columns were cut into groups."""


class PageFacts(TypedDict):
    """Facts of the page that are no scores."""

    verdict: str
    judged: str
    """Which rows are judged."""
    reliability: list[Bin]
    """The bins of the reliability diagram."""
    importance: list[ColumnImportance]
    effects: Effects | None
    slices: SlicesFound | None
    surprises: list[SurprisingRow]
    """With --show-rows: rows of the largest log-loss."""


class Less(TypedDict):
    """Scores of one forecast, less those of the first."""

    name: str
    log_loss: Interval
    """Nats; below 0 where this forecast is better."""
    brier: Interval
    auc: Interval
    cost: Interval | None
    """None without costs."""


class Bootstrap(TypedDict):
    """How the intervals were drawn."""

    draws: int
    units: int
    of: Literal["groups", "rows"]


class ColumnFound(TypedDict):
    """One column of the training table; `trueodds.columns.schema` describes how it is read."""

    name: str
    kind: Kind
    reason: str
    """Why it is ignored, or read as text."""
    missing: int
    distinct: int
    levels: list[str]
    date_format: str
    number_style: str
    leak: str
    """Evidence that it gives the answer away; else empty."""
    unit: NotRequired[str]
    date_order: NotRequired[str]
    century: NotRequired[int]
    words: NotRequired[list[str]]


class LeakKept(TypedDict):
    """A finding about columns, as the model file has it."""

    columns: list[str]
    tier: Literal["leak", "look"]
    kind: Literal["alone", "together", "score"]
    auc: float | None
    evidence: str
    stand_ins: list[str]


class SchemaFound(TypedDict):
    """The columns of the training table."""

    columns: list[ColumnFound]
    rows: int
    leaks: list[LeakKept]


class RolesFound(TypedDict):
    """Columns that are no inputs; None where there was none, empty where it was an array."""

    weight: str | None
    group: str | None
    time: str | None
    weight_reading: NotRequired[tuple[str, str]]


class NetworkFound(TypedDict):
    """The networks."""

    sizes: list[list[int]]
    """Of the layers of every member."""
    activation: str
    members: int
    parameters: int
