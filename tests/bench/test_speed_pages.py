"""Pages tell the committed figures of speed, and judge them by the aims."""

from pathlib import Path
from typing import Any

import pytest

import speed_judge
import speed_pages
import speed_row
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


ABOUT = {
    "date": "2026-01-02 10:00 UTC",
    "cpu": "a processor",
    "cores": 2,
    "python": "3",
    "versions": {},
}


def part(figures: dict[str, Any]) -> dict[str, Any]:
    return {"about": ABOUT, "seconds": 60, "figures": figures}


@pytest.fixture
def parts() -> dict[str, Any]:
    """A run of the scoring alone."""
    return {"scoring": part({"adult": scoring(8.0, 10), "sonar": scoring(70.0, 30)})}


def fits(**seconds: float) -> dict[str, Any]:
    """Contenders of one table: processor time; log-loss is 0.5 of ours and 0.4 of others."""
    names = {"first_quick": "trueodds 0.1.0 quick", "first": "trueodds 0.1.0 standard"}
    return {
        names.get(who, who): {
            "cpu_seconds": used,
            "log_loss": 0.5 if who.startswith("trueodds") else 0.4,
        }
        for who, used in seconds.items()
    }


OURS = {"trueodds_quick": 2.0, "trueodds": 6.0, "catboost": 4.0, "catboost_cv5": 8.0}


def many(plain: float, limited: float, **peers: float) -> dict[str, Any]:
    """Fits of 10⁶ rows; each is stopped after 300 s."""
    seconds = {"plain": plain, "--memory 1GB": limited, **peers}
    made = {
        name: {"seconds": min(s, 300.0), "cpu_seconds": 2.0 * s, "finished": s < 300.0}
        for name, s in seconds.items()
    }
    return {"rows": 1_000_000, "most_seconds": 300.0, **made}


def judged(name: str, figures: dict[str, Any]) -> dict[str, speed_row.Row]:
    """Rows of a run of one part, by their keys."""
    rows = speed_judge.rows({name: part(figures)})
    return dict(zip(speed_row.ROWS, rows, strict=True))


def test_each_aim_is_judged(parts: dict[str, Any]) -> None:
    one, many, batches, networks, *rest = speed_judge.rows(parts)
    assert (one.met, one.ours, one.ratio) == (True, "8 µs", "0.89 × LightGBM's")
    assert one.whole.endswith("adult, 10 networks (2 of soft splits)")
    assert one.brief == ("8 µs, 10 networks", "LightGBM 9, CatBoost 6 µs", "0.9 ×")
    assert (many.met, many.ours) == (True, "70 µs")
    assert (batches.met, networks.met) == (False, False)
    assert batches.ratio == "0.89 to 7.78 × LightGBM's; 1.33 to 11.67 × CatBoost's"
    assert [row.met for row in rest] == [None] * 6


def test_a_csv_is_judged_by_its_larger_size() -> None:
    def size(rate: int, memory: int) -> dict[str, Any]:
        ours = {"rows_per_second": rate, "seconds": 9.0, "cpu_microseconds_per_row": 8.0}
        ours |= {"peak_mb": memory, "peak_anonymous_mb": memory}
        return {"trueodds": ours, "lightgbm": {**ours, "rows_per_second": 70_000, "seconds": 18.0}}

    row = judged("csv", {"1000000": size(90_000, 200), "10000000": size(160_000, 220)})["csv"]
    assert (row.work, row.met) == ("`predict` of 10,000,000 rows of a CSV", True)
    assert row.brief[0] == "160,000 rows/s, 220 MB"
    assert "220 MB (1.10 × that of 1,000,000)" in row.ours
    grown = judged("csv", {"1000000": size(160_000, 200), "10000000": size(160_000, 300)})
    assert grown["csv"].met is False


