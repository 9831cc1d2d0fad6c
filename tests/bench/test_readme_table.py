"""README's comparison is made from a run, each set of tables apart."""

import json
from pathlib import Path
from typing import Any

import pytest

import readme_table
import summary

ROOT = Path(__file__).parents[2]
TUNED, UNTOUCHED = ("titanic", "sonar"), ("phoneme", "stroke")
FIGURES = {"logreg": 0.8, "catboost_cv5": 0.6, "tabm": 0.9, "trueodds": 0.5}


def line(table: str, contender: str, fold: int, loss: float) -> dict[str, Any]:
    return {
        "table": table,
        "contender": contender,
        "fold": fold,
        "threads": 1,
        "log_loss": loss / 2,
        "relative_log_loss": loss,
        "calibration_ratio": 1.0,
        "cpu_seconds": 10 * loss,
        "peak_mb": 300.0,
        "date": "2026-01-01",
        "cpu": "a processor",
        "versions": {"numpy": "2.0"},
    }


@pytest.fixture
def result() -> dict[str, Any]:
    """Of the second set one contender was not run, and one lacks a table; stroke has two folds."""
    lines = [
        line(table, contender, fold, loss + 0.1 * fold + 0.01 * (table in UNTOUCHED))
        for table in (*TUNED, *UNTOUCHED)
        for contender, loss in FIGURES.items()
        for fold in range(2 if table == "stroke" else 1)
        if not (contender == "tabm" and table in UNTOUCHED)
    ]
    lines.append({**line("phoneme", "xgboost_cv5", 0, 0.1), "error": "no memory"})
    del lines[-1]["relative_log_loss"]
    difference = {"ours": "trueodds", "tables": 9, "won": 5, "lost": 1}
    less = [
        {**difference, "peer": "logreg", "mean": -0.3, "low": -0.4, "high": -0.2},
        {**difference, "peer": "catboost_cv5", "mean": -0.1, "low": -0.3, "high": 0.1},
    ]
    return {"lines": lines, "differences": {"tuned": less[:1], "untouched": less}}


def test_sets_stand_apart(result: dict[str, Any]) -> None:
    text = readme_table.figures(result)
    first, second = text.split("### ")[1:]
    assert first.startswith("Tables used to choose the recipe of 0.1.0: 2")
    assert second.startswith("Tables not used to choose the recipe of 0.1.0: 2")
    assert "| **mean of 2** | 0.800 | 0.600 | 0.900 | 0.500 |" in first
    assert "| mean rank of 4 | 3.0 | 2.0 | 4.0 | 1.0 |" in first
    assert "TabM" not in second.split("\n\n")[1]
    assert "RealMLP and shortened TabM were not run on these tables." in second
    assert "phoneme" not in first


def test_a_contender_that_lacks_a_table_has_no_mean(result: dict[str, Any]) -> None:
    rows = readme_table.figures(result).split("### ")[2].splitlines()
    cells = {row.split(" | ")[0].strip("| "): row.split(" | ")[1:] for row in rows if "|" in row}
    header = cells["table"]
    failed = header.index("XGBoost × 5")
    assert cells["stroke"][failed] == "–"
    assert cells["**mean of 2**"][failed] == "–"
    assert cells["**mean of 2**"][header.index("CatBoost × 5")] == "0.635"
    assert cells["mean rank of 3"][failed] == "–"


def test_a_difference_is_told_with_its_interval(result: dict[str, Any]) -> None:
    first, second = readme_table.figures(result).split("### ")[1:]
    told = "| CatBoost × 5 | −0.100 (−0.300 to +0.100); 5, 1, 3 |"
    assert told in second
    assert told not in first
    assert (
        "trueodds: beyond chance it has a lower log-loss than logistic regression; the interval "
        "holds zero against CatBoost × 5." in second
    )


def test_the_text_tells_both_sets_and_what_failed(result: dict[str, Any]) -> None:
    text = summary.text_of(result["lines"], result["differences"])
    assert text.index("Tables used") < text.index("Tables not used") < text.index("Failed")
    assert "phoneme, xgboost_cv5, fold 0: no memory" in text
    assert "a processor" in text


def test_readme_has_the_figures_of_the_committed_run() -> None:
    kept = json.loads((ROOT / "bench" / "results" / "main_job.json").read_text())
    for page, figures in readme_table.PAGES.items():
        text = (ROOT / page).read_text()
        assert readme_table.rewritten(text, figures(kept)) == text
