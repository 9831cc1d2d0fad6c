"""The index of a pandas frame is no input, in any file."""

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pytest

from cases.known_table import ROWS, TABLE, Y
from trueodds import TrueOddsClassifier
from trueodds.columns.kinds import infer_schema
from trueodds.table import as_frame, read_table, stream_table


def indexed(name: str | None) -> pd.DataFrame:
    frame = TABLE.to_pandas()
    frame.index = pd.Index([f"k{i}" for i in range(ROWS)], name=name)
    return frame


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(path, (table := pa.Table.from_pandas(frame)).schema) as file:
            file.write_table(table)
    elif path.suffix == ".ipc":
        with pa.ipc.new_stream(path, (table := pa.Table.from_pandas(frame)).schema) as file:
            file.write_table(table)
    elif path.suffix == ".csv":
        pl.from_arrow(pa.Table.from_pandas(frame)).write_csv(path)
    else:
        feather.write_feather(pa.Table.from_pandas(frame), path)
    return path


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".arrow", ".ipc"])
@pytest.mark.parametrize("name", [None, "key", "Schlüssel"])
def test_the_index_of_a_pandas_frame_is_no_feature(
    tmp_path: Path, ending: str, name: str | None
) -> None:
    path = write(indexed(name), tmp_path / f"t{ending}")
    for frame in (read_table(path), stream_table(path, small=0).first):
        assert frame.index == (name or "__index_level_0__",)
        (found,) = [c for c in infer_schema(frame).columns if c.name in frame.index]
        assert (found.kind, found.reason) == ("ignored", "the index of a pandas frame")
        assert [c.name for c in infer_schema(frame).used] == ["a", "b", "c"]


def test_an_index_of_two_levels_and_one_that_counts(tmp_path: Path) -> None:
    frame = TABLE.to_pandas()
    counted = read_table(write(frame, tmp_path / "counted.parquet"))
    assert counted.index == ()
    frame.index = pd.MultiIndex.from_arrays(
        [[f"d{i}" for i in range(ROWS)], ["x"] * ROWS], names=["day", None]
    )
    two = as_frame(pa.Table.from_pandas(frame))
    assert two.index == ("day", "__index_level_1__")
    # Without the metadata the name that pandas gives still tells.
    for path in (tmp_path / "plain.parquet", tmp_path / "plain.csv"):
        plain = pa.Table.from_pandas(indexed(None)).replace_schema_metadata(None)
        table = pl.from_arrow(plain)
        assert isinstance(table, pl.DataFrame)
        table.write_parquet(path) if path.suffix == ".parquet" else table.write_csv(path)
        assert read_table(path).index == ("__index_level_0__",)


@pytest.mark.usefixtures("tiny_recipe")
def test_an_index_is_not_missed_when_absent(tmp_path: Path) -> None:
    table = read_table(write(indexed("key"), tmp_path / "t.parquet"))
    model = TrueOddsClassifier().fit(table, Y).model_
    expected = model.predict(table)
    for other in (TABLE, indexed("key"), indexed("key").reset_index()):
        assert model.predict(other).tobytes() == expected.tobytes()
