"""A model file comes back bit for bit, and a damaged one is refused with a sentence."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueodds import Model, TrueOddsClassifier, load
from trueodds.columns import Leak, Schema
from trueodds.columns.roles import RoleColumns
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.features.blocks import Levels
from trueodds.features.cross import Cross
from trueodds.features.target_encoding import TargetEncoding
from trueodds.json_text import json_text
from trueodds.model import file
from trueodds.model.consistent import require_consistent
from trueodds.model.data import ModelData
from trueodds.model.file import save, to_bytes
from trueodds.model.model import from_bytes

rng = np.random.default_rng(0)
TABLE = pl.DataFrame(
    {
        "n": rng.normal(size=80),
        "c": rng.choice(list("abcdefghijk"), 80),
        "b": rng.choice(["u", "v"], 80),
    }
)


@pytest.fixture(scope="module")
def model() -> Model:
    y = (TABLE["n"].to_numpy() + rng.normal(size=80) > 0).astype(int)
    made: Model = TrueOddsClassifier("quick").fit(TABLE, y).model_
    return made


@pytest.fixture(scope="module")
def data(model: Model, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "m.odds"
    model.save(path)
    return path.read_bytes()


def test_round_trip_keeps_every_bit(model: Model, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.odds").write_bytes(data)
    back = load(tmp_path / "a.odds")
    assert back.log_odds(TABLE).tobytes() == model.log_odds(TABLE).tobytes()
    back.save(tmp_path / "b.odds")
    assert (tmp_path / "b.odds").read_bytes() == data


def test_roles_and_the_sketch_come_back(model: Model) -> None:
    roles = RoleColumns(weight="wt", group="", time=None)
    back = from_bytes(to_bytes(replace(model, roles=roles)))
    assert back.roles == roles
    assert model.sketch is not None
    assert back.sketch is not None
    assert back.sketch.hashes.tolist() == model.sketch.hashes.tolist()
    assert (back.sketch.rows, back.sketch.complete) == (80, True)
    without = from_bytes(to_bytes(replace(model, sketch=None)))
    assert without.sketch is None


SKETCHES = {
    "unsorted": lambda s: replace(s, hashes=s.hashes[::-1].copy()),
    "negative": lambda s: replace(s, hashes=s.hashes - 2**62 - 2**61),
    "more entries than rows": lambda s: replace(s, hashes=np.arange(81)),
    "four of one": lambda s: replace(s, hashes=np.array([7, 7, 7, 7])),
    "another count": lambda s: replace(s, rows=79),
    "another type": lambda s: replace(s, hashes=s.hashes.astype(np.int16)),
    "a matrix": lambda s: replace(s, hashes=s.hashes[:, None]),
}


@pytest.mark.parametrize("name", SKETCHES)
def test_a_sketch_that_cannot_be_is_refused(model: Model, name: str) -> None:
    wrong = to_bytes(replace(model, sketch=SKETCHES[name](model.sketch)))
    with pytest.raises(ModelFileError, match="the sketch of its training rows is impossible"):
        from_bytes(wrong)


def test_a_sketch_without_its_array_is_refused(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"sketch": {"rows": 80, "complete": True}}
    monkeypatch.setattr(file, "json_text", lambda fields: json_text({**fields, **change}))
    with pytest.raises(ModelFileError, match='lacks the array "sketch"'):
        from_bytes(to_bytes(replace(model, sketch=None)))


def test_a_column_with_two_roles_is_refused(model: Model) -> None:
    for roles in (RoleColumns(weight="n"), RoleColumns(weight="a", time="a")):
        with pytest.raises(ModelFileError, match="a column has two roles"):
            from_bytes(to_bytes(replace(model, roles=roles)))


def test_what_an_old_file_lacks_is_written_out() -> None:
    """A dataclass without slots would lose its defaults here (see `json_text`)."""
    old = load(Path(__file__).parents[1] / "golden" / "edges.odds")
    for part in (old.schema, old.scores, old.roles, old.rounding, old.calibrator, *old.layers[0]):
        assert json.loads(json_text(part)).keys() == asdict(part).keys()
    for part in (*old.schema.columns, old.scores.auc, old.scores.calibration_error):
        assert json.loads(json_text(part)).keys() == asdict(part).keys()


def test_a_failing_write_leaves_the_old_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.odds"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TrueOddsError, match="No space left"):
        model.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["m.odds"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_saved_file_has_the_permissions_of_any_new_one(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int
) -> None:
    """The process's umask, which all threads share, is not touched."""
    path, real = tmp_path / "m.odds", os.umask
    before = real(mask)

    def refuse(_: int) -> int:
        raise AssertionError("the umask was changed")

    monkeypatch.setattr(os, "umask", refuse)
    try:
        model.save(path)
    finally:
        real(before)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_no_folder_and_no_name_are_one_sentence(model: Model, tmp_path: Path) -> None:
    for place, why in ((tmp_path / "none" / "m.odds", "No such file"), (Path("a\0b"), "null byte")):
        with pytest.raises(TrueOddsError, match=f"could not be written to .*{why}"):
            model.save(place)


