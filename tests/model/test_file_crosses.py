"""Crosses come back from a model file, and impossible ones are refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trueodds.errors import ModelFileError
from trueodds.features.cross import Cross
from trueodds.features.target_encoding import TargetEncoding
from trueodds.json_text import json_text
from trueodds.model import file
from trueodds.model.data import ModelData
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes


def _with_cross(model: ModelData, change: Callable[[Cross], Cross], name: str = "") -> ModelData:
    """The same model with its first cross changed in every fold, or given another name."""
    old = next(t for t in model.target_encodings[0] if t.cross is not None)
    assert old.cross is not None
    made = change(old.cross)

    def other(table: TargetEncoding) -> TargetEncoding:
        return replace(table, source=name or table.source, cross=made)

    return replace(
        model,
        target_encodings=tuple(
            tuple(other(t) if t.source == old.source else t for t in tables)
            for tables in model.target_encodings
        ),
    )


def arrays_of(data: bytes) -> bytes:
    """What follows the header in a file."""
    return data[8 + int.from_bytes(data[:8], "little") :]


def test_crosses_come_back_and_a_reader_has_to_know_them(
    golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = golden_called("crosses").path.read_bytes()
    back = from_bytes(data)
    written = to_bytes(back)
    # The record of an older file has fewer fields, but the arrays are the same.
    assert arrays_of(written) == arrays_of(data)
    assert to_bytes(from_bytes(written)) == written
    crosses = {t.source: t.cross for t in back.target_encodings[0] if t.cross is not None}
    assert {len(cross.parts) for cross in crosses.values()} == {1, 2}
    for tables in back.target_encodings[1:]:
        assert {t.source: t.cross for t in tables if t.cross is not None} == crosses
    monkeypatch.setattr(file, "FEATURES", file.FEATURES - {"crosses"})
    with pytest.raises(ModelFileError, match=r"needs .*crosses.*update trueodds"):
        from_bytes(data)


def _part(**news: Any) -> Callable[[Cross], Cross]:
    return lambda cross: Cross((replace(cross.parts[0], **news), *cross.parts[1:]), cross.keys)


WRONG_CROSSES: dict[str, Callable[[Cross], Cross]] = {
    "no parts": lambda cross: Cross((), cross.keys),
    "four parts": lambda cross: Cross(cross.parts * 2, cross.keys),
    "another column": _part(source="elsewhere"),
    "a number without cuts": _part(cuts=()),
    "another number of levels": _part(levels=2),
    "cuts that fall": lambda cross: _part(cuts=cross.parts[0].cuts[::-1])(cross),
    "keys that fall": lambda cross: Cross(cross.parts, cross.keys[::-1].copy()),
    "a key too large": lambda cross: Cross(cross.parts, cross.keys + 2**40),
    "a key below 0": lambda cross: Cross(cross.parts, cross.keys - 2**40),
    "keys of another type": lambda cross: Cross(cross.parts, cross.keys.astype(np.int16)),
    "a matrix of keys": lambda cross: Cross(cross.parts, cross.keys[:, None].copy()),
}


@pytest.mark.parametrize("name", WRONG_CROSSES)
def test_a_cross_that_cannot_be_is_refused(golden_called, name: str) -> None:
    wrong = _with_cross(golden_called("crosses").model, WRONG_CROSSES[name])
    with pytest.raises(ModelFileError, match=r"the levels of the cross .* do not fit its columns"):
        from_bytes(to_bytes(wrong))


@pytest.mark.parametrize("name", ["x", "code"])
def test_a_cross_called_as_a_column_is_refused(golden_called, name: str) -> None:
    wrong = _with_cross(golden_called("crosses").model, lambda cross: cross, name)
    with pytest.raises(ModelFileError, match=r"means two things|has two rates in one fold"):
        from_bytes(to_bytes(wrong))


def test_a_cross_without_its_array_is_refused(
    golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    def longer(fields: dict[str, Any]) -> str:
        return json_text({**fields, "crosses": [*fields["crosses"], fields["crosses"][0]]})

    monkeypatch.setattr(file, "json_text", longer)
    with pytest.raises(ModelFileError, match='lacks the array "crosses/'):
        from_bytes(to_bytes(golden_called("crosses").model))
