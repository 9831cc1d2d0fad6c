"""``fit --rows``: which rows are drawn, how the others are scored, and what is refused."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cli.conftest import ROWS, Run, table_text
from json_schema import fits
from trueodds.cli.share import Drawn, draw, files_of, score_unseen
from trueodds.columns import read_target
from trueodds.errors import TableError, TargetError, TrainingError
from trueodds.execution.each import each_here
from trueodds.execution.ray_each import RayEach
from trueodds.model import load
from trueodds.table import Source, read_table
from trueodds.table.anywhere import fingerprint

TINY = Path(__file__).parent / "tiny_fit.py"


def cells(seed: int) -> pl.DataFrame:
    """Rows of the table, all cells text as in its file."""
    return pl.read_csv(io.StringIO(table_text(seed=seed)), infer_schema=False).rename(str.strip)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three Parquet files in folders that tell a column."""
    for seed, name in ((8, "year=2020/a"), (9, "year=2020/b"), (10, "year=2021/a")):
        path = tmp_path / "people" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        cells(seed).write_parquet(path)
    return tmp_path / "people"


def each_backwards(
    function: Callable[..., Any], given: tuple[Any, ...], calls: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, Any]]:
    """As a cluster, whose last task may end first."""
    yield from reversed(list(each_here(function, given, calls)))


def drawn_from(folder: Path, wanted: int, each: Any = each_here, seed: int = 0) -> Drawn:
    return draw(files_of(Source(str(folder))), "answer", wanted, seed, each)


def test_the_drawn_rows_are_rows_of_the_folder_and_do_not_depend_on_the_order(folder: Path) -> None:
    whole, made = read_table(folder), drawn_from(folder, 100)
    assert made.frame.rows == 100
    assert made.rows == whole.rows == 3 * ROWS
    assert made.sha256 == fingerprint(Source(str(folder)))
    assert sum(made.labels.values()) == whole.rows
    places = list(zip(whole.file_of, whole.lines, strict=True))
    rows = [places.index(place) for place in zip(made.frame.file_of, made.frame.lines, strict=True)]
    assert made.frame.data.equals(whole.data[rows])
    assert set(made.frame.data["year"]) == {"2020", "2021"}
    again = drawn_from(folder, 100, each_backwards)
    assert again.frame.data.equals(made.frame.data)
    assert not drawn_from(folder, 100, seed=1).frame.data.equals(made.frame.data)


def test_all_rows_are_the_table_itself(folder: Path) -> None:
    whole, made = read_table(folder), drawn_from(folder, 10**9)
    assert made.share is None
    assert made.frame.data.equals(whole.data)
    for name in ("names", "headers", "source", "first_line", "notes", "files", "index"):
        assert getattr(made.frame, name) == getattr(whole, name)
    assert (made.frame.lines == whole.lines).all()
    assert (made.frame.file_of == whole.file_of).all()


def test_the_other_rows_have_the_scores_of_evaluate(folder: Path, model_file: Path) -> None:
    model, made = load(model_file), drawn_from(folder, 200)
    unseen = score_unseen(model, made, "answer", each_here)
    assert unseen is not None
    assert (unseen.drawn, unseen.rows, unseen.left_out) == (200, 3 * ROWS - 200, 0)
    whole = read_table(folder)
    drawn = set(zip(made.frame.file_of, made.frame.lines, strict=True))
    rest = [place not in drawn for place in zip(whole.file_of, whole.lines, strict=True)]
    wanted = model.evaluate(whole.take(np.array(rest)), sample_weight=False).scores
    scores = unseen.scores
    assert scores is not None
    assert (scores.rows, scores.positives) == (wanted.rows, wanted.positives)
    assert scores.log_loss.value == pytest.approx(wanted.log_loss.value)
    assert scores.log_loss.high == pytest.approx(wanted.log_loss.high)
    assert scores.auc.value == pytest.approx(wanted.auc.value, abs=1e-3)
    again = score_unseen(model, made, "answer", each_backwards)
    assert again is not None
    assert again.scores == scores
    assert again.out_of_range == unseen.out_of_range


