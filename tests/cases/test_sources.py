"""One table from wherever it lies: the same cells and the same probabilities."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.places import ROWS, SOURCES, TABLE, TARGET, hive
from table.made_files import in_duckdb, in_ods, in_sqlite, zipped
from trueodds import Model, TrueOddsClassifier
from trueodds.table import read_table, stream_table


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_table_from_everywhere(
    name: str, tmp_path: Path, model: Model, expected: "np.ndarray"
) -> None:
    source = SOURCES[name](tmp_path)
    frame = read_table(source)
    assert frame.rows == ROWS
    assert sorted(frame.names) == sorted(TABLE.columns)
    assert model.predict(frame).tobytes() == expected.tobytes()
    parts = list(stream_table(SOURCES[name](fresh(tmp_path)), small=0, piece=500).frames)
    assert np.concatenate([model.predict(part) for part in parts]).tobytes() == expected.tobytes()


def fresh(folder: Path) -> Path:
    folder = folder / "again"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_hive_partitions(kind: str, tmp_path: Path, model: Model) -> None:
    folder = hive(tmp_path / "all", kind)
    frame = read_table(folder)
    known = dict(zip(TABLE["id"], model.predict(TABLE), strict=True))
    assert frame.data["job"].to_list() == sorted(TABLE["job"].to_list())
    forecast = model.predict(frame)
    assert [known[key] for key in frame.data["id"].to_list()] == forecast.tolist()
    assert frame.place(0) == f"all/job=01/part-0.{kind}, {'line 2' if kind == 'csv' else 'row 1'}"


@pytest.mark.usefixtures("tiny_recipe")
@pytest.mark.parametrize(
    ("one", "other"),
    [("CSV", "CSV and .zst"), ("CSV", "zip"), ("CSV", "folder of CSV"), ("Parquet", "DuckDB")],
)
def test_models_of_the_same_table_are_the_same(one: str, other: str, tmp_path: Path) -> None:
    """Training from another container gives the same probabilities."""
    made = []
    for position, name in enumerate((one, other)):
        folder = tmp_path / str(position)
        folder.mkdir()
        frame = read_table(SOURCES[name](folder))
        fitted = TrueOddsClassifier(random_state=0, n_jobs=1).fit(frame.data, TARGET.to_numpy())
        made.append(fitted.model_.predict(TABLE).tobytes())
    assert made[0] == made[1]


tables = st.lists(st.sampled_from(["int", "float", "text"]), min_size=1, max_size=4).flatmap(
    lambda kinds: st.lists(
        st.tuples(*[KIND_CELLS[kind] for kind in kinds]), min_size=2, max_size=8
    ).map(lambda rows: (kinds, rows))
)
printed = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=5,
)
KIND_CELLS = {
    "int": st.none() | st.integers(-(10**9), 10**9),
    "float": st.none() | st.floats(-1e6, 1e6).map(lambda v: round(v, 3) + 0.0),
    "text": st.none() | printed,
}
TYPES = {"int": pl.Int64, "float": pl.Float64, "text": pl.String}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables)
def test_any_typed_table_has_the_same_cells(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[list[str], list[tuple[object, ...]]]
) -> None:
    """Databases and workbooks hold the cells of the Parquet file."""
    kinds, rows = drawn
    schema = {f"c{i}": TYPES[kind] for i, kind in enumerate(kinds)}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.Series("row", range(len(rows)))
    )
    folder = tmp_path_factory.mktemp("any")
    places = [
        in_sqlite(folder / "t.sqlite", {"t": table}),
        in_duckdb(folder / "t.duckdb", {"t": table}),
        in_ods(folder / "t.ods", {"t": table}),
        zipped(folder / "t.zip", {"t.jsonl": table.write_ndjson().encode()}),
    ]
    for place in places:
        frame = read_table(place)
        assert frame.names == tuple(table.columns)
        for name in table.columns:
            found, known = frame.data[name], table[name]
            if known.null_count() == table.height:
                assert found.null_count() == table.height
            elif known.dtype == pl.String:
                assert found.to_list() == known.to_list()
            else:
                assert found.cast(pl.Float64).to_list() == known.cast(pl.Float64).to_list()
