"""Golden models for the exports, and a table of their rows with typed cells."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from trueodds import Model, load

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.odds"))


@pytest.fixture
def golden_model() -> Callable[[str], tuple[Model, pl.DataFrame]]:
    """A golden model by name, and its rows: numbers, timestamps and text, in the order ``nr``."""

    def read(name: str) -> tuple[Model, pl.DataFrame]:
        model = load(GOLDEN / f"{name}.odds")
        told = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        rows = [row["cells"] for row in told]
        values = model.read(rows)
        # A query must not mix up its own names with those of the table.
        columns = {name: pl.Series(range(len(rows))) for name in ("nr", "t", "c0", "log_odds_")}
        for column in model.schema.used:
            if column.coded:
                cells = [row.get(column.name) for row in rows]
                texts = [None if cell is None else str(cell) for cell in cells]
                columns[column.name] = pl.Series(texts, dtype=pl.String)
                continue
            numbers = pl.Series(values.numbers[column.name]).fill_nan(None)
            if column.kind == "date":
                numbers = pl.from_epoch((numbers * 1e6).round().cast(pl.Int64), "us")
            columns[column.name] = numbers
        return model, pl.DataFrame(columns)

    return read
