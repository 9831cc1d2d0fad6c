"""No machine code outlives the source it was made from."""

from pathlib import Path

from trueodds.functions.cache import drop_stale_code


def test_changed_sources_drop_compiled_code(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("x = 1\n", encoding="utf-8")
    assert drop_stale_code(tmp_path)
    compiled = [
        tmp_path / "__pycache__" / name
        for name in ("kernel.add-3.py311.nbi", "kernel.add-3.py311.1.nbc")
    ]
    others = [tmp_path / "__pycache__" / name for name in ("other.add-3.py311.nbi", "kernel.txt")]
    for file in (*compiled, *others):
        file.write_bytes(b"code")
    assert not drop_stale_code(tmp_path)
    assert all(file.exists() for file in compiled)
    (tmp_path / "kernel.py").write_text("x = 2\n", encoding="utf-8")
    assert drop_stale_code(tmp_path)
    assert not any(file.exists() for file in compiled)
    assert all(file.exists() for file in others)
    assert not drop_stale_code(tmp_path)


def test_the_stamp_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "diary").write_text("private", encoding="utf-8")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "sources.sha256").symlink_to(tmp_path / "diary")
    assert drop_stale_code(tmp_path)
    assert (tmp_path / "diary").read_text(encoding="utf-8") == "private"


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("a file in the way", encoding="utf-8")
    assert not drop_stale_code(tmp_path)
