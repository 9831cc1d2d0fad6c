"""The whole way on every real table: fit, predict, evaluate, as a person types them."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from trueodds.table import read_table

DATA = Path(__file__).parents[2] / "shared" / "data"
MANIFEST: list[dict[str, Any]] = (
    json.loads((DATA / "manifest.json").read_text(encoding="utf-8")) if DATA.is_dir() else []
)
WITH_REPORT = ("titanic", "mammography")


def trueodds(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "trueodds", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not MANIFEST, reason="the real tables are not here")
@pytest.mark.parametrize("about", MANIFEST, ids=[about["name"] for about in MANIFEST])
def test_fit_predict_evaluate(about: dict[str, Any], tmp_path: Path) -> None:
    table, scored = DATA / about["file"], tmp_path / "scored.csv"
    drop = [word for name in about["drop"] for word in ("--drop", name)]
    report = [] if about["name"] in WITH_REPORT else ["--no-report"]
    fit = ["fit", str(table), "--target", about["target"], *drop, *report, "--effort", "quick"]
    told = json.loads(trueodds(tmp_path, *fit, "--out", "m.odds", "--json"))
    assert told
    assert (tmp_path / "m.html").exists() == (not report)

    trueodds(tmp_path, "predict", "m.odds", str(table), "--out", "scored.csv")
    before = read_table(table)
    after = read_table(scored)
    assert after.rows == before.rows
    assert after.headers == (*before.headers, "probability")
    untouched = after.data.select(after.names[:-1])
    assert untouched.rows() == before.data.rows()
    probability = after.column("probability").cast(pl.Float64)
    assert 0.0 < float(probability.min()) <= float(probability.max()) < 1.0  # type: ignore[arg-type]

    found = json.loads(trueodds(tmp_path, "evaluate", "m.odds", str(table), "--json"))
    scores = found.get("scores", found)
    assert scores["log_loss"]["value"] < scores["base_log_loss"]
    assert scores["rows"] == before.rows - about["target_missing_rows"]
    with scored.open(encoding="utf-8", newline="") as file:
        assert len(next(csv.reader(file))) == len(after.headers)
