"""The command: what it writes, and what it refuses."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def test_it_writes_a_query_to_stdout_and_a_module(run, tmp_path) -> None:
    out = tmp_path / "m.mjs"
    result = run("export", GOLDEN / "relu.odds", "--js", out, "--sql", "duckdb", "--table", "new")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("WITH cells AS MATERIALIZED (")
    assert 'FROM "new" AS t' in result.stdout
    assert "export const score = (row)" in out.read_text(encoding="utf-8")
    assert "to the probability that" in result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "say what to export"),
        (("--js", "m.js"), "m.js must end in .mjs"),
        (("--out", "m.sql"), "--out is the file of a query: add --sql"),
    ],
)
def test_odd_options_are_refused(run, words, sentence) -> None:
    result = run("export", GOLDEN / "relu.odds", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
