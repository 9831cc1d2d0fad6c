"""``trueodds predict``: rows and their probability; imports only NumPy and the table reader."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.cli.console import note, print_json
from trueodds.cli.options import number_or_name
from trueodds.cli.outputs import require_writable
from trueodds.columns.values import OddCells, Values
from trueodds.errors import TableError, UsageError
from trueodds.evaluation.costs import Costs
from trueodds.model import Model, load
from trueodds.model.calls import called, costs_for, require_costs
from trueodds.model.explanation import Explanation
from trueodds.model.model import probability
from trueodds.model.monitor import Monitor, OutOfRange
from trueodds.table import (
    Frame,
    Source,
    TableStream,
    stream_table,
    writable_ending,
    write_stream,
)
from trueodds.table.ahead import worked_ahead
from trueodds.table.sources import masked
from trueodds.table.write import database_of, layout_of


@dataclass(frozen=True)
class Asked:
    """What is written beside the probability."""

    decide: bool = False
    costs: tuple[str | None, str | None, str | None] = (None, None, None)
    """Costs of a wrong call and of a missed yes, and the benefit, as given."""
    interval: bool = False
    reasons: int = 0

    def require(self, model: Model) -> None:
        """Raise UsageError if the options do not fit each other or the model."""
        if not self.decide and self.costs != (None, None, None):
            raise UsageError("costs are for decisions: add --decide")
        if self.decide:
            require_costs(self.costs, model.costs)
        if self.interval:
            model.bounds_of(np.zeros(0))
        if self.reasons:
            model.require_background()

    def names(self) -> list[str]:
        """Names of the new columns."""
        bounds = ["lower", "upper"] if self.interval else []
        reasons = [f"reason_{i + 1}" for i in range(self.reasons)]
        return ["probability", *bounds, *(["decision"] if self.decide else []), *reasons]

    def costs_of(self, frame: Frame, stored: Costs | None) -> Costs:
        """Costs of the rows."""
        fp, fn, benefit = (number_or_name(cost) for cost in self.costs)
        return costs_for((fp, fn, benefit), stored, frame)


COMES_WITH = {
    "lower": "--interval",
    "upper": "--interval",
    "decision": "--decide",
    "reason_1": "--explain",
}
"""New columns and the option that asks for them."""
PLAIN = Asked()
"""Nothing but the probability."""


@dataclass(frozen=True, eq=False)
class Scored:
    """A frame with all that is written beside its rows."""

    frame: Frame
    values: Values
    forecast: NDArray[np.float64]
    """Probabilities, shape (rows,)."""
    added: list[pl.Series]
    """The new columns."""
    called: int
    """Rows whose decision is a call."""

    @classmethod
    def of(cls, model: Model, frame: Frame, asked: Asked) -> "Scored":
        """Score a frame."""
        aligned, values = model.read_frame(frame)
        log_odds = model.log_odds_of(values)
        forecast = probability(log_odds)
        added, count = [pl.Series("probability", forecast)], 0
        if asked.interval:
            lower, upper = model.bounds_of(log_odds)
            added += [pl.Series("lower", lower), pl.Series("upper", upper)]
        if asked.decide:
            calls = called(log_odds, asked.costs_of(frame, model.costs))
            count = int(calls.sum())
            added.append(pl.Series("decision", np.where(calls, "call", "no call")))
        if asked.reasons:
            added += reason_columns(model.explain_rows(aligned, values), asked.reasons)
        return cls(frame, values, forecast, added, count)


@dataclass
class Tally:
    """Counts over all rows, complete when the last row has been scored."""

    rows: int = 0
    total: float = 0.0
    """Sum of the probabilities."""
    called: int = 0
    """Rows whose decision is a call."""
    odd: dict[str, OddCells] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    """How columns were found, each sentence once."""

    def scored(
        self, model: Model, table: TableStream, monitor: Monitor, asked: Asked
    ) -> Iterator[tuple[Frame, pl.DataFrame]]:
        """Score the frames one after another."""
        for part in worked_ahead(table.frames, lambda frame: Scored.of(model, frame, asked)):
            monitor.update(part.values, part.frame)
            self.rows += part.frame.rows
            self.total += float(part.forecast.sum())
            self.called += part.called
            self.remarks |= dict.fromkeys(part.values.remarks)
            self.add_odd(part.values.odd)
            yield part.frame, pl.DataFrame(part.added)

    def add(self, other: "Tally") -> None:
        """Count the rows of another tally too, which come after these."""
        self.rows += other.rows
        self.total += other.total
        self.called += other.called
        self.remarks |= other.remarks
        self.add_odd(other.odd.values())

    def add_odd(self, found: Iterable[OddCells]) -> None:
        """Count cells that were not read."""
        for cells in found:
            before = self.odd.get(cells.column)
            self.odd[cells.column] = cells if before is None else before.plus(cells)

    def notes(self, model: Model) -> list[str]:
        """Columns and cells that count as missing, one sentence a column in the model's order."""
        odd = [self.odd[c.name].message() for c in model.schema.used if c.name in self.odd]
        return [*self.remarks, *odd]


