"""Values of a header are counted outside its strings, in whatever pieces the text is looked at."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.model import arrays
from trueodds.model.arrays import count_values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a",[{\\ü'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='a",\\'), inner),
    max_leaves=30,
)


def marks(value: Any) -> int:
    """Commas and opening brackets that the JSON of a value has."""
    if not isinstance(value, list | dict):
        return 0
    inner = list(value.values()) if isinstance(value, dict) else value
    return 1 + max(len(inner) - 1, 0) + sum(map(marks, inner))


def scanned(text: bytes) -> int:
    """The same, character by character."""
    count, within, escaped = 0, False, False
    for code in text:
        character = chr(code)
        if escaped and character in '\\"':
            escaped = False
            continue
        escaped = character == "\\"
        if escaped:
            continue
        if character == '"':
            within = not within
        elif character in ",[{" and not within:
            count += 1
    return count


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
def test_commas_in_strings_are_no_values(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(arrays, "_CHUNK", chunk)

    @given(JSON, st.booleans())
    def check(value: Any, ascii_only: bool) -> None:
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert count_values(text.encode()) == marks(value)
        assert count_values(json.dumps({"trueodds": text}).encode()) == 1

    @given(st.text(alphabet='\\",[a{', max_size=40))
    def check_any(text: str) -> None:
        assert count_values(text.encode()) == scanned(text.encode())
        assert count_values(memoryview(text.encode())) == scanned(text.encode())

    check()
    check_any()


def test_long_runs_of_escapes_end_where_they_end() -> None:
    for length in (0, 1, 2, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001):
        text = b'["' + b"\\" * length + b'",,,'
        assert count_values(text) == scanned(text)
