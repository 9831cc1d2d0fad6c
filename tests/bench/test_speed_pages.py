"""Pages tell the committed figures of speed, and judge them by the aims."""

from pathlib import Path
from typing import Any

import pytest

import speed_judge
import speed_pages
import speed_table

ROOT = Path(__file__).parents[2]
MICRO = 1e-6


def seconds(ours: float, lightgbm: float, rows: int) -> dict[str, Any]:
    """Contenders of one title; onnxruntime takes as long as CatBoost."""
    each = {"trueodds": ours, "lightgbm": lightgbm, "catboost": 6.0, "onnxruntime": 6.0}
    ways = ("from a dict", "from a frame", "networks alone")
    return {f"{c}, {way}": {"median": t * MICRO * rows} for c, t in each.items() for way in ways}


def scoring(ours: float, members: int) -> dict[str, Any]:
    titles = {f"{rows} {word}, 1 t": rows for rows, word in ((1, "row"), (1000, "rows"))}
    return {
        "members": members,
        "soft": 2,
        "seconds": {title: seconds(ours, 9.0, rows) for title, rows in titles.items()},
    }


@pytest.fixture
def parts() -> dict[str, Any]:
    """A run of the scoring alone."""
    about = {"date": "2026-01-02 10:00 UTC", "cpu": "a processor", "cores": 2, "python": "3"}
    figures = {"adult": scoring(8.0, 10), "sonar": scoring(70.0, 30)}
    return {"scoring": {"about": {**about, "versions": {}}, "seconds": 60, "figures": figures}}


def test_each_aim_is_judged(parts: dict[str, Any]) -> None:
    one, many, batches, networks, *rest = speed_judge.rows(parts)
    assert (one.met, one.ours, one.ratio) == (True, "8 µs", "0.89 × LightGBM's")
    assert one.work.endswith("adult, 10 networks (2 of soft splits)")
    assert (many.met, many.ours) == (True, "70 µs")
    assert (batches.met, networks.met) == (False, False)
    assert batches.ratio == "0.89 to 7.78 × LightGBM's; 1.33 to 11.67 × CatBoost's"
    assert [row.met for row in rest] == [None] * 5


def test_what_was_missed_stands_there_with_its_limit(parts: dict[str, Any]) -> None:
    page, lines = speed_pages.whole(parts), speed_pages.short(parts)
    assert speed_judge.LIMITS["batches"] in page
    assert speed_judge.LIMITS["one row"] not in page
    assert page.count("not measured") == 5
    assert "2 of 4 aims are met" in lines
    assert "One row from a dict: 8 µs (LightGBM 9, CatBoost 6 µs)." in " ".join(lines.split())
    assert len(lines.splitlines()) <= 2
    assert "MISSED       batches" in speed_table.text_of(parts)
    assert speed_pages.whole({}).count("not measured") == 9


def test_pages_have_the_figures_of_the_committed_run() -> None:
    kept = speed_pages.committed()
    for page, figures in speed_pages.PAGES.items():
        text = (ROOT / page).read_text()
        assert speed_pages.rewritten(text, figures(kept)) == text
