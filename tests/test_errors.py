import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.errors import LONGEST, LeakWarning, TableWarning, TrueOddsError, warn


@given(st.text(max_size=2000))
def test_a_message_is_printable_and_short(words: str) -> None:
    message = str(TrueOddsError(f'column "{words}" is odd'))
    assert message.isprintable()
    assert len(message) <= LONGEST


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("a\nb", r"a\nb"), ("\x1b[2J", r"\x1b[2J"), ("\u202e", r"\u202e"), ("é", "é")],
)
def test_what_is_not_printable_is_shown_escaped(cell: str, shown: str) -> None:
    assert str(TrueOddsError(cell)) == shown
    assert str(LeakWarning(cell)) == shown


def test_code_without_a_module_name_can_be_warned() -> None:
    with pytest.warns(TableWarning, match="a guess"):
        exec("warn(found)", {"warn": warn, "found": TableWarning("a guess")})
