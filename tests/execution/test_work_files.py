"""The work folder is ours or refused (over 300 lines: one list of attacks on the same folder)."""

import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import TrueOddsError
from trueodds.execution import work_files
from trueodds.execution.work_files import PARTS, SHARED, RealFolder, real_folder
from trueodds.execution.work_folder import work_folder, work_path

RUN = {"the table": "a" * 64, "--seed": 0}
MEMBER = "member-0123abcd-0-0-7-1"


@pytest.fixture(params=["handle", "path"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test also as on a system without handles of folders."""
    if request.param == "path":
        monkeypatch.setattr(work_files, "_BY_HANDLE", False)
        monkeypatch.delattr(os, "O_NOFOLLOW")


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Path]:
    """A folder of somebody else; afterwards it is as it was."""
    folder = tmp_path / "stranger"
    (folder / "arrays").mkdir(parents=True)
    for name in ("diary.txt", "lock", "run.json", MEMBER, "arrays/shared.npy", "arrays/job.json"):
        (folder / name).write_text("private", encoding="utf-8")
    before = contents(folder)
    yield folder
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def whole_run(out: Path) -> None:
    """A fit from its begin to its success."""
    with work_folder(out, RUN) as work:
        (work.arrays / "shared.npy").write_bytes(b"large")
        (work.path / MEMBER).write_bytes(b"member")
        work.remove()


def refusal(out: Path) -> str:
    with pytest.raises(TrueOddsError) as caught:
        whole_run(out)
    assert str(caught.value).endswith("move it away or choose another name with --out") or str(
        caught.value
    ).endswith("move that away or choose another name with --out")
    return str(caught.value)


def test_a_link_to_another_folder_is_refused(tmp_path: Path, stranger: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).symlink_to(stranger)
    assert "trueodds did not make it: it is a symbolic link" in refusal(out)
    assert work_path(out).is_symlink()


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).symlink_to(tmp_path / "none")
    assert "it is a symbolic link" in refusal(out)
    assert not (tmp_path / "none").exists()


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).write_text("private", encoding="utf-8")
    assert "it is a file" in refusal(out)
    assert work_path(out).read_text(encoding="utf-8") == "private"


@pytest.mark.parametrize(
    "names",
    [
        ["diary.txt"],
        ["lock", "notes"],
        ["run.json"],
        ["run.json", MEMBER],
        ["member-list"],
        [f"{MEMBER}.txt"],
        [".thesis.part"],
        ["arrays/mine.npy"],
        ["arrays/sub/shared.npy"],
        ["lock"],
        ["a\nb"],
        [MEMBER],
        [".thesis.html.0123abcd.part"],
        ["arrays/y.npy", "arrays/column1.npy"],
    ],
)
def test_a_folder_with_files_of_others_is_refused_and_stays(
    tmp_path: Path, names: list[str]
) -> None:
    out = tmp_path / "m.odds"
    folder = work_path(out)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("private", encoding="utf-8")
    before = contents(folder)
    told = refusal(out)
    assert f"{folder} is where this fit keeps its work files, but trueodds did not make it" in told
    assert told.isprintable()
    assert contents(folder) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).mkdir()
    whole_run(out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [{}, {"lock": b"4711\n"}, {"lock": b"", "run.json": b'{\n "mad'}])
def test_what_a_killed_fit_leaves_is_taken(tmp_path: Path, left: dict[str, bytes]) -> None:
    out = tmp_path / "m.odds"
    work_path(out).mkdir()
    for name, held in left.items():
        (work_path(out) / name).write_bytes(held)
    (work_path(out) / ".run.json.0123abcd.part").write_bytes(b"")
    whole_run(out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["lock", "run.json", MEMBER, "arrays", "arrays/shared.npy", "arrays/job.json"]
)
def test_a_link_inside_is_refused(tmp_path: Path, stranger: Path, name: str) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        (work.path / "member-0123abcd-1-1-7-1").write_bytes(b"kept")
    link = work_path(out) / name
    if "/" in name:
        link.parent.mkdir()
    link.unlink(missing_ok=True)
    link.symlink_to(stranger / name)
    before = contents(work_path(out))
    assert f'"{name}" in it is a symbolic link' in refusal(out)
    assert link.is_symlink()
    assert contents(work_path(out)) == before


def test_a_lock_that_is_another_name_of_a_file_is_not_written(tmp_path: Path) -> None:
    out, diary = tmp_path / "m.odds", tmp_path / "diary"
    diary.write_text("private", encoding="utf-8")
    work_path(out).mkdir()
    (work_path(out) / "lock").hardlink_to(diary)
    assert 'it holds "lock"' in refusal(out)
    assert diary.read_text(encoding="utf-8") == "private"


@pytest.mark.parametrize("held", [b"", b"4711\n"])
def test_another_name_of_a_file_like_a_lock_stays_as_it_is(tmp_path: Path, held: bytes) -> None:
    out, counter = tmp_path / "m.odds", tmp_path / "counter"
    counter.write_bytes(held)
    work_path(out).mkdir()
    (work_path(out) / "lock").hardlink_to(counter)
    whole_run(out)
    assert counter.read_bytes() == held


def test_a_lock_of_many_digits_is_not_ours(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).mkdir()
    (work_path(out) / "lock").write_bytes(b"1" * 40)
    assert 'it holds "lock"' in refusal(out)
    assert (work_path(out) / "lock").read_bytes() == b"1" * 40


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs owners of files")
def test_a_folder_of_another_user_is_refused_where_all_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, me = tmp_path / "m.odds", os.geteuid()
    with work_folder(out, RUN) as work:
        (work.path / MEMBER).write_bytes(b"member")
    before = contents(work_path(out))
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    tmp_path.chmod(0o1777)
    assert "it belongs to another user" in refusal(out)
    assert contents(work_path(out)) == before
    tmp_path.chmod(0o755)  # a folder of colleagues
    whole_run(out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    work_path(out).mkdir()
    os.mkfifo(work_path(out) / "lock")
    assert '"lock" in it is a special file' in refusal(out)


def test_a_file_of_others_stays_with_the_folder_and_is_told_once(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    folder = work_path(out)
    with work_folder(out, RUN) as work:
        (work.path / MEMBER).write_bytes(b"member")  # a damaged one
    (folder / "notes.txt").write_text("private", encoding="utf-8")
    (folder / "results").mkdir()
    for _ in range(2):  # the next fit finds a work folder there, not a stranger's
        with work_folder(out, RUN) as work:
            assert work.notes[0] == (
                f'{folder} holds "notes.txt", "results", which trueodds fit did not write: '
                "they stay, and so does the folder"
            )
            (work.arrays / "shared.npy").write_bytes(b"large")
            mine = work.arrays / "mine.npy"
            mine.write_text("private", encoding="utf-8")
            work.remove()
            assert work.notes[-1] == (
                f'{folder} holds "arrays/mine.npy", which trueodds fit did not write: '
                "it stays, and so does the folder"
            )
        left = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        assert left == {"notes.txt", "results", "run.json", "arrays", "arrays/mine.npy"}
        mine.unlink()
    (folder / "notes.txt").unlink()
    (folder / "results").rmdir()
    whole_run(out)
    assert list(tmp_path.iterdir()) == []


def test_a_link_put_there_during_a_fit_leads_nowhere(
    tmp_path: Path, stranger: Path, request: pytest.FixtureRequest
) -> None:
    """The folder is moved away and a link to another one takes its name."""
    if "path" in request.node.name:
        pytest.skip("a path alone cannot tell")
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        (work.arrays / "shared.npy").write_bytes(b"large")
        work.path.rename(tmp_path / "moved")
        work.path.symlink_to(stranger)
        work.remove()
    assert work_path(out).is_symlink()
    assert list((tmp_path / "moved").iterdir()) == []


def test_arrays_that_become_a_link_during_a_fit_lead_nowhere(
    tmp_path: Path, stranger: Path
) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as work:
        work.arrays.rmdir()
        (work.path / "arrays").symlink_to(stranger / "arrays")
        with pytest.raises(TrueOddsError, match="arrays cannot be written"):
            _ = work.arrays
        work.remove()
    assert (work_path(out) / "arrays").is_symlink()


def test_links_swapped_all_the_time_never_reach_a_stranger(
    tmp_path: Path, stranger: Path, request: pytest.FixtureRequest
) -> None:
    if "path" in request.node.name:
        pytest.skip("a path alone cannot tell")
    out, stop = tmp_path / "m.odds", threading.Event()
    there, aside = work_path(out), tmp_path / "aside"

    def swap() -> None:
        while not stop.is_set():
            with suppress(OSError):
                there.rename(aside)
            with suppress(OSError):
                there.symlink_to(stranger)
                there.unlink()
            with suppress(OSError):
                aside.rename(there)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(300):
            with suppress(TrueOddsError), work_folder(out, RUN) as work:
                work.remove()
    finally:
        stop.set()
        thread.join()


def test_a_second_removal_leaves_the_next_fit_alone(tmp_path: Path) -> None:
    out = tmp_path / "m.odds"
    with work_folder(out, RUN) as first:
        first.remove()
        with work_folder(out, RUN) as second:
            (second.path / MEMBER).write_bytes(b"member")
            first.remove()
            assert second.members == 1


@given(st.text(max_size=30))
def test_names_of_others_are_not_ours(name: str) -> None:
    found = PARTS.fullmatch(f".{name}")
    assert found is None or re.search(r"\.[0-9a-f]{8}\.part\Z", name)
    assert not SHARED.fullmatch(f"{name}.csv")


@given(st.text(min_size=1, max_size=30).filter(lambda name: "/" not in name))
def test_names_of_ours_are_known(name: str) -> None:
    for ending in ("odds", "ODDS", "html", "htm"):
        assert PARTS.fullmatch(f".{name}.{ending}.0123abcd.part")


def test_a_folder_is_opened_and_a_link_is_not(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with real_folder(tmp_path / "real") as real:
        assert isinstance(real, RealFolder)
        assert real.same()
        real.make_folder("in")
        with real_folder(Path("in"), real) as inner:
            os.close(inner.open("file", os.O_WRONLY | os.O_CREAT))
            assert stat.S_ISREG(inner.state("file").st_mode)
            assert inner.names() == ["file"]
        (tmp_path / "real").rename(tmp_path / "moved")
        assert not real.same()
    with pytest.raises(NotADirectoryError), real_folder(tmp_path / "link"):
        pass