def test_the_command_and_the_library_write_the_same_file(model: Model, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    save(model, tmp_path / "a.odds", scratch)
    model.save(tmp_path / "b.odds")
    assert (tmp_path / "a.odds").read_bytes() == (tmp_path / "b.odds").read_bytes()
    assert list(scratch.iterdir()) == []


def test_a_column_of_many_addresses_is_saved_and_read_back(tmp_path: Path) -> None:
    """Commas within names of levels are no values of the header."""
    many = 400_000
    made = load(Path(__file__).parents[1] / "golden" / "relu.odds")
    town = next(column for column in made.schema.columns if column.name == "town")
    few = len(town.levels)
    more = (f"{i} Main St, Springfield, IL, USA" for i in range(few, many))
    levels = (*town.levels, *more)
    slots = [-1] * (many - few)
    path = tmp_path / "m.odds"
    replace(
        made,
        schema=replace(
            made.schema,
            columns=tuple(
                replace(column, levels=levels) if column is town else column
                for column in made.schema.columns
            ),
        ),
        encoder=replace(
            made.encoder,
            blocks=tuple(
                msgspec.structs.replace(block, slots=(*block.slots, *slots))
                if isinstance(block, Levels) and block.source == "town"
                else block
                for block in made.encoder.blocks
            ),
        ),
        target_encodings=tuple(
            tuple(
                replace(table, log_odds=np.linspace(-1, 1, many + 2, dtype=np.float32))
                if table.source == "town"
                else table
                for table in tables
            )
            for tables in made.target_encodings
        ),
    ).save(path)
    back = load(path)
    assert next(c for c in back.schema.columns if c.name == "town").levels == levels
    back.save(tmp_path / "again.odds")
    assert (tmp_path / "again.odds").read_bytes() == path.read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(part=st.floats(0, 1), bit=st.integers(0, 7), cut=st.booleans())
def test_damage_is_refused_or_harmless(
    model: Model, data: bytes, tmp_path: Path, part: float, bit: int, cut: bool
) -> None:
    at = int(part * (len(data) - 1))
    hurt = data[:at] if cut else data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
    path = tmp_path / "hurt.odds"
    path.write_bytes(hurt)
    try:
        back = load(path)
    except ModelFileError:
        return
    assert back.log_odds(TABLE).tobytes() == model.log_odds(TABLE).tobytes()


@pytest.mark.parametrize("text", [b"", b"[" * 100_000, b'{"a":' * 50_000])
def test_foreign_files_are_refused(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "foreign.odds"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(ModelFileError, match="not a trueodds model"):
        load(path)


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


LEAK = Leak(("n", "c"), "leak", "together", 0.9996, "AUC 0.9996 on rows kept apart", ("b",))


def test_leaks_are_kept_in_the_file(model: Model, tmp_path: Path) -> None:
    with_leak = replace(model, schema=model.schema.with_leaks(LEAK))
    with_leak.save(tmp_path / "m.odds")
    back = load(tmp_path / "m.odds")
    assert back.schema.leaks == (LEAK,)
    assert back.schema == with_leak.schema


@pytest.mark.parametrize(
    "wrong", [{"columns": ("z",)}, {"columns": ()}, {"stand_ins": ("z",)}, {"auc": 1.5}]
)
def test_leaks_of_other_columns_are_refused(model: Model, wrong: dict[str, Any]) -> None:
    wrong_leak = replace(model, schema=replace(model.schema, leaks=(replace(LEAK, **wrong),)))
    with pytest.raises(ValueError, match="a leak"):
        require_consistent(wrong_leak)


def test_files_of_before_leaks_were_kept_are_read() -> None:
    text = msgspec.json.encode({"columns": [{"name": "n", "kind": "number"}], "rows": 3})
    assert msgspec.json.decode(text, type=Schema).leaks == ()
