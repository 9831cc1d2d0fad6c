from pathlib import Path

import pytest

from trueodds.cli.outputs import require_ending, require_writable
from trueodds.errors import TrueOddsError, UsageError


def test_endings():
    require_ending(Path("m.odds"), [".odds"], "--out")
    require_ending(Path("m.HTM"), [".html", ".htm"], "--report")
    with pytest.raises(UsageError, match=r"--out: m\.pkl must end in \.odds, such as m\.odds"):
        require_ending(Path("m.pkl"), [".odds"], "--out")


def test_places(tmp_path):
    require_writable(tmp_path / "new.odds", "--out")
    old = tmp_path / "old.csv"
    old.touch()
    require_writable(old, "--out", [tmp_path / "none.csv"])
    link = tmp_path / "link.csv"
    link.symlink_to(old)
    with pytest.raises(UsageError, match="is the input itself"):
        require_writable(link, "--out", [old])
    with pytest.raises(TrueOddsError, match="there is no folder"):
        require_writable(tmp_path / "no" / "m.odds", "--out")
    with pytest.raises(TrueOddsError, match="is a folder"):
        require_writable(tmp_path, "--out")
