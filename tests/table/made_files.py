"""Writes one table into every kind of file that is read, for tests."""

import bz2
import gzip
import lzma
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd.compress,
}


def zipped(path: Path, held: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in held.items():
            archive.writestr(name, raw)
    return path


def in_sqlite(path: Path, tables: dict[str, pl.DataFrame]) -> Path:
    with closing(sqlite3.connect(path)) as base, base:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}"' for column in table.columns)
            base.execute(f'create table "{name}" ({columns})')
            marks = ", ".join("?" * table.width)
            base.executemany(f'insert into "{name}" values ({marks})', table.iter_rows())
    return path


def in_duckdb(path: Path, tables: dict[str, pl.DataFrame]) -> Path:
    import duckdb

    with closing(duckdb.connect(str(path))) as base:
        for name, table in tables.items():
            parquet = path.with_suffix(".made.parquet")
            table.write_parquet(parquet)
            lasting = [c for c, dtype in table.schema.items() if dtype == pl.Duration]
            changed = ", ".join(f'to_microseconds("{c}") as "{c}"' for c in lasting)
            columns = f"* replace ({changed})" if changed else "*"
            base.execute(f"create table \"{name}\" as select {columns} from '{parquet}'")
            parquet.unlink()
    return path


def in_xlsx(path: Path, sheets: dict[str, pl.DataFrame | None]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        for name, table in sheets.items():
            if table is None:
                book.add_worksheet(name)
            else:
                table.write_excel(book, name)
    return path


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def in_ods(path: Path, sheets: dict[str, pl.DataFrame]) -> Path:
    """The few parts of an OpenDocument spreadsheet that hold cells."""
    tables = []
    for name, table in sheets.items():
        rows = [table.columns, *table.rows()]
        body = "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        tables.append(f'<table:table table:name="{escape(name)}">{body}</table:table>')
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
        f'xmlns:text="{_OFFICE}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    held = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return zipped(path, {name: text.encode() for name, text in held.items()})


def _ods_cell(cell: object) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    text = f"<text:p>{escape(str(cell))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
