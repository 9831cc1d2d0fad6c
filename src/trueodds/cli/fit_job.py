"""The options of ``trueodds fit``."""

from dataclasses import dataclass
from pathlib import Path

from trueodds.table import Source


@dataclass(frozen=True)
class FitJob:
    """The options of ``fit``."""

    train: Path | Source
    target: str
    out: Path
    report: Path | None
    positive: str | None = None
    drop: tuple[str, ...] = ()
    weight: str | None = None
    group: str | None = None
    time: str | None = None
    effort: str = "standard"
    seed: int = 0
    jobs: int | None = None
    on: str | None = None
    """A Ray cluster, see `trueodds.execution.ray_address.ray_address`; None for this machine."""
    memory: int | None = None
    """Most bytes of memory for data; None for no limit."""
    time_limit: float | None = None
    """Seconds that all may take; None for no limit."""
    heal: bool = False
    """Whether faults that members share are cured and all members trained again."""
    costs: tuple[float | None, float | None, float | None] = (None, None, None)
    """Costs of a wrong call and of a missed yes, and the benefit, as given."""

    background: bool = True
    """Whether the model keeps the cells of some training rows, for explanations."""
    rows: int | None = None
    """Rows that are drawn from the files of a folder to train on; None for all rows."""
    show_rows: int = 0
    """How many rows of the largest out-of-fold log-loss the report shows."""
