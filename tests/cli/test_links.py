"""Symbolic links and files of others where a command writes: nothing of theirs is touched."""

from pathlib import Path

import pytest

from trueodds import load
from trueodds.cli.demo import split_table

pytestmark = pytest.mark.usefixtures("tiny_recipe")


@pytest.fixture
def fit(run, table):
    def call(*more, jobs=1):
        out = table.with_name("p.odds")
        words = ["fit", table, "--target", "answer", "--out", out, "--effort", "quick"]
        return run(*words, "--jobs", jobs, *more)

    return call


@pytest.fixture
def photos(tmp_path_factory):
    """A folder of somebody else."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "cat.jpg").write_bytes(b"precious")
    (folder / "lock").write_bytes(b"precious")
    return folder


def test_a_work_folder_that_is_a_link_is_refused(fit, table, photos):
    work = table.with_name(".p.odds.work")
    work.symlink_to(photos)
    result = fit()
    assert result.exit_code == 1
    assert f"Error: {work} is where this fit keeps its work files" in result.stderr
    assert "it is a symbolic link; move it away or choose another name with --out" in result.stderr
    assert {path.read_bytes() for path in photos.iterdir()} == {b"precious"}
    assert not table.with_name("p.odds").exists()


def test_a_folder_of_others_is_refused(fit, table):
    work = table.with_name(".p.odds.work")
    work.mkdir()
    (work / "cat.jpg").write_bytes(b"precious")
    result = fit()
    assert result.exit_code == 1
    assert 'trueodds did not make it: it holds "cat.jpg"; move it away' in result.stderr
    assert [path.name for path in work.iterdir()] == ["cat.jpg"]


def test_a_file_that_comes_during_a_fit_stays_and_is_reported(fit, table, monkeypatch):
    import trueodds.cli.fit as module

    work, real = table.with_name(".p.odds.work"), module.write_report

    def drop_in(*words):
        (work / "cat.jpg").write_bytes(b"precious")
        real(*words)

    monkeypatch.setattr(module, "write_report", drop_in)
    result = fit(jobs=2)
    assert result.exit_code == 0, result.output
    assert f'{work} holds "cat.jpg", which trueodds fit did not write: it stays' in result.stderr
    assert {path.name for path in work.iterdir()} == {"cat.jpg", "run.json"}
    monkeypatch.setattr(module, "write_report", real)
    result = fit()
    assert result.exit_code == 0, result.output
    assert result.stderr.count("cat.jpg") == 1
    (work / "cat.jpg").unlink()
    assert fit().exit_code == 0
    assert not work.exists()


def test_an_output_that_is_a_link_is_replaced_and_its_target_stays(
    run, fit, table, model_file, photos
):
    """As `mv` and every writer that renames does: the name is written, not what it leads to."""
    places = {name: table.with_name(name) for name in ("p.odds", "p.html", "scored.csv")}
    for name, place in places.items():
        (photos / name).write_bytes(b"precious")
        place.symlink_to(photos / name)
    assert fit().exit_code == 0
    assert run("predict", model_file, table, "--out", places["scored.csv"]).exit_code == 0
    for name, place in places.items():
        assert not place.is_symlink()
        assert (photos / name).read_bytes() == b"precious"
    assert load(places["p.odds"]).target_name == "answer"


def test_a_saved_model_replaces_a_link(model_file: Path, tmp_path: Path, photos: Path):
    place = tmp_path / "m.odds"
    place.symlink_to(photos / "cat.jpg")
    load(model_file).save(place)
    assert not place.is_symlink()
    assert (photos / "cat.jpg").read_bytes() == b"precious"


def test_the_demo_writes_its_tables_through_no_link(tmp_path: Path, photos: Path):
    (tmp_path / "bank_new.csv").symlink_to(photos / "cat.jpg")
    past, new = split_table(tmp_path)
    assert (photos / "cat.jpg").read_bytes() == b"precious"
    assert new.path.read_bytes().count(b"\n") == new.rows + 1
    assert past.rows > new.rows
