"""Files appear whole, and no write goes through a link."""

import os
from pathlib import Path

import pytest

from trueodds.files import new_file, whole_file


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """A file of somebody else."""
    path = tmp_path / "diary"
    path.write_text("private", encoding="utf-8")
    return path


def test_a_link_of_the_name_is_replaced_itself(tmp_path: Path, diary: Path) -> None:
    link = tmp_path / "out"
    link.symlink_to(diary)
    with whole_file(link) as file:
        file.write(b"new")
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert diary.read_text(encoding="utf-8") == "private"


def test_a_temporary_name_that_is_taken_is_not_written(
    tmp_path: Path, diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "0123abcd")
    (tmp_path / ".out.0123abcd.part").symlink_to(diary)
    with pytest.raises(FileExistsError), whole_file(tmp_path / "out") as file:
        file.write(b"new")
    assert diary.read_text(encoding="utf-8") == "private"


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_a_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with whole_file(tmp_path / "out") as file:
            file.write(b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("way", ["symlink_to", "hardlink_to"])
def test_a_new_file_takes_the_place_of_a_link(tmp_path: Path, diary: Path, way: str) -> None:
    path = tmp_path / "out"
    getattr(path, way)(diary)
    with new_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert diary.read_text(encoding="utf-8") == "private"