def test_fits_are_judged_beside_the_peers_and_beside_the_first_version() -> None:
    half = {"adult": fits(**OURS, first_quick=4.0, first=12.0)}
    both = half | {"sonar": fits(**OURS, first_quick=5.0, first=8.0)}
    rows = judged("fits", both)
    assert rows["first"].ratio == (
        "quick 0.40 to 0.50 ×, at most half on 2 of 2, log-loss of one fold 1.25 × (mean 1.25); "
        "standard 0.50 to 0.75 ×, at most half on 1 of 2, log-loss of one fold 1.25 × (mean 1.25)"
    )
    assert rows["first"].ours == "quick 2.0 s (median 2.0), standard 6.0 s (median 6.0)"
    assert rows["first"].brief[1:] == (
        "0.1.0 quick 4.5, standard 10 s",
        "0.4 to 0.5, 0.5 to 0.8 ×",
    )
    assert "below on 2 of 2" in rows["fits"].ratio
    assert rows["fits"].brief[1] == "CatBoost 4.0, CatBoost × 5 8.0 s"
    for found in both.values():
        for one in found.values():
            one["log_loss"] = 0.4
    assert (judged("fits", half)["first"].met, judged("fits", both)["first"].met) == (True, False)
    assert judged("fits", both)["fits"].met is True
    half["adult"]["trueodds"]["log_loss"] = 0.41
    assert judged("fits", half)["first"].met is False


def test_fits_without_the_first_version_leave_its_row_open() -> None:
    rows = judged("fits", {"adult": fits(**OURS)})
    assert (rows["first"].met, rows["first"].brief) == (None, ("–", "–", "–"))
    assert rows["fits"].met is False  # the log-loss is another
    assert rows["fits"].detail == ", on 1 table: adult"


def test_many_rows_stand_beside_peers_that_were_stopped() -> None:
    row = judged("million", many(60.0, 80.0, lightgbm=120.0, catboost=400.0))["million"]
    assert row.met is True
    assert row.peers == (
        "LightGBM × 5 120 s, 240 s of processor time; CatBoost × 5 stopped after 300 s"
    )
    assert row.ratio == ("1.33 × with `--memory`; 0.50 × LightGBM × 5's; < 0.20 × CatBoost × 5's")
    assert row.brief == (
        "60 s, with `--memory` 80 s",
        "LightGBM × 5 120 s, CatBoost × 5 > 300 s",
        "0.50 ×",
    )
    stopped = judged("million", many(400.0, 80.0, lightgbm=120.0))["million"]
    assert (stopped.met, stopped.ratio, stopped.brief[2]) == (False, "–", "–")
    assert judged("million", many(60.0, 80.0))["million"].peers == "–"


def test_what_was_missed_stands_there_with_its_limit(parts: dict[str, Any]) -> None:
    page, short = speed_pages.whole(parts), speed_pages.short(parts)
    assert speed_row.ROWS["batches"].limit in page
    assert speed_row.ROWS["one row"].limit not in page
    assert page.count("not measured") == 6
    assert "MISSED       batches" in speed_table.text_of(parts)
    assert speed_pages.whole({}).count("not measured") == 10
    assert f"missed: {speed_row.ROWS['batches'].why} |" in short
    assert speed_row.ROWS["one row"].why not in short
    assert short.count("not measured") == 6


def test_readme_has_every_row_in_few_words(parts: dict[str, Any]) -> None:
    told, _, table = speed_pages.short(parts).partition("\n\n")
    assert "2026-01-02, a processor, 2 cores: 2 of 4 aims are met." in told
    assert len(table.splitlines()) == 2 + len(speed_row.ROWS)
    rows = speed_pages.short(speed_pages.committed()).splitlines()[2:]
    assert max(len(cell) for row in rows for cell in row.split(" | ")) <= 50
    assert speed_pages.short({}).count("not measured") == 10


def test_pages_have_the_figures_of_the_committed_run() -> None:
    kept = speed_pages.committed()
    for page, figures in speed_pages.PAGES.items():
        text = (ROOT / page).read_text()
        assert speed_pages.rewritten(text, figures(kept)) == text
