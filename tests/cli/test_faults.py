"""Full disks, read-only places, files that change: one sentence, exit code 1, nothing lost.

The faults are real ones that also meet root: a limit on the size of files (RLIMIT_FSIZE, which
fails a write as a full disk does), a folder that is a file, /proc, files written to by another
process. What only a mocked call can show (ENOSPC at fsync, at rename) is done by patching ``os``.
"""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from trueodds import load

pytestmark = pytest.mark.usefixtures("tiny_recipe")

RUN_LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
sys.path.insert(0, sys.argv.pop(1))
import tiny_fit
tiny_fit.tiny()
from trueodds.cli import main
main()
"""


@pytest.fixture
def limited(tmp_path):
    """Run trueodds where no file may grow beyond some bytes, as on a disk that is full by then."""

    def call(size, *words):
        here = str(Path(__file__).parent)
        command = [sys.executable, "-B", "-c", RUN_LIMITED, str(size), here, *map(str, words)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "TINY_STEPS": "40"}
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
        )

    return call


def one_sentence(stderr: str) -> str:
    assert "Traceback" not in stderr
    last = stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    return last


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


@pytest.mark.parametrize(
    ("size", "jobs"),
    [
        *[(0, 1), (9_000, 2), (40_000, 1)],
        *[
            pytest.param(*each, marks=pytest.mark.slow)
            for each in [(0, 2), (2_000, 1), (2_000, 2), (9_000, 1), (40_000, 2)]
        ],
    ],
)
def test_a_disk_that_fills_up_during_a_fit(limited, table, size, jobs):
    out, page = table.with_name("p.odds"), table.with_name("p.html")
    out.write_bytes(b"precious")
    page.write_bytes(b"also")
    before = contents(table.parent)
    words = ["fit", table, "--target", "answer", "--out", out, "--jobs", jobs]
    result = limited(size, *words)
    assert result.returncode == 1
    told = one_sentence(result.stderr)
    assert "File too large" in told or "No space left on device" in told
    after = contents(table.parent)
    if "The report" in told:
        assert after.pop("p.odds") != before.pop("p.odds")
        load(out)
    assert after == before
    if size != 9_000:
        return
    # With room again, the same command succeeds.
    result = limited(10**9, *words)
    assert result.returncode == 0, result.stderr
    assert load(out).scores.rows == 240
    assert {p.name for p in table.parent.iterdir()} == {"people.csv", "p.odds", "p.html"}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".csv.gz", ".parquet", ".arrow"])
def test_a_disk_that_fills_up_during_a_prediction(limited, model_file, table, ending):
    out = table.with_name(f"scored{ending}")
    out.write_bytes(b"precious")
    before = contents(table.parent)
    result = limited(700, "predict", model_file, table, "--out", out)
    assert result.returncode == 1
    assert f"{out} cannot be written: " in one_sentence(result.stderr)
    assert contents(table.parent) == before


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_no_room_at_the_very_end(run, model_file, table, monkeypatch, call):
    out, scored = table.with_name("p.odds"), table.with_name("scored.csv")
    for path in (out, scored):
        path.write_bytes(b"precious")
    before = contents(table.parent)

    def full(*words, **named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"trueodds.files.os.{call}", full)
    for words in (
        ["fit", table, "--target", "answer", "--out", out, "--jobs", 1],
        ["predict", model_file, table, "--out", scored],
    ):
        result = run(*words)
        assert result.exit_code == 1
        assert "No space left on device" in one_sentence(result.stderr)
        assert contents(table.parent) == before
    assert {p.name for p in table.parent.iterdir()} == set(before)


def test_a_model_that_could_not_be_read_back_is_not_written(run, table, monkeypatch):
    out = table.with_name("p.odds")
    out.write_bytes(b"precious")

    def refuse(data):
        raise ValueError("its header holds 2,000,001 values, at most 2,000,000 are allowed")

    monkeypatch.setattr("trueodds.model.file._read", refuse)
    result = run("fit", table, "--target", "answer", "--out", out, "--jobs", 1)
    assert result.exit_code == 1
    told = one_sentence(result.stderr)
    assert "the model does not fit into a file (its header holds" in told
    assert "hold most of the text" in told
    assert out.read_bytes() == b"precious"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, where nobody can write")
@pytest.mark.parametrize("place", ["/proc/p", "under a file", "/proc/self/none/p"])
def test_places_that_cannot_be_written(run, model_file, table, tmp_path, place):
    place = f"{table}/p" if place == "under a file" else place
    before = contents(tmp_path)
    for words in (
        ["fit", table, "--target", "answer", "--out", f"{place}.odds", "--jobs", 1],
        ["predict", model_file, table, "--out", f"{place}.csv"],
    ):
        result = run(*words)
        assert result.exit_code == 1
        told = one_sentence(result.stderr)
        assert "cannot be written" in told or "there is no folder" in told
    assert contents(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="drops root's rights")
@pytest.mark.parametrize("what", ["folder", "output", "input"])
def test_permissions_that_are_missing(run, table, tmp_path, what):
    """As nobody: a read-only folder, a read-only file of the output's name, an unreadable input."""
    folder = tmp_path / "place"
    folder.mkdir()
    train, out = folder / "people.csv", folder / "p.odds"
    train.write_bytes(table.read_bytes())
    out.write_bytes(b"precious")
    folder.chmod(0o777)
    out.chmod(0o666)
    {"folder": folder, "output": out, "input": train}[what].chmod(
        {"folder": 0o555, "output": 0o444, "input": 0o000}[what]
    )
    before = contents(folder)
    words = ["fit", train, "--target", "answer", "--out", out, "--jobs", 1]
    warm = ["fit", table, "--target", "answer", "--out", tmp_path / "warm.odds", "--jobs", 1]
    assert run(*warm).exit_code == 0  # imports all
    for above in (tmp_path, *tmp_path.parents[:3]):
        if above != Path("/tmp"):
            above.chmod(above.stat().st_mode | 0o011)
    os.setresuid(65534, 65534, 0)
    try:
        result = run(*words)
    finally:
        os.setresuid(0, 0, 0)
    assert isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == 1, result.output
    told = one_sentence(result.stderr)
    named = train if what == "input" else out
    assert str(named) in told
    assert "cannot be" in told or "Permission denied" in told
    assert contents(folder) == before


