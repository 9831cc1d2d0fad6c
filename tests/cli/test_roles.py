from pathlib import Path

import numpy as np
import pytest

from trueodds.cli.roles import read_roles, read_times
from trueodds.columns.roles import RoleColumns, read_groups
from trueodds.errors import TableError, UsageError
from trueodds.table import Frame, read_table

TEXT = """y, when ,who,w,x
a,2020-01-03,ann,1,5
b,,bob,2,6
,2020-01-01,,bad,7
b,2020-01-02,?,0,8
a,soon,ann,1.5,9
"""


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    path = tmp_path / "t.csv"
    path.write_text(TEXT)
    return read_table(path)


def test_role_columns_are_no_inputs_and_names_may_carry_blanks(frame):
    roles = read_roles(frame, "y", weight="w", group="who", drop=("when", " when "))
    assert roles.inputs.names == ("when", "x")
    assert roles.drop == ("when",)
    assert roles.columns == RoleColumns(weight="w", group="who")
    assert roles.target.y.tolist() == [0, 1, 1, 0]
    # Line 4 has no label, so its weight is not needed.
    assert roles.weight is not None
    assert roles.weight.tolist() == [1, 2, 0, 0, 1.5]


def test_rows_without_a_group_stand_alone(frame):
    notes: list[str] = []
    groups = read_groups(frame, "who", notes)
    assert groups[0] == groups[4]
    assert len(np.unique(groups)) == 4
    assert notes == ['group column "who": 2 rows have none and each stand alone, such as '
                     "t.csv, line 4"]  # fmt: skip


def test_rows_without_a_time_are_nan(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("t\n3\n1\nNA\n2\n")
    notes: list[str] = []
    times = read_times(read_table(path), "t", notes)
    assert np.array_equal(times, [3, 1, np.nan, 2], equal_nan=True)
    assert "t.csv, line 4" in notes[0]


def test_a_running_number_is_a_time(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id\n" + "\n".join(map(str, range(1000, 1300))) + "\n")
    assert np.array_equal(read_times(read_table(path), "id", []), np.arange(1000, 1300))


def test_words_are_no_times(frame):
    with pytest.raises(TableError, match='time column "who" cannot order the rows'):
        read_times(frame, "who", [])


def test_one_time_orders_no_rows(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("t\n2000\n2000\n2000\n")
    with pytest.raises(TableError, match='"t" has a single value, "2000": at least 2 times'):
        read_times(read_table(path), "t", [])


def test_a_column_has_one_role(frame):
    with pytest.raises(UsageError, match="named by both --target and --weight"):
        read_roles(frame, "y", weight="y")
