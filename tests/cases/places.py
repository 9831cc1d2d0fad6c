"""One table, and every kind of place where it may lie."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from table.made_files import PACK, in_duckdb, in_ods, in_sqlite, in_xlsx, zipped
from trueodds.table import as_source

ROWS = 120
rng = np.random.default_rng(5)
TABLE = pl.DataFrame(
    {
        "id": [f"k{i:04d}" for i in range(ROWS)],
        "age": rng.integers(18, 90, ROWS).tolist(),
        "size": [None if i % 9 == 0 else v for i, v in enumerate(rng.normal(size=ROWS).round(3))],
        "job": rng.choice(["clerk", "cook", "smith", "01"], ROWS).tolist(),
        "since": [f"20{y:02d}-0{m}-11" for y, m in rng.integers([10, 1], [24, 10], (ROWS, 2))],
    }
)
TARGET = pl.Series(
    "answer",
    np.where(
        TABLE["age"].to_numpy() + TABLE["size"].fill_null(0.0).to_numpy() * 20 > 50, "yes", "no"
    ),
)
LABELLED = TABLE.with_columns(TARGET)
CSV = TABLE.write_csv().encode()


def hive(folder: Path, kind: str) -> Path:
    """Folders by job; rows come in the order of the jobs."""
    for (job,), part in TABLE.group_by("job", maintain_order=True):
        inner = folder / f"job={job}"
        inner.mkdir(parents=True)
        save(part.drop("job"), inner / f"part-0.{kind}")
    return folder


def save(table: pl.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        table.write_parquet(path)
    elif path.suffix == ".jsonl":
        table.write_ndjson(path)
    else:
        table.write_csv(path)
    return path


def halves(folder: Path, kind: str) -> Path:
    """Two files, the second with its columns in another order."""
    folder.mkdir()
    save(TABLE[:50], folder / f"a.{kind}")
    save(TABLE[50:].select(reversed(TABLE.columns)), folder / f"b.{kind}")
    return folder


def put(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def parquet() -> bytes:
    file = io.BytesIO()
    TABLE.write_parquet(file)
    return file.getvalue()


Make = Callable[[Path], object]
SOURCES: dict[str, Make] = {
    "CSV": lambda d: put(d / "t.csv", CSV),
    "Parquet": lambda d: put(d / "t.parquet", parquet()),
    **{
        f"CSV and {ending}": lambda d, e=ending, p=pack: put(d / f"t.csv{e}", p(CSV))
        for ending, pack in PACK.items()
    },
    **{
        f"{ending} without its ending": lambda d, p=pack: put(d / "t.csv", p(CSV))
        for ending, pack in PACK.items()
    },
    "JSON lines and .zst": lambda d: put(
        d / "t.jsonl.zst", PACK[".zst"](TABLE.write_ndjson().encode())
    ),
    "Parquet and .gz": lambda d: put(d / "t.parquet.gz", PACK[".gz"](parquet())),
    "zip": lambda d: zipped(d / "t.zip", {"inner/t.csv": CSV, "read me.md": b"no table"}),
    "zip of one member without ending": lambda d: zipped(d / "t.csv.zip", {"t": CSV}),
    "zip and its member": lambda d: f"{zipped(d / 't.zip', {'a.csv': b'x', 'b.csv': CSV})}#b.csv",
    "zip of Parquet": lambda d: zipped(d / "t.zip", {"t.parquet": parquet()}),
    "Excel": lambda d: in_xlsx(d / "t.xlsx", {"one": TABLE, "two": None}),
    "Excel and its sheet": lambda d: f"{in_xlsx(d / 't.xlsx', {'a': TABLE[:5], 'b': TABLE})}#b",
    "OpenDocument": lambda d: in_ods(d / "t.ods", {"one": TABLE}),
    "OpenDocument and its sheet": lambda d: (
        f"{in_ods(d / 't.ods', {'a': TABLE[:5], 'b b': TABLE})}#b b"
    ),
    "SQLite": lambda d: in_sqlite(d / "t.sqlite", {"known": TABLE}),
    "SQLite and its table": lambda d: f"{in_sqlite(d / 't.db', {'a': TABLE, 'b': TABLE[:2]})}#a",
    "SQLite and a query": lambda d: as_source(
        in_sqlite(d / "t.sqlite", {"a": TABLE, "b": TABLE[:2]}), query="select * from a"
    ),
    "DuckDB": lambda d: in_duckdb(d / "t.duckdb", {"known": TABLE}),
    "DuckDB and its table": lambda d: f"{in_duckdb(d / 't.db', {'a': TABLE, 'b': TABLE[:2]})}#a",
    "DuckDB and a query": lambda d: as_source(
        in_duckdb(d / "t.duckdb", {"a": TABLE, "b": TABLE[:2]}), query="select * from a"
    ),
    "folder of CSV": lambda d: halves(d / "all", "csv"),
    "folder of Parquet": lambda d: halves(d / "all", "parquet"),
    "folder of JSON lines": lambda d: halves(d / "all", "jsonl"),
    "pattern": lambda d: f"{halves(d / 'all', 'csv')}/*.csv",
    "pattern through folders": lambda d: f"{halves(d / 'all', 'parquet').parent}/**/*.parquet",
    "told format": lambda d: as_source(put(d / "t.what", CSV), told="csv"),
    "a folder with files of one line": lambda d: [
        (d / "all").mkdir(),
        *[save(TABLE[i : i + 1], d / "all" / f"{i:03}.csv") for i in range(ROWS)],
        d / "all",
    ][-1],
}