def reason_columns(explained: Explanation, most: int) -> list[pl.Series]:
    """The reasons of all rows, one column for each rank; empty where a row has fewer."""
    rows = [explained.reasons(row, most) for row in range(len(explained.values))]
    return [
        pl.Series(f"reason_{i + 1}", [r[i] if i < len(r) else None for r in rows], dtype=pl.String)
        for i in range(most)
    ]


def _require_place(out: str, new: Source, model_file: Path) -> None:
    """Raise unless scored rows can be written there, beside the rows that they come from."""
    inputs = [new.path] if new.kind == "path" else []
    try:
        database = database_of(out)
        if database is None:
            writable_ending(out)
    except TableError as error:
        raise UsageError(f"--out: {error}") from None
    if database is None:
        require_writable(Path(out), "--out", [model_file, *inputs])
        if new.matches(Path(out)):
            raise UsageError(f"--out: {out} is of the input's pattern; choose another name")
    elif database.kind == "path":
        require_writable(database.path, "--out")


def require_columns(first: Frame, columns: tuple[str, ...], asked: Asked) -> None:
    """Raise UsageError unless these columns can be written of rows like those of a frame."""
    try:
        layout_of(first, columns, asked.names())
    except TableError as error:
        wanted = {name.strip() for text in columns for name in text.split(",")}
        for name, option in COMES_WITH.items():
            if name in wanted and name not in (*asked.names(), *first.names):
                raise UsageError(f'--columns: "{name}" comes with {option}; add it') from None
        raise UsageError(f"--columns: {error}") from None


MOST_LINES = 8
"""Most lines about differences from training."""


def print_notes(notes: Sequence[str], found: Sequence[OutOfRange]) -> None:
    """Print what was guessed, and the differences from training."""
    for text in notes:
        note(f"Note: {text}")
    shown = found if len(found) <= MOST_LINES else found[: MOST_LINES - 1]
    for finding in shown:
        note(f"Differs from training: {finding.sentence}")
    if len(shown) < len(found):
        note(
            f"Differs from training: {len(found) - len(shown):,} more; see trueodds drift or --json"
        )


def run_predict(
    model_file: Path,
    new: Source,
    out: str | None,
    columns: tuple[str, ...] = (),
    asked: Asked = PLAIN,
    *,
    as_json: bool,
) -> None:
    """Score a table and write it with its probabilities.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then.
    """
    if as_json and out is None:
        raise UsageError("--json needs --out: without --out the scored rows go to stdout")
    if out is not None:
        _require_place(out, new, model_file)
    model = load(model_file)
    asked.require(model)
    table = stream_table(new)
    require_columns(table.first, columns, asked)
    tally, monitor = Tally(), Monitor(model.schema, model.profile)
    scored = tally.scored(model, table, monitor, asked)
    wrote = write_stream(table.first, scored, out, columns, asked.names())
    notes = [*table.first.notes, *tally.notes(model), *wrote]
    found = monitor.out_of_range()
    print_notes(notes, found)
    if out is not None:
        calls = tally.called if asked.decide else None
        mean = tally.total / tally.rows
        print_scored(model, masked(out), tally.rows, mean, calls, notes, found, as_json=as_json)


def print_scored(
    model: Model,
    out: str,
    rows: int,
    mean: float | None,
    calls: int | None,
    notes: Sequence[str],
    found: Sequence[OutOfRange],
    *,
    as_json: bool,
    files: tuple[int, int] | None = None,
) -> None:
    """Print what was scored: JSON to standard output, or a sentence to standard error.

    ``mean`` is that of the probabilities, None without rows; ``calls`` the rows to call, None
    where that was not asked; ``files`` those scored now and before, None for a table.
    """
    if as_json:
        facts: dict[str, Any] = {"out": out}
        if files is not None:
            facts |= {"files": files[0], "kept": files[1]}
        facts |= {"rows": rows, "mean_probability": mean}
        facts |= {"target": model.target_name, "yes": model.target_yes}
        if calls is not None:
            facts["called"] = calls
        print_json("predict", {**facts, "notes": notes, "out_of_range": found})
    elif mean is not None:
        note(
            f"{out}: {'' if files is None else f'{files[0]:,} files, '}{rows:,} rows with the "
            f'probability that "{model.target_name}" is "{model.target_yes}", {mean:.2%} on average'
            + ("" if calls is None else f"; {calls:,} rows to call")
        )
