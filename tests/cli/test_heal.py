"""``fit --heal``: a run whose learning rate is far too high is cured, and says so everywhere."""

from dataclasses import replace

import pytest

from trueodds import load
from trueodds.cli.progress import TrainingProgress
from trueodds.execution.progress import ProgressEvent
from trueodds.training.recipe import Recipe

RECIPE = replace(
    Recipe(), folds=2, members=1, many_members=1, widths=(16,), epochs=2, learning_rate=0.3,
    least_steps=150, weight_decay=0.0, dropout=0.0,
)  # fmt: skip


@pytest.fixture
def fit(run, table, monkeypatch):
    for module in ("trueodds.main_job", "trueodds.cli.fit"):
        monkeypatch.setattr(f"{module}.recipe_for", lambda effort: RECIPE)

    def call(*more, jobs=1):
        out = table.with_name("p.odds")
        words = ["fit", table, "--target", "answer", "--out", out, "--jobs", jobs, *more]
        return run(*words)

    return call


def test_the_cure_is_reported_and_kept(fit, run, table):
    out = table.with_name("p.odds")
    plain = fit("--no-report")
    assert plain.exit_code == 0, plain.output
    assert "learning rate too high: " in plain.stdout
    assert "all members" not in plain.stdout
    before = load(out)
    assert before.record.treatments == ()
    healed = fit("--heal")
    assert healed.exit_code == 0, healed.output
    assert "all members are trained again with a cure" in healed.stderr
    model = load(out)
    treatment = model.record.treatments[0]
    assert treatment.kept
    assert treatment.after < treatment.before
    assert model.record.settings["learning_rate"] < 0.3
    assert model.scores.log_loss.value < before.scores.log_loss.value
    line = f"all members, {treatment.in_words()}"
    assert line in " ".join(healed.stdout.split())
    for text in (run("inspect", out).stdout, run("inspect", out, "--health").stdout):
        assert line in " ".join(text.split())
    page = table.with_name("p.html").read_text(encoding="utf-8")
    assert f"Healed: {line}" in page


@pytest.mark.slow
def test_killed_while_healing_and_resumed_is_the_same_model(fit, table, monkeypatch):
    out = table.with_name("p.odds")
    assert fit("--heal", "--no-report", jobs=2).exit_code == 0
    calm = out.read_bytes()
    out.unlink()
    whole = TrainingProgress.update

    def update(self: TrainingProgress, step: ProgressEvent) -> None:
        whole(self, step)
        if step.run == 1 and step.done:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "update", update)
        stopped = fit("--heal", "--no-report")
    assert stopped.exit_code == 130
    # Two pilots and two members at most, then the first pilot of the cured run.
    kept = len(list(table.with_name(".p.odds.work").glob("member-*")))
    assert 3 <= kept <= 5
    assert f"{kept} members are kept" in stopped.stderr
    resumed = fit("--heal", "--no-report")
    assert f"Resuming: {kept} members are already trained" in resumed.stderr
    assert resumed.exit_code == 0, resumed.output
    assert out.read_bytes() == calm
