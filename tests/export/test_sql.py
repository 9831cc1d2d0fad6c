"""DuckDB and PostgreSQL give the log-odds of Python."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from table.test_postgresql import server  # noqa: F401
from trueodds.errors import TrueOddsError, UsageError
from trueodds.export import sql, to_sql

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
