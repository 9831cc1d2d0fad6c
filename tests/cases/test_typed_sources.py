"""Dates, times, durations and yes/no, whatever holds them in training and in scoring."""

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cases.places import ROWS, save
from table.made_files import in_duckdb, zipped
from trueodds import TrueOddsClassifier
from trueodds.table import as_frame, as_source, read_table, write_scored


def typed_table() -> pl.DataFrame:
    rng = np.random.default_rng(5)
    start = datetime.datetime(2021, 3, 4)
    hours = rng.integers(0, 20_000, ROWS).tolist()
    moments = [start + datetime.timedelta(hours=h) for h in hours]
    return pl.DataFrame(
        {
            "day": [None if i % 11 == 0 else m.date() for i, m in enumerate(moments)],
            "moment": moments,
            "clock": [m.time() for m in moments],
            "lasted": [datetime.timedelta(minutes=5 * h) for h in hours],
            "paid": [None if i % 7 == 0 else bool(h % 2) for i, h in enumerate(hours)],
            "narrow": pl.Series([h / 7 for h in hours], dtype=pl.Float32),
            "count": pl.Series([h % 5 for h in hours], dtype=pl.UInt8),
            "level": pl.Series([f"l{h % 3}" for h in hours], dtype=pl.Categorical),
        }
    )


def typed_xlsx(path: Path, table: pl.DataFrame) -> Path:
    """Excel has no more digits of a float32 than its shortest text, as polars casts it."""
    shown = table.with_columns(pl.col("narrow").cast(pl.String).cast(pl.Float64))
    shown.write_excel(path, dtype_formats={pl.Duration: "[h]:mm:ss", pl.Time: "hh:mm:ss"})
    return path


TYPED: dict[str, Callable[[Path, pl.DataFrame], object]] = {
    "Parquet": lambda d, t: save(t, d / "t.parquet"),
    "zip of Parquet": lambda d, t: zipped(
        d / "t.zip", {"t.parquet": save(t, d / "t.parquet").read_bytes()}
    ),
    "folder of Parquet": lambda d, t: [
        (d / "all").mkdir(),
        save(t[:70], d / "all" / "1.parquet"),
        save(t[70:], d / "all" / "2.parquet"),
        d / "all",
    ][-1],
    "Excel": lambda d, t: typed_xlsx(d / "t.xlsx", t),
    "DuckDB": lambda d, t: in_duckdb(d / "t.duckdb", {"t": t}),
    "DuckDB, as it is written": lambda d, t: [
        write_scored(as_frame(t), np.full(t.height, 0.5), f"{d / 't.duckdb'}#t", t.columns),
        d / "t.duckdb",
    ][-1],
    "SQLite, as it is written": lambda d, t: [
        write_scored(as_frame(t), np.full(t.height, 0.5), f"{d / 't.sqlite'}#t"),
        as_source(d / "t.sqlite", query=f"select {', '.join(t.columns)} from t"),
    ][-1],
}


@pytest.mark.parametrize(
    "trained", ["Parquet", *(pytest.param(t, marks=pytest.mark.slow) for t in ("Excel", "DuckDB"))]
)
def test_typed_tables_have_the_same_probabilities(trained: str, tmp_path: Path) -> None:
    """Dates, times, durations and yes/no, whatever holds them in training and in scoring."""
    table = typed_table()
    y = np.where(table["narrow"].to_numpy() > 1400, "yes", "no")
    forecasts = {}
    frames = {}
    for position, (name, make) in enumerate(TYPED.items()):
        folder = tmp_path / str(position)
        folder.mkdir()
        frames[name] = read_table(make(folder, table))
    fitted = TrueOddsClassifier(effort="quick", n_jobs=1, random_state=0)
    model = fitted.fit(frames[trained], y).model_
    for name, frame in frames.items():
        forecasts[name] = model.predict(frame).tolist()
    for name in frames:
        assert forecasts[name] == forecasts[trained], name
