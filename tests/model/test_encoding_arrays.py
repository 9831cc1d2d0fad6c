"""Crosses and texts come back from a model file, and such as cannot be are refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trueodds.errors import ModelFileError
from trueodds.features.cross import Cross
from trueodds.features.target_encoding import TargetEncoding
from trueodds.features.text import Text
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


def _with_text(model: ModelData, change: Callable[[TargetEncoding], TargetEncoding]) -> ModelData:
    """The same model with the sum of all words of its comments changed in every fold."""
    return replace(
        model,
        target_encodings=tuple(
            tuple(change(t) if t.source == "words of comment" else t for t in tables)
            for tables in model.target_encodings
        ),
    )


def test_words_come_back_and_a_reader_has_to_know_them(
    golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = golden_called("words").model
    data = to_bytes(model)
    back = file.read_bytes(data)
    assert to_bytes(back) == data
    assert back.schema == model.schema
    assert [t.text for t in back.target_encodings[0]] == [t.text for t in model.target_encodings[0]]
    assert sum(t.text is not None for t in back.target_encodings[0]) > 1
    assert {c.name: c.kind for c in back.schema.used if c.words} == {
        "comment": "text",
        "title": "category",
    }
    monkeypatch.setattr(file, "FEATURES", file.FEATURES - {"words"})
    with pytest.raises(ModelFileError, match=r"needs .*words.*update trueodds"):
        file.read_bytes(data)


def _places(*places: int) -> Callable[[TargetEncoding], TargetEncoding]:
    amounts = np.zeros(len(places), np.float32)
    return lambda t: replace(t, log_odds=amounts, text=Text("comment", places))


WRONG_TEXTS: dict[str, Callable[[TargetEncoding], TargetEncoding]] = {
    "another column": lambda t: replace(t, text=Text("x", t.text.places if t.text else ())),
    "no column": lambda t: replace(t, text=Text("nowhere", t.text.places if t.text else ())),
    "a place too far": _places(0, 100_000),
    "a place below 0": _places(-1, 2),
    "places that fall": _places(2, 1),
    "a place twice": _places(1, 1),
    "too few log-odds": lambda t: replace(t, log_odds=t.log_odds[1:].copy()),
    "no whole units": lambda t: replace(t, log_odds=t.log_odds + np.float32(1e-5)),
    "log-odds too large": lambda t: replace(t, log_odds=t.log_odds * 0 + np.float32(64.0)),
    "log-odds that are none": lambda t: replace(t, log_odds=t.log_odds * np.float32("nan")),
    "cuts": lambda t: replace(t, cuts=(1.0,)),
}


@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_a_text_that_cannot_be_is_refused(golden_called, name: str) -> None:
    wrong = _with_text(golden_called("words").model, WRONG_TEXTS[name])
    with pytest.raises(ModelFileError, match="do not fit the words of its column"):
        file.read_bytes(file.to_bytes(wrong))


@pytest.mark.parametrize("name", ["comment", "x"])
def test_a_text_called_as_a_column_is_refused(golden_called, name: str) -> None:
    wrong = _with_text(golden_called("words").model, lambda t: replace(t, source=name))
    with pytest.raises(ModelFileError, match="means two things"):
        file.read_bytes(file.to_bytes(wrong))


@pytest.mark.parametrize(
    "change",
    [
        {"words": ()},
        {"words": ("same", "same")},
        {"kind": "number"},
        {"levels": ("a", "b")},
    ],
)
def test_words_that_cannot_be_are_refused(golden_called, change: dict[str, Any]) -> None:
    model = golden_called("words").model
    columns = tuple(
        replace(c, **change) if c.name == "comment" else c for c in model.schema.columns
    )
    wrong = replace(model, schema=replace(model.schema, columns=columns))
    with pytest.raises(ModelFileError, match="comment"):
        file.read_bytes(file.to_bytes(wrong))
