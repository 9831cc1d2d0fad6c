"""The work folder: what it keeps, what it says, who may use it."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trueodds.errors import TrueOddsError
from trueodds.execution.checkpoints import checked
from trueodds.execution.work_folder import changes, work_folder, work_path

RUN = {"the table": "a" * 64, "--seed": 0, "numpy": "2.1"}


def keep(folder: Path, name: str = "member-0123abcd-0-0-7-1") -> Path:
    """Write a whole checkpoint, whatever it holds."""
    import hashlib

    body = b"key\ncontent"
    path = folder / name
    digest = hashlib.sha256(body).hexdigest().encode()
    path.write_bytes(b"trueodds member 4 " + digest + b"\n" + body)
    assert checked(path) == body
    return path


def test_without_a_member_nothing_stays(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        assert work.path == work_path(out) == tmp_path / ".m.odds.work"
        assert work.arrays.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_members_stay_until_the_work_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        keep(work.path)
        (work.arrays / "shared.npy").write_bytes(b"large")
    assert {p.name for p in work.path.iterdir()} == {"lock", "run.json", "member-0123abcd-0-0-7-1"}
    with work_folder(out, RUN) as work:
        assert work.members == 1
        assert work.notes == []
        work.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_member_is_named_and_dropped(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        cut = keep(work.path)
        keep(work.path, "member-0123abcd-0-1-7-1")
    os.truncate(cut, 30)
    (work.path / ".member-0123abcd-0-2-7-1.0123abcd.part").write_bytes(b"half")
    with work_folder(out, RUN) as work:
        assert work.members == 1
        assert work.notes == [
            f"{work.path}: 1 finished member is damaged and will be trained again"
        ]
    assert not list(work.path.glob("*.part"))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"the table": "b" * 64}, "the table has changed"),
        ({"--seed": 7}, "--seed was 0, is 7"),
        ({"numpy": "2.2"}, "numpy was 2.1, is 2.2"),
        ({"--drop": "age"}, "--drop was not given, is age"),
        ({"--seed": 7, "numpy": "2.2"}, "--seed was 0, is 7, numpy was 2.1, is 2.2"),
    ],
)
def test_members_of_another_run_are_not_taken_and_it_is_said_why(
    tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        keep(work.path)
        key = work.checkpoints.key
    with work_folder(out, {**RUN, **changed}) as work:
        assert work.members == 0
        assert work.checkpoints.key != key
        assert work.notes == [
            f"{work.path} holds 1 finished member of another run: {told}; starting anew"
        ]


def test_a_cut_run_file_means_starting_anew(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        keep(work.path)
    os.truncate(work.path / "run.json", 10)
    with work_folder(out, RUN) as work:
        assert work.members == 0
        assert "its run.json is damaged; starting anew" in work.notes[0]


def test_many_changes_are_counted() -> None:
    before = {str(i): i for i in range(6)}
    assert changes(before, dict.fromkeys(before, 9)) == (
        "0 was 0, is 9, 1 was 1, is 9, 2 was 2, is 9 and 3 more"
    )


def test_one_output_one_run_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    sentence = rf"is being made by another fit \(process {os.getpid()}\): wait for it, or choose"
    with work_folder(out, RUN) as work:
        keep(work.path)
        with pytest.raises(TrueOddsError, match=sentence), work_folder(out, RUN):
            pass
        with work_folder(tmp_path / "n.odds", RUN):
            pass
        assert work.members == 1
    with work_folder(out, RUN):
        pass


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    code = (
        "import os, sys; from pathlib import Path\n"
        "from trueodds.execution.work_folder import work_folder\n"
        "with work_folder(Path(sys.argv[1]), {}): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out)], check=False)
    assert done.returncode == -9
    assert work_path(out).is_dir()
    with work_folder(out, RUN):
        pass


def test_runs_that_come_and_go_never_share(tmp_path: Path) -> None:
    """Twenty threads race for one output: whoever is in is alone, and nothing is left."""
    out, inside, most, let_in = tmp_path / "m.odds", 0, 0, 0
    guard = threading.Lock()
    refusals: set[str] = set()

    def race() -> None:
        nonlocal inside, most, let_in
        for _ in range(20):
            try:
                with work_folder(out, RUN):
                    with guard:
                        inside, let_in = inside + 1, let_in + 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
            except TrueOddsError as error:
                refusals.add(str(error).split(" (process ")[0].split(": wait")[0])

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert refusals <= {f"{out} is being made by another fit"}
    assert let_in > 0
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with (
        pytest.raises(
            TrueOddsError, match=r"the work folder .* cannot be written: Not a directory"
        ),
        work_folder(tmp_path / "file" / "m.odds", RUN),
    ):
        pass
