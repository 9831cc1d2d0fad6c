"""What people see on a terminal: wrapped facts, bold heads, red errors, a live line."""

import sys

import pytest

from trueodds.cli.console import fail, print_facts, print_table
from trueodds.cli.progress import training_progress
from trueodds.cli.prove import _ProofProgress
from trueodds.cli.stop import StopRequest
from trueodds.execution.progress import ProgressEvent


@pytest.fixture(autouse=True)
def terminal(monkeypatch, capsys):
    """Both streams are a terminal of 40 columns."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    for stream in (sys.stdout, sys.stderr):
        # pytest captures every phase of a test with another stream of the same type.
        monkeypatch.setattr(type(stream), "isatty", lambda stream: True, raising=False)


def test_facts_wrap_under_their_label(capsys):
    print_facts([("Target", "one two three four five six seven eight nine ten")])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("\x1b[1mTarget      \x1b[0mone two")
    assert len(rest) > 0
    assert all(line.startswith(" " * 12) and len(line) <= 40 for line in rest)
    assert " ".join([first.split("\x1b[0m")[1], *rest]).split()[-1] == "ten"


def test_heads_are_bold_and_errors_red(capsys):
    print_table(["a", "b"], [["1", "2"]])
    fail("no good")
    out, err = capsys.readouterr()
    assert out.splitlines() == ["\x1b[1ma   b\x1b[0m", "1   2"]
    assert err == "\x1b[31mno good\x1b[0m\n"


def test_training_is_one_live_line():
    with training_progress(4, StopRequest()) as shown:
        shown.phase("Reading people.csv")
        assert shown.bar is not None
        (line,) = shown.bar.tasks
        assert line.description == "Reading people.csv"
        shown.update(ProgressEvent(fold=1, member=0, epoch=3, epochs=6, loss=0.5))
        assert "0/4 members, fold 2 epoch 3/6, log-loss 0.5000" in line.description
        shown.update(ProgressEvent(fold=1, member=0, epoch=6, epochs=6, loss=0.4, done=True))
        assert line.description.startswith("Training: 1/4 members")
        assert line.completed == 0.25


def test_a_walk_rewrites_its_line_and_clears_it_at_the_end(capsys, monkeypatch):
    shown = _ProofProgress("sigmoid")
    shown.update(1, 100)  # too soon after the start
    assert capsys.readouterr().err == ""
    shown.last_line -= 1.0
    shown.update(50, 100)
    assert "\r\x1b[Ksigmoid: 50% of 100 floats" in capsys.readouterr().err
    shown.update(100, 100)
    assert capsys.readouterr().err.endswith("\r\x1b[K")
