"""Models are read again when their files change, and a damaged file changes nothing."""

import os
import shutil
from pathlib import Path

import pytest

from serve.conftest import GOLDEN
from trueodds.errors import ModelFileError, UsageError
from trueodds.serve.problems import ProblemError
from trueodds.serve.registry import Registry


def put(name: str, place: Path) -> None:
    """A model in the place of another, by a rename."""
    shutil.copy(GOLDEN / f"{name}.odds", place.with_suffix(".new"))
    os.replace(place.with_suffix(".new"), place)


def test_a_changed_file_is_read_again(tmp_path) -> None:
    place = tmp_path / "m.odds"
    put("relu", place)
    registry = Registry([tmp_path])
    registry.load()
    first = registry.get("m")
    assert registry.refresh() == []
    assert registry.get("m") is first
    put("crosses", place)
    assert registry.refresh() == [("m", f"serves version {registry.get('m').version}")]
    assert registry.get("m").version != first.version
    with pytest.raises(ProblemError, match="has version"):
        registry.get("m", first.version)

    place.write_bytes(b"damaged")
    ((name, what),) = registry.refresh()
    assert (name, what[:12]) == ("m", "is not read:")
    assert registry.refresh() == []
    assert registry.get("m").model.target_name == "y"
    put("relu", tmp_path / "other.odds")
    assert registry.refresh() == [("other", f"serves version {first.version}")]
    (tmp_path / "other.odds").unlink()
    assert registry.refresh() == [("other", "is gone")]


def test_a_named_file_that_is_gone_for_a_moment_stays(tmp_path) -> None:
    place = tmp_path / "m.odds"
    put("relu", place)
    registry = Registry([place])
    registry.load()
    place.unlink()
    assert registry.refresh() == []
    assert registry.get("m").model.target_name == "y"


def test_what_cannot_be_served_is_said(tmp_path) -> None:
    with pytest.raises(UsageError, match="there is no model file"):
        Registry([tmp_path]).load()
    with pytest.raises(ModelFileError, match="cannot be read"):
        Registry([tmp_path / "none.odds"]).load()
    (tmp_path / "a").mkdir()
    for place in (tmp_path / "m.odds", tmp_path / "a" / "m.odds"):
        put("relu", place)
    with pytest.raises(UsageError, match='two model files have the name "m"'):
        Registry([tmp_path, tmp_path / "a"]).load()
