"""DuckDB and PostgreSQL give the log-odds of Python."""

import ast
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from table.test_postgresql import server  # noqa: F401
from trueodds.errors import TrueOddsError, UsageError
from trueodds.export import sql, to_sql
from trueodds.export.sql_dialects import BLANKS

SURROGATES = range(0xD800, 0xE000)
SMALL = ["relu", "crosses", "edges"]
ALL = [*SMALL, "pieces", "soft_splits", "soft_edges", "gelu", "tanh", "silu", "leaky_relu"]


def check(made: pl.DataFrame, model, table: pl.DataFrame) -> None:
    made = made.sort("nr")
    assert made.columns == [*table.columns, "log_odds", "probability"]
    assert (made["log_odds"].to_numpy() == model.log_odds(table)).all()
    assert np.abs(made["probability"].to_numpy() - model.predict(table)).max() < 1e-15


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
@pytest.mark.parametrize("name", ALL)
def test_duckdb(name: str, golden_model) -> None:
    duckdb = pytest.importorskip("duckdb")
    model, table = golden_model(name)
    with duckdb.connect() as base:
        base.register("rows_here", table.to_arrow())
        check(pl.DataFrame(base.sql(to_sql(model, "duckdb", "rows_here"))), model, table)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
@pytest.mark.parametrize("name", ALL)
def test_postgresql(name: str, golden_model, server: str) -> None:  # noqa: F811
    from adbc_driver_postgresql import dbapi

    model, table = golden_model(name)
    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists rows_here")
        cursor.adbc_ingest("rows_here", table.to_arrow(compat_level=pl.CompatLevel.oldest()))
        connection.commit()
        cursor.execute(to_sql(model, "postgres", "public.rows_here"))
        check(pl.DataFrame(cursor.fetch_arrow()), model, table)


def zoned(table: pl.DataFrame) -> pl.DataFrame:
    """The table whose timestamps have a time zone: the same moments on clocks of New York."""
    utc = pl.col(pl.Datetime).dt.replace_time_zone("UTC")
    return table.with_columns(utc.dt.convert_time_zone("America/New_York"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
def test_a_moment_is_the_same_in_every_time_zone(golden_model, server: str) -> None:  # noqa: F811
    duckdb = pytest.importorskip("duckdb")
    from adbc_driver_postgresql import dbapi

    model, table = golden_model("relu")
    moved = zoned(table)
    assert (table["begun"].dt.time() != moved["begun"].dt.time()).any()
    with duckdb.connect() as base:
        base.sql("set timezone = 'Asia/Tokyo'")
        base.register("rows_here", moved.to_arrow())
        made = pl.DataFrame(base.sql(to_sql(model, "duckdb", "rows_here"))).sort("nr")
    expected = model.log_odds(table)
    assert (made["log_odds"].to_numpy() == expected).all()
    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists rows_here")
        cursor.adbc_ingest("rows_here", moved.to_arrow(compat_level=pl.CompatLevel.oldest()))
        cursor.execute("set timezone = 'Asia/Tokyo'")
        cursor.execute(to_sql(model, "postgres", "rows_here"))
        made = pl.DataFrame(cursor.fetch_arrow()).sort("nr")
    assert (made["log_odds"].to_numpy() == expected).all()


def test_a_query_strips_what_the_reader_strips() -> None:
    letters = pl.Series([chr(code) for code in range(sys.maxunicode) if code not in SURROGATES])
    stripped = letters.filter(letters.str.strip_chars() == "")
    assert {*ast.literal_eval(BLANKS[1:])} == {*stripped}


def test_a_column_has_not_the_name_of_the_row(golden_model) -> None:
    model, _ = golden_model("relu")
    assert f"AS {sql.ROW}\n" in to_sql(model, "duckdb")
    columns = (replace(model.schema.columns[0], name=sql.ROW.upper()), *model.schema.columns[1:])
    named = replace(model, schema=replace(model.schema, columns=columns))
    assert sql._row_name(named) == f"{sql.ROW}_"


def test_what_no_query_does_is_refused(golden_model, monkeypatch) -> None:
    words, _ = golden_model("words")
    with pytest.raises(TrueOddsError, match='column "comment" is read word by word'):
        to_sql(words, "duckdb")
    model, _ = golden_model("relu")
    monkeypatch.setattr(sql, "MOST_WEIGHTS", 10)
    with pytest.raises(TrueOddsError, match=r"weights, and a query may have 10: export to ONNX"):
        to_sql(model, "duckdb")
    with pytest.raises(TrueOddsError, match="uses no column"):
        to_sql(replace(model, schema=replace(model.schema, columns=())), "duckdb")
    with pytest.raises(UsageError, match="choose from duckdb, postgres"):
        to_sql(model, "oracle")


def test_names_and_levels_cannot_leave_their_quotes(golden_model) -> None:
    model, _ = golden_model("relu")
    columns = [replace(c, name=f'{c.name}"; --') for c in model.schema.columns]
    assert columns
    query = to_sql(model, "postgres", 'a"b.c')
    assert 'FROM "a""b"."c" AS t' in query
