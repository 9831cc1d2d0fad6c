"""``trueodds predict``: rows and their probability; imports only NumPy and the table reader."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trueodds.cli.console import note, print_json
from trueodds.cli.outputs import require_writable
from trueodds.columns.values import OddCells
from trueodds.errors import TableError, UsageError
from trueodds.model import Model, load
from trueodds.model.model import probability
from trueodds.model.monitor import Monitor
from trueodds.table import (
    Frame,
    Source,
    TableStream,
    stream_table,
    writable_ending,
    write_stream,
)
from trueodds.table.sources import masked
from trueodds.table.write import database_of, layout_of


@dataclass
class Tally:
    """Counts over all rows, complete when the last row has been scored."""

    rows: int = 0
    total: float = 0.0
    """Sum of the probabilities."""
    odd: dict[str, OddCells] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    """How columns were found, each sentence once."""

    def scored(
        self, model: Model, table: TableStream, monitor: Monitor
    ) -> Iterator[tuple[Frame, NDArray[np.float64]]]:
        """Score the frames one after another."""
        for frame in table.frames:
            values = model.read(frame)
            monitor.update(values, frame)
            forecast = probability(model.log_odds_of(values))
            self.rows += frame.rows
            self.total += float(forecast.sum())
            self.remarks |= dict.fromkeys(values.remarks)
            for cells in values.odd:
                before = self.odd.get(cells.column)
                self.odd[cells.column] = cells if before is None else before.plus(cells)
            yield frame, forecast

    def notes(self, model: Model) -> list[str]:
        """Columns and cells that count as missing, one sentence a column in the model's order."""
        odd = [self.odd[c.name].message() for c in model.schema.used if c.name in self.odd]
        return [*self.remarks, *odd]


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


MOST_LINES = 8
"""Most lines about differences from training."""


def run_predict(
    model_file: Path, new: Source, out: str | None, columns: tuple[str, ...] = (), *, as_json: bool
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
    table = stream_table(new)
    try:
        layout_of(table.first, columns)
    except TableError as error:
        raise UsageError(f"--columns: {error}") from None
    tally, monitor = Tally(), Monitor(model.schema, model.profile)
    wrote = write_stream(table.first, tally.scored(model, table, monitor), out, columns)
    notes = [*table.first.notes, *tally.notes(model), *wrote]
    for text in notes:
        note(f"Note: {text}")
    found = monitor.out_of_range()
    shown = found if len(found) <= MOST_LINES else found[: MOST_LINES - 1]
    for finding in shown:
        note(f"Differs from training: {finding.sentence}")
    if len(shown) < len(found):
        note(
            f"Differs from training: {len(found) - len(shown):,} more; see trueodds drift or --json"
        )
    mean = tally.total / tally.rows
    if as_json:
        print_json(
            {
                "out": masked(str(out)),
                "rows": tally.rows,
                "mean_probability": mean,
                "target": model.target_name,
                "yes": model.target_yes,
                "notes": notes,
                "out_of_range": found,
            }
        )
    elif out is not None:
        note(
            f"{masked(out)}: {tally.rows:,} rows with the probability that "
            f'"{model.target_name}" is "{model.target_yes}", {mean:.2%} on average'
        )