def test_rows_without_a_label_are_left_out_and_another_label_is_refused(
    folder: Path, model_file: Path
) -> None:
    path = folder / "year=2021" / "a.parquet"
    pl.read_parquet(path, hive_partitioning=False).with_columns(answer=pl.lit("?")).write_parquet(
        path
    )
    made = drawn_from(folder, 60)
    unseen = score_unseen(load(model_file), made, "answer", each_here)
    assert unseen is not None
    assert unseen.left_out == ROWS - int((made.frame.file_of == 2).sum())
    target = read_target(made.frame.column("answer"))
    made.require_labels(target)
    table = pl.read_parquet(path, hive_partitioning=False)
    table.with_columns(answer=pl.Series(["perhaps", *["?"] * (ROWS - 1)])).write_parquet(path)
    with pytest.raises(TargetError, match=r'^people: the target "answer" is "perhaps"; the model'):
        drawn_from(folder, 60).require_labels(target)


def test_a_file_that_changes_is_refused(folder: Path, model_file: Path) -> None:
    made = drawn_from(folder, 60)
    path = folder / "year=2020" / "b.parquet"
    os.utime(path, ns=(0, 0))
    with pytest.raises(TableError, match=r"b\.parquet was changed while it was read; run"):
        score_unseen(load(model_file), made, "answer", each_here)


def test_what_cannot_be_drawn_from_is_refused_in_a_sentence(
    run: Run, folder: Path, tmp_path: Path, table: Path
) -> None:
    def refused(place: Path, *more: object) -> str:
        words = ["fit", place, "--target", "answer", "--rows", 100, "--no-report", *more]
        done = run(*words, "--out", tmp_path / "m.odds")
        assert done.exit_code in (1, 2)
        assert done.output.count("\n") == 1
        return str(done.output)

    assert "from a folder or a pattern of Parquet files" in refused(table)
    (tmp_path / "empty").mkdir()
    assert "holds no table of" in refused(tmp_path / "empty")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.csv").write_text(table_text(), encoding="utf-8")
    assert "--rows draws from Parquet files only: texts/a.csv is none" in refused(
        tmp_path / "texts"
    )
    assert "--rows and --group cannot go together" in refused(folder, "--group", "shop")
    assert '--target: people has no column "anser"' in refused(folder, "--target", "anser")
    cells(11).drop("job").write_parquet(folder / "year=2021" / "b.parquet")
    assert 'people: the files have different columns: people/year=2021/b.parquet lacks "job"' in (
        refused(folder)
    )
    (folder / "year=2021" / "b.parquet").write_bytes(b"PAR1 and no more")
    assert "b.parquet is not a whole Parquet file" in refused(folder)
    assert not (tmp_path / "m.odds").exists()


@pytest.mark.slow
def test_the_model_the_page_and_the_json_tell_the_scores_of_the_other_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_STEPS", "60")
    home = folder.parent
    words = ["fit", folder.name, "--target", "answer", "--rows", "300", "--json"]
    done = subprocess.run(
        [sys.executable, str(TINY), *words], cwd=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told, page = fits(done.stdout, "fit"), (home / "people.html").read_text(encoding="utf-8")
    rest = 3 * ROWS - 300
    assert (told["unseen"]["drawn"], told["unseen"]["rows"]) == (300, rest)
    assert told["unseen"]["scores"]["rows"] == rest
    assert told["unseen"]["scores"]["log_loss"]["high"] < 0.69
    assert f"On {rest} rows that no member saw, the finished model has a log-loss of" in page
    sentence = f"trained on 300 of {3 * ROWS} rows, drawn at random by seed 0; on {rest} rows that"
    assert any(note.startswith(sentence) for note in load(home / "people.odds").notes)
    assert {path.name for path in home.iterdir()} == {"people", "people.odds", "people.html"}


@pytest.mark.slow
def test_a_cluster_draws_and_scores_as_this_machine_does(folder: Path, model_file: Path) -> None:
    pytest.importorskip("ray")
    model, made = load(model_file), drawn_from(folder, 200)
    with RayEach("ray", 2) as each:
        there = drawn_from(folder, 200, each)
        unseen = score_unseen(model, there, "answer", each)
        os.utime(folder / "year=2020" / "b.parquet", ns=(0, 0))
        with pytest.raises(TrainingError, match=r"b\.parquet was changed while it was read"):
            score_unseen(model, there, "answer", each)
    assert there.frame.data.equals(made.frame.data)
    assert there.sha256 == made.sha256
    assert there.labels == made.labels
    os.utime(folder / "year=2020" / "b.parquet", ns=(0, made.files[1].state[1]))
    here = score_unseen(model, made, "answer", each_here)
    assert here is not None
    assert unseen is not None
    assert unseen.scores == here.scores
    assert unseen.out_of_range == here.out_of_range
