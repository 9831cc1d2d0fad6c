"""The benchmarks start, compare and write their results: on one small table, in a copy."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chromium import CHROMIUM
from real_tables import LACKING, MANIFEST, SHARED

ROOT = Path(__file__).parents[2]


FEW_STEPS = """

def _of_few_steps(*given):
    from recipe_ablation import changed

    with changed("epochs=2 least_steps=200 widths=(16,)"):
        return _quick(*given)


_quick, CONTENDERS["trueodds_quick"] = CONTENDERS["trueodds_quick"], _of_few_steps
"""
"""What the copies of the benchmarks add to their contenders: fits take a fraction of the time."""


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    if not MANIFEST:
        pytest.skip(LACKING)
    (tmp_path / "shared").symlink_to(SHARED)
    bench = tmp_path / "main" / "bench"
    shutil.copytree(ROOT / "bench", bench)
    with (bench / "peers.py").open("a", encoding="utf-8") as peers:
        peers.write(FEW_STEPS)
    return bench


def run(script: Path, *words: str, codes: tuple[int, ...] = (0,)) -> str:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_main_job_compares_contenders_on_the_same_fold(bench: Path) -> None:
    words = "--tables sonar --contenders base_rate trueodds_quick --threads 1 --name smoke"
    words += " --folds-run 1"
    text = run(bench / "main_job.py", *words.split())
    assert "sonar" in text
    assert (bench / "results" / "smoke.txt").is_file()
    lines = [
        json.loads(line) for line in (bench / "results" / "smoke.jsonl").read_text().splitlines()
    ]
    found = {line["contender"]: line for line in lines}
    assert set(found) == {"base_rate", "trueodds_quick"}
    assert found["base_rate"]["relative_log_loss"] == pytest.approx(1.0, abs=0.01)
    assert found["trueodds_quick"]["relative_log_loss"] < 1.0
    assert (bench / "results" / "smoke.peers.npz").is_file()
    again = run(bench / "main_job.py", *words.split())
    assert again.split("Log-loss", 1)[1] == text.split("Log-loss", 1)[1]
    assert len((bench / "results" / "smoke.jsonl").read_text().splitlines()) == len(lines)


def test_recipe_ablation_reads_changes(bench: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(bench))
    import recipe_ablation
    from trueodds import main_job
    from trueodds.features import feature_rules
    from trueodds.training.recipe import recipe_for

    bins = feature_rules.MOST_BINS
    with recipe_ablation.changed("weight_decay=1.0 widths=(8,) activation='silu' MOST_BINS=3"):
        recipe = main_job.recipe_for("quick")
        assert (recipe.weight_decay, recipe.widths, recipe.activation) == (1.0, (8,), "silu")
        assert recipe.epochs == recipe_for("quick").epochs
        assert feature_rules.MOST_BINS == 3
    assert main_job.recipe_for("quick") == recipe_for("quick")
    assert bins == feature_rules.MOST_BINS
    usual = main_job.recipe_for("standard")
    for change in recipe_ablation.CHANGES:  # every setting is one that there is
        with recipe_ablation.changed(change):
            assert (main_job.recipe_for("standard") == usual) == (
                change in ("", "WORTH=0.005", "MOST_BINS=1", "RECURRING=1e9")
            )


@pytest.mark.slow
def test_few_rows_scores_samples_and_small_tables(bench: Path) -> None:
    words = "--tables sonar spambase --sizes 60 --seeds 1 --name smoke --contenders base_rate"
    changed = "trueodds_quick epochs=2 least_steps=20"
    text = run(bench / "few_rows.py", *words.split(), "logreg_cv", changed)
    assert (bench / "results" / "smoke.txt").read_text() in text
    lines = json.loads((bench / "results" / "smoke.json").read_text())["lines"]
    assert {(line["table"], line["rows"]) for line in lines} == {("sonar", 0), ("spambase", 60)}
    assert len(lines) == 3 * (5 + 1)
    assert "mean, samples" in text
    assert "mean, small tables" in text


@pytest.mark.slow
def test_calibrators_are_compared_on_rows_held_back(bench: Path) -> None:
    words = "--tables sonar --effort quick --rows 120 --name smoke"
    text = run(bench / "calibrators.py", *words.split())
    assert (bench / "results" / "smoke.txt").read_text() in text
    folds = json.loads((bench / "results" / "smoke.json").read_text())["folds"]
    assert len(folds) == 5
    assert all(abs(fold["bend"][0]) < 50.0 for fold in folds)


@pytest.mark.slow
def test_scale_measures_both_ways_of_fitting(tmp_path: Path) -> None:
    bench = tmp_path / "bench"
    shutil.copytree(ROOT / "bench", bench)
    words = "--rows 3000 --fit-rows 300 --trained-on 200 --memory 30kB --name smoke"
    text = run(bench / "scale.py", *words.split())
    assert (bench / "results" / "smoke.txt").read_text() in text
    found = json.loads((bench / "results" / "smoke.json").read_text())["figures"]
    assert [f["what"] for f in found] == ["predict", "fit", "fit --memory 30kB"]
    assert all(f["peak_mb"] > 0 and f["cpu_seconds"] > 0 for f in found)


@pytest.mark.slow
def test_scoring_speed_measures_every_way_in(bench: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    words = "--table german_credit --effort quick --peers hgb --rounds 2 --batches 300 --name smoke"
    # 1: a target was missed, which a smoke test does not judge.
    text = run(bench / "scoring_speed.py", *words.split(), codes=(0, 1))
    assert "one row from a dict" in text
    found = json.loads((bench / "results" / "smoke.json").read_text())
    one, many = found["seconds"]["1 row, 1 t"], found["seconds"]["300 rows, 1 t"]
    assert set(one) == {"trueodds, from a dict", "hgb, from a dict", "hgb, bare"}
    assert set(many) == {
        "trueodds, from a frame",
        "trueodds, read before",
        "trueodds, networks alone",
        "onnxruntime, networks alone",
        "hgb, from a frame",
    }
    for figures in (*one.values(), *many.values(), found["other"]["load"], found["other"]["cold"]):
        assert 0.0 < figures["least"] <= figures["median"]
    assert len(found["targets"]) >= 6


@pytest.mark.slow
def test_depth_overhead_and_planted_faults_are_measured(tmp_path: Path) -> None:
    bench = tmp_path / "bench"
    shutil.copytree(ROOT / "bench", bench)
    # 1: a target was missed, which a smoke test does not judge.
    text = run(bench / "depth.py", "--depths", "4", "--seeds", "1", "--name", "smoke")
    assert "sigmoid, critical, centred steps" in text
    run(bench / "health_overhead.py", "--rounds", "1", "--name", "smoke", codes=(0, 1))
    overhead = json.loads((bench / "results" / "smoke.json").read_text())["overhead"]
    assert {"a member, quick, 1,000 rows", "a member, standard, 8,000 rows"} <= set(overhead)
    words = "--seeds 1 --first 9000 --name smoke"
    run(bench / "health_faults.py", *words.split(), codes=(0, 1))
    found = json.loads((bench / "results" / "smoke.json").read_text())
    assert len(found["cases"]) == 30
    assert sum(kind["planted"] for kind in found["kinds"]) == 15


@pytest.mark.slow
def test_effects_and_a_regression_are_measured_beside_the_networks(bench: Path) -> None:
    words = "--tables sonar --seeds 1 --rows 200 --name smoke"
    text = run(bench / "beside_the_networks.py", *words.split())
    assert "Places whose band holds" in text
    found = json.loads((bench / "results" / "smoke.json").read_text())
    assert 0.0 <= found["coverage"][0]["held"] <= 1.0
    assert 0.0 < found["cost"][0]["regression"] < 1.0
    assert 0.0 < found["cost"][0]["effects"] < 1.0


@pytest.mark.slow
def test_pairs_are_planted_and_timed(bench: Path) -> None:
    words = "--tables sonar --seeds 1 --rows 200 --name smoke --kinds"
    text = run(bench / "pairs.py", *words.split(), "yes/no and level")
    assert "Pairs on simulated tables" in text
    found = json.loads((bench / "results" / "smoke.json").read_text())
    assert 0.0 < found["cost"][0]["pairs"] < 1.0
    assert found["pairs"][0]["size"] > 0.0


@pytest.mark.slow
def test_members_that_share_weights_are_compared_with_mlps(bench: Path) -> None:
    words = "--train --tables sonar --name smoke"
    text = run(bench / "shared_weights.py", *words.split())
    assert (bench / "results" / "smoke.txt").read_text() in text
    found = json.loads((bench / "results" / "smoke.json").read_text())
    assert 0.0 < found["losses"]["mlp + lean + dense + sparse + shared 8"]["sonar"] < 1.0
    assert found["seconds"]["shared 8"] > found["seconds"]["shared 1"]


@pytest.mark.slow
def test_intervals_are_compared_on_simulations_and_a_table(bench: Path) -> None:
    words = "--tables sonar --runs 2 --rows 200 --name smoke"
    text = run(bench / "venn_abers.py", *words.split())
    assert "calibrated" in text
    assert (bench / "results" / "smoke.json").is_file()
    assert "sonar" in (bench / "results" / "smoke.txt").read_text()


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_pages_are_opened_and_timed(tmp_path: Path) -> None:
    for part in ("bench", "tests", "examples"):
        (tmp_path / part).mkdir()
    for name in ("bench/page_open.py", "bench/machine.py", "tests/chromium.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "examples" / "german_credit.csv", tmp_path / "examples")
    words = "--rows 400 --opens 1 --name smoke"
    text = run(tmp_path / "bench" / "page_open.py", *words.split())
    assert "simulated" in text
    found = json.loads((tmp_path / "bench" / "results" / "smoke.json").read_text())["results"]
    assert [one["rows"] for one in found] == [800, 400]
    for one in found:
        assert one["bytes"] < 2_500_000
        assert one["painted"][0] > 0.0
        assert one["model"][0] > 0.0


def test_slice_alarms_counts_every_law(bench: Path) -> None:
    text = run(bench / "slice_alarms.py", "--runs", "2", "--name", "smoke")
    assert "no difference" in text
    laws = json.loads((bench / "results" / "smoke.json").read_text())["laws"]
    assert len(laws) == 15
    assert all(0.0 <= law["told"] <= 1.0 for law in laws)


@pytest.mark.slow
def test_speed_table_judges_what_was_run(bench: Path) -> None:
    words = "--parts million --fit-rows 300 --million-minutes 2 --name smoke"
    text = run(bench / "speed_table.py", *words.split())
    assert (bench / "results" / "smoke.txt").read_text() in text
    assert text.count("NOT MEASURED") == 9
    assert "MET          `fit`, 300 rows, standard" in text or "MISSED       `fit`, 300" in text
    found = json.loads((bench / "results" / "smoke.json").read_text())["parts"]["million"]
    assert found["figures"]["plain"]["finished"]
    for name in ("--memory 1GB", "lightgbm", "catboost"):
        assert found["figures"][name]["cpu_seconds"] > 0
    assert "LightGBM × 5" in text
