"""``predict --on``: what is refused before a cluster is asked, and what a file's task does."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl
import pytest

from cli.conftest import Run, table_text
from json_schema import fits
from trueodds.cli import predict_folder
from trueodds.cli.ray_predict import FolderJob, score_file
from trueodds.model import load
from trueodds.model.monitor import Monitor
from trueodds.table.anywhere import stream_parts
from trueodds.table.folder import Parts, find_parts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table in two files, in folders that tell a column."""
    home = tmp_path / "new"
    for seed, shop in ((8, "s1"), (9, "s2")):
        (home / f"region={shop}").mkdir(parents=True)
        (home / f"region={shop}" / "part.csv").write_text(table_text(seed=seed), encoding="utf-8")
    return home


@pytest.fixture
def address() -> Iterator[str]:
    """A port that something listens at."""
    pytest.importorskip("ray")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def without_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks run in this process, one after another."""

    def told(job: FolderJob, on: str) -> dict[str, object]:
        job = msgspec.json.decode(msgspec.json.encode(job), type=FolderJob)
        raw, parts = Path(job.model).read_bytes(), find_parts(job.source)
        rows, total = 0, 0.0
        for number, out in job.files.items():
            one = Parts(parts.name, (parts.parts[number],), ())
            tally, _, _ = score_file(raw, one, out, job)
            rows, total = rows + tally.rows, total + tally.total
        return {"rows": rows, "total": total, "called": 0, "notes": [], "out_of_range": []}

    monkeypatch.setattr(predict_folder, "_told", told)


@pytest.mark.usefixtures("without_cluster")
def test_each_file_is_written_in_its_place_as_predict_writes_it_and_a_second_run_keeps_it(
    run: Run, model_file: Path, folder: Path, address: str, tmp_path: Path
) -> None:
    words = ["predict", model_file, folder, "--on", address, "--out", tmp_path / "out", "--json"]
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert fits(done.stdout, "predict")["files"] == 2
    for name in ("region=s1", "region=s2"):
        pattern = folder / name / "par[t].csv"
        assert run("predict", model_file, pattern, "--out", tmp_path / "one.csv").exit_code == 0
        one, there = (
            pl.read_csv(path)
            for path in (tmp_path / "one.csv", tmp_path / "out" / name / "part.csv")
        )
        assert there["probability"].equals(one["probability"])
        assert there["region"].unique().to_list() == [name.removeprefix("region=")]
    os.remove(tmp_path / "out" / "region=s1" / "part.csv")
    left = tmp_path / "out" / "region=s1" / ".part.csv.01234567.part"
    left.write_text("a killed worker leaves this")
    again = fits(run(*words).stdout, "predict")
    assert (again["files"], again["kept"]) == (1, 1)
    assert again["rows"] * 2 == fits(done.stdout, "predict")["rows"]
    assert not left.exists()
    os.utime(folder / "region=s2" / "part.csv")
    assert fits(run(*words).stdout, "predict")["files"] == 1
    other = run(*words, "--columns", "probability")
    assert other.exit_code == 1
    assert "another model or other options scored" in other.output


def test_one_file_or_a_place_that_is_no_folder_is_refused(
    run: Run, model_file: Path, new_table: Path, folder: Path, address: str, tmp_path: Path
) -> None:
    words = ["predict", model_file, "--on", address]
    for more in ([new_table, "--out", tmp_path / "out"], [folder]):
        done = run(*words, *more)
        assert done.exit_code == 2
        assert "--on scores a folder of files into another folder" in done.output
    done = run(*words, folder, "--out", folder / "scored")
    assert done.exit_code == 2
    assert "must be a folder outside of" in done.output
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    done = run(*words, folder, "--out", tmp_path / "full")
    assert done.exit_code == 1
    assert "holds other files" in done.output


def test_counts_of_files_add_up_to_those_of_all_rows(model_file: Path, folder: Path) -> None:
    model, raw = load(model_file), model_file.read_bytes()
    parts = find_parts(predict_folder.Source(str(folder)))
    job = FolderJob(
        str(model_file), predict_folder.Source(str(folder)), {}, (), predict_folder.Asked()
    )
    whole = Monitor(model.schema, model.profile)
    for number, part in enumerate(parts.parts):
        out = folder.parent / f"{number}.csv"
        _, monitor, _ = score_file(raw, Parts("new", (part,), ()), str(out), job)
        whole.add(monitor)
    alone = Monitor(model.schema, model.profile)
    for part in parts.parts:
        frame = stream_parts(Parts("new", (part,), ())).first
        _, values = model.read_frame(frame)
        alone.update(values, frame)
    assert whole.out_of_range() == alone.out_of_range()
    assert whole.rows == alone.rows > 0