@pytest.mark.parametrize("change", ["append", "truncate", "vanish", "replace"])
def test_a_training_table_that_changes_while_it_is_read(run, table, monkeypatch, change):
    import trueodds.cli.fit as module

    real = module.read_table

    def meanwhile(source):
        frame, path = real(source), source.path
        if change == "append":
            with path.open("a") as file:
                file.write("1,2,3,4,5,6,7,8,yes\n")
        elif change == "truncate":
            os.truncate(path, 500)
        elif change == "vanish":
            path.unlink()
        else:
            other = path.with_name("other")
            other.write_text("a,b\n1,2\n")
            os.replace(other, path)
        return frame

    monkeypatch.setattr(module, "read_table", meanwhile)
    out = table.with_name("p.odds")
    out.write_bytes(b"precious")
    result = run("fit", table, "--target", "answer", "--out", out)
    assert result.exit_code == 1
    told = one_sentence(result.stderr)
    assert ("disappeared" if change == "vanish" else "changed while it was read") in told
    assert "while it was read" in told
    assert out.read_bytes() == b"precious"
    assert {p.name for p in table.parent.iterdir()} <= {"people.csv", "p.odds"}


@pytest.mark.parametrize("command", ["fit", "predict"])
def test_a_table_that_another_process_keeps_writing(run, model_file, table, command):
    """Rows are appended all the time: refused, or read as it was at one moment."""
    stop = threading.Event()
    row = table.read_text().splitlines()[-1] + "\n"

    def write():
        with table.open("a") as file:
            while not stop.is_set():
                file.write(row)
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    out = table.with_name("scored.csv" if command == "predict" else "p.odds")
    words = [model_file, table] if command == "predict" else [table, "--target", "answer"]
    try:
        result = run(command, *words, "--out", out)
    finally:
        stop.set()
        writer.join()
    assert "Traceback" not in result.output
    if result.exit_code == 0:
        assert command == "predict"
        lines = out.read_text().splitlines()
        assert len({line.count(",") for line in lines}) == 1
    else:
        assert "while it was read" in one_sentence(result.stderr)
        assert not out.exists()


def test_an_output_that_exists_is_replaced_only_by_a_whole_one(run, model_file, table):
    """Nobody ever sees a file of that name that is neither the old nor the new one."""
    out = table.with_name("scored.csv")
    run("predict", model_file, table, "--out", out)
    new = out.read_bytes()
    out.write_bytes(b"old")
    seen, stop = set(), threading.Event()

    def watch():
        while not stop.is_set():
            seen.add(out.read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(5):
        assert run("predict", model_file, table, "--out", out).exit_code == 0
    stop.set()
    watcher.join()
    assert seen <= {b"old", new}
