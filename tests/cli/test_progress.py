import time

import pytest

from trueodds.cli.progress import TrainingProgress, clock, note_compiling
from trueodds.cli.stop import StopRequest
from trueodds.execution.progress import ProgressEvent


def test_share_rises_with_epochs_and_early_stops():
    shown = TrainingProgress(4, StopRequest())
    assert shown.done == 0.0
    assert shown.seconds_left is None
    shown.update(ProgressEvent(0, 0, 5, 10, 0.4))
    assert shown.done == pytest.approx(0.125)
    shown.update(ProgressEvent(1, 0, 5, 10, 0.5))
    shown.update(ProgressEvent(0, 0, 0, 0, 0.0, True))
    assert shown.done == pytest.approx(0.375)
    shown.began = time.monotonic() - 30
    assert shown.seconds_left == pytest.approx(50, abs=1)


def test_lines_are_sparse(capsys):
    shown = TrainingProgress(3, StopRequest())
    for fold in range(3):
        shown.update(ProgressEvent(fold, 0, 1, 10, 0.5 - fold / 10))
        shown.last_line -= 60 if fold == 1 else 0
        shown.update(ProgressEvent(fold, 0, 10, 10, 0.0, True))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("trained 2 of 3 members (fold 2: 10 epochs, log-loss 0.4000)")


def test_members_that_leave_no_rows_out_have_no_loss_to_tell(capsys):
    shown = TrainingProgress(2, StopRequest())
    shown.update(ProgressEvent(5, 0, 1, 2, float("nan")))
    shown.last_line -= 60
    shown.update(ProgressEvent(5, 0, 2, 2, 0.0, True))
    line = capsys.readouterr().err
    assert line.startswith("trained 1 of 2 members (fold 6: 2 epochs)")
    shown.bar = Bar()
    shown.update(ProgressEvent(5, 1, 1, 2, float("nan")))
    assert "log-loss" not in shown.bar.told
    shown.update(ProgressEvent(1, 0, 1, 2, 0.4))
    shown.update(ProgressEvent(5, 1, 2, 2, float("nan")))
    assert "log-loss 0.4000" in shown.bar.told


class Bar:
    """A progress bar that keeps its text."""

    def add_task(self, text, total):
        self.told = text
        return 0

    def update(self, task, description, **_):
        self.told = description


def test_healing_begins_again_and_a_second_attempt_does_not_go_back(capsys):
    shown = TrainingProgress(1, StopRequest())
    shown.update(ProgressEvent(0, 0, 8, 10, 0.4))
    shown.update(ProgressEvent(0, 0, 1, 10, 0.6))
    assert shown.done == 0.8
    shown.update(ProgressEvent(0, 0, 10, 10, 0.4, True))
    shown.update(ProgressEvent(0, 0, 1, 10, 0.4, run=1))
    assert shown.done == 0.1
    assert not shown.finished
    assert "trained again with a cure" in capsys.readouterr().err


def test_a_stop_request_is_checked_at_the_next_step():
    request = StopRequest()
    request.signal = 2
    with pytest.raises(KeyboardInterrupt):
        TrainingProgress(1, request).update(ProgressEvent(0, 0, 1, 2, 0.5))


def test_clock():
    assert [clock(s) for s in (-1, 0.4, 59.6, 3725)] == ["0:00", "0:00", "1:00", "62:05"]


def test_compiling_is_reported_when_no_cache_holds_the_kernels(monkeypatch, capsys):
    from trueodds.training import compiled

    monkeypatch.setattr(compiled, "kept_kernels", lambda: "to compile")
    note_compiling()
    assert "compiling" in capsys.readouterr().err
    for answer in ("kept", "nowhere"):  # a warning says "nowhere"
        monkeypatch.setattr(compiled, "kept_kernels", lambda answer=answer: answer)
        note_compiling()
        assert capsys.readouterr().err == ""
