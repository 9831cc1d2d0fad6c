"""What is shown is printable, short enough, and tells what it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.text import printable

anything = st.text(alphabet=st.characters(exclude_categories=()))


@given(anything, st.none() | st.integers(1, 40))
def test_any_text_becomes_printable_and_short(text: str, longest: int | None) -> None:
    shown = printable(text, longest)
    assert shown.isprintable()
    assert shown.encode().decode() == shown  # no half surrogates
    assert longest is None or len(shown) <= longest
    assert printable(shown, longest) == shown


@given(st.text())
def test_printable_text_stays_and_a_cut_is_marked(text: str) -> None:
    text = "".join(c for c in text if c.isprintable())
    assert printable(text) == text
    assert printable(text, len(text) or 1) == text
    if len(text) > 1:
        assert printable(text, len(text) - 1) == f"{text[:-2]}…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202e", r"\u202e"),
        ("\ud800", r"\ud800"),
        ("  Größe (m²) 身長", "  Größe (m²) 身長"),
        (1.5, "1.5"),
    ],
)
def test_the_escape_names_the_character(text: object, shown: str) -> None:
    assert printable(text) == shown
