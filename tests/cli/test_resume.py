"""A fit that was stopped goes on where it was, says so, and ends with the same bytes."""

from dataclasses import replace

import pytest

from trueodds.cli.progress import TrainingProgress
from trueodds.execution import checkpoints
from trueodds.execution.order import Order
from trueodds.execution.progress import ProgressEvent


@pytest.fixture
def fit(run, table, monkeypatch, tiny_recipe):
    """Two partitions of two folds: two pilots first, and two members or more after them."""
    recipe = replace(tiny_recipe, many_members=2)
    for module in ("trueodds.main_job", "trueodds.cli.fit"):
        monkeypatch.setattr(f"{module}.recipe_for", lambda effort: recipe)

    def call(*more, jobs=1):
        words = ["fit", table, "--target", "answer", "--out", table.with_name("p.odds")]
        return run(*words, "--effort", "quick", "--jobs", jobs, *more)

    return call


@pytest.fixture
def stop_after(monkeypatch):
    """Ctrl-C when so many members are done, pilots included."""
    whole = TrainingProgress.update

    def arrange(count):
        done: dict[TrainingProgress, int] = {}

        def update(self: TrainingProgress, step: ProgressEvent) -> None:
            whole(self, step)
            done[self] = done.get(self, 0) + step.done
            if step.done and done[self] == count:
                raise KeyboardInterrupt

        monkeypatch.setattr(TrainingProgress, "update", update)

    yield arrange
    monkeypatch.setattr(TrainingProgress, "update", whole)


@pytest.mark.parametrize(
    ("count", "jobs"),
    [(1, 1), (2, 1), (3, 1), *(pytest.param(n, 2, marks=pytest.mark.slow) for n in (1, 2, 3))],
)
def test_stopped_and_resumed_is_the_same_model(fit, stop_after, table, monkeypatch, jobs, count):
    """Stopped after a pilot, after the pilots and after a member."""
    out, work = table.with_name("p.odds"), table.with_name(".p.odds.work")
    assert fit(jobs=jobs).exit_code == 0
    calm = out.read_bytes()
    out.unlink()
    with monkeypatch.context():
        stop_after(count)
        stopped = fit(jobs=jobs)
    assert stopped.exit_code == 130
    assert not out.exists()
    # With two jobs, each process may end one member more before it is ended itself.
    kept = len(list(work.glob("member-*")))
    assert kept == count if jobs == 1 else count <= kept <= count + 2, kept
    text = "1 member is" if kept == 1 else f"{kept} members are"
    assert f"Stopped: {text} kept in {work}; the same command" in stopped.stderr
    stop_after(99)
    resumed = fit(jobs=jobs)
    assert resumed.exit_code == 0, resumed.output
    assert f"Resuming: {text} already trained ({work})." in resumed.stderr
    assert out.read_bytes() == calm
    assert not work.exists()


def test_what_has_changed_is_said_and_nothing_old_is_taken(fit, stop_after, table):
    work = table.with_name(".p.odds.work")
    stop_after(1)
    assert fit().exit_code == 130
    stopped = fit("--seed", 3)
    assert "1 finished member of another run: --seed was 0, is 3; starting anew" in stopped.stderr
    assert "Resuming" not in stopped.stderr
    stopped = fit("--drop", "age", "--seed", 3)
    assert "another run: --drop was not given, is age; starting anew" in stopped.stderr
    table.write_text(table.read_text().replace("10001,", "99999,"))
    stopped = fit("--drop", "age", "--seed", 3)
    assert "another run: the table has changed; starting anew" in stopped.stderr
    run_file = work / "run.json"
    run_file.write_text(run_file.read_text().replace('"trueodds": "', '"trueodds": "0.0.'))
    stop_after(99)
    finished = fit("--drop", "age", "--seed", 3)
    assert "trueodds was 0.0." in finished.stderr
    assert finished.exit_code == 0
    assert not work.exists()


def test_what_does_not_matter_may_change(fit, stop_after, table):
    stop_after(1)
    assert fit(jobs=1).exit_code == 130
    stop_after(99)
    finished = fit("--no-report", jobs=2)
    assert "Resuming: 1 member is already trained" in finished.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_is_one_sentence_and_what_was_done_is_kept(fit, table, monkeypatch, jobs):
    """The second member finds the disk full."""
    out, work = table.with_name("p.odds"), table.with_name(".p.odds.work")
    out.write_bytes(b"precious")
    if jobs == 2:
        # What the worker processes meet: their member's name is taken by a folder.
        real = checkpoints.Checkpoints.of

        def of(self, recipe, seed):
            made = real(self, recipe, seed)
            made.path(Order(1, 0)).mkdir(exist_ok=True)
            return made

        monkeypatch.setattr(checkpoints.Checkpoints, "of", of)
        reason = "Is a directory"
    else:
        real_save = checkpoints.Checkpoints.save

        def save(self, trained, order):
            if order.fold == 1:
                raise OSError(28, "No space left on device")
            real_save(self, trained, order)

        monkeypatch.setattr(checkpoints.Checkpoints, "save", save)
        reason = "No space left on device"
    result = fit(jobs=jobs)
    assert result.exit_code == 1
    assert f"Error: {work} cannot be written: {reason}; free some space there" in result.stderr
    assert "Traceback" not in result.output
    assert out.read_bytes() == b"precious"
