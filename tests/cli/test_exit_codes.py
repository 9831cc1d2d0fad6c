"""Each exit code, and what stands on stdout and stderr with it."""

from typing import Any

import pytest

import trueodds.cli.checks
from trueodds.cli.exit_codes import (
    DONE,
    DRIFTED,
    FAILED,
    FIRED,
    MEANINGS,
    STOPPED,
    USAGE,
)

CASES: dict[str, tuple[int, tuple[str, ...]]] = {
    "a check": (DONE, ("check", "MODEL")),
    "no drift": (DONE, ("drift", "MODEL", "NEW", "--threshold", "5")),
    "no such table": (FAILED, ("evaluate", "MODEL", "nowhere.csv")),
    "no model": (FAILED, ("check", "NEW")),
    "no target": (USAGE, ("fit", "NEW", "--target", "nothing", "--no-report")),
    "no such option": (USAGE, ("check", "MODEL", "--nothing")),
    "options that exclude each other": (
        USAGE,
        ("fit", "NEW", "--target", "answer", "--group", "job", "--time", "since"),
    ),
    "no such check": (USAGE, ("check", "MODEL", "--fail-on", "TO999")),
    "drift": (DRIFTED, ("drift", "MODEL", "MOVED")),
    "drift that is asked for": (FIRED, ("drift", "MODEL", "MOVED", "--fail-on", "TO501")),
    "stopped": (STOPPED, ("check", "MODEL")),
}


@pytest.mark.parametrize("what", CASES)
def test_each_end_has_its_code(what, run, model_file, new_table, tmp_path, monkeypatch) -> None:
    code, words = CASES[what]
    moved = tmp_path / "moved.csv"
    moved.write_text(new_table.read_text("utf-8").replace("20", "19"), "utf-8")
    places = {"MODEL": model_file, "NEW": new_table, "MOVED": moved}
    monkeypatch.chdir(tmp_path)
    if what == "stopped":

        def stop(*given: Any, **more: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(trueodds.cli.checks, "load", stop)
    result = run(*(places.get(word, word) for word in words))
    assert result.exit_code == code, result.output
    told = code in (FAILED, USAGE, STOPPED)
    assert (result.stdout == "") is told, result.stdout
    assert bool(result.stderr) or not told


def test_every_code_is_tried() -> None:
    assert {code for code, _ in CASES.values()} == set(MEANINGS)
