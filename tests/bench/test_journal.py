"""Lines of peers are kept; trueodds' own count for the source they were made with."""

from pathlib import Path

import numpy as np
import pytest

import journal


def test_our_lines_count_for_one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {c: journal.key_of("sonar", c, 0, 100, 1) for c in ("logreg", "trueodds")}
    lines = [{**key, "log_loss": 1.0} for key in now.values()]
    assert all(journal.find(lines, key) for key in now.values())
    monkeypatch.setattr(journal, "source", lambda: "another")
    later = {c: journal.key_of("sonar", c, 0, 100, 1) for c in now}
    assert journal.find(lines, later["logreg"])
    assert journal.find(lines, later["trueodds"]) is None


def test_the_newest_line_counts_and_a_failure_last() -> None:
    key = journal.key_of("sonar", "logreg", 0, 100, 1)
    old, new, failed = ({**key, "log_loss": 1.0}, {**key, "log_loss": 2.0}, {**key, "error": "no"})
    assert journal.find([old, new, failed], key) is new
    assert journal.find([failed], key) is failed
    assert journal.find([old, {**new, "fold": 1}], key) is old


def test_the_pack_holds_the_peers_losses_alone(tmp_path: Path) -> None:
    pack = tmp_path / "peers.npz"
    losses = journal.Losses(tmp_path / "losses", pack)
    keys = [journal.key_of("sonar", c, f, 100, 1) for c in ("logreg", "trueodds") for f in (0, 1)]
    for number, key in enumerate(keys):
        np.save(losses.file(key), np.full(3, number, dtype=np.float32))
    losses.save(keys)
    elsewhere = journal.Losses(tmp_path / "other", pack)
    assert [None if (found := elsewhere.get(key)) is None else found[0] for key in keys] == [
        0.0,
        1.0,
        None,
        None,
    ]
    elsewhere.save([])
    assert sorted(journal.Losses(tmp_path / "other", pack).packed) == sorted(losses.packed)
