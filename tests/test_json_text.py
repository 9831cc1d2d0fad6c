"""JSON keeps every figure, and has null for those that JSON does not know."""

import json
from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.json_text import json_text

plain = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=20,
)  # fmt: skip


def nulled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: nulled(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [nulled(entry) for entry in value]
    return None if isinstance(value, float) and not isfinite(value) else value


@given(plain)
def test_plain_values_are_written_as_the_json_module_writes_them(value: Any) -> None:
    expected = nulled(value)
    assert json_text(value) == json.dumps(expected, separators=(",", ":"))
    assert json_text(value, indent=2) == json.dumps(expected, indent=2, ensure_ascii=False)


class Circle(msgspec.Struct, tag_field="kind", tag="circle"):
    radius: float


@dataclass
class Drawing:
    circles: tuple[Circle, ...]
    mean: float
    worst: float = inf


def test_dataclasses_structs_and_scalars_become_objects_and_numbers() -> None:
    drawing = Drawing((Circle(1e-05),), nan)
    expected = '{"circles":[{"kind":"circle","radius":1e-05}],"mean":null,"worst":null}'
    assert json_text(drawing) == expected
    assert json_text({1: np.float64(0.1), "b": np.bool_(True), "n": np.int64(3)}) == (
        '{"1":0.1,"b":true,"n":3}'
    )


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        json_text({"name": "\ud800"})
