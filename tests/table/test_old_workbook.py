"""A damaged workbook of Excel 97 neither ends this process nor fills the memory."""

from pathlib import Path

import pytest

from cases.places import OLD_EXCEL
from trueodds.errors import TableError
from trueodds.table import read_table
from trueodds.table.old_workbook import require_harmless


def test_a_whole_one_is_let_through() -> None:
    require_harmless(OLD_EXCEL.read_bytes(), "t.xls")


def test_damage_that_would_take_all_memory_is_one_sentence(tmp_path: Path) -> None:
    raw = bytearray(OLD_EXCEL.read_bytes())
    del raw[49:55]  # the reader now takes another number for its length, and gigabytes with it
    path = tmp_path / "t.xls"
    path.write_bytes(bytes(raw))
    with pytest.raises(TableError, match=r"^t\.xls is not a workbook .* save it as \.xlsx\.$"):
        read_table(path)
