"""``fit --time-limit``: fewer networks, said in the terminal, in JSON and on the page."""

import json
from dataclasses import replace


def test_networks_are_left_out_and_it_is_said(run, table, tiny_recipe, monkeypatch):
    many = replace(tiny_recipe, many_members=4)
    monkeypatch.setattr("trueodds.main_job.recipe_for", lambda effort: many)
    words = ["fit", table, "--target", "answer", "--jobs", 1, "--time-limit", "0.001"]
    result = run(*words, "--out", table.with_name("m.odds"))
    assert result.exit_code == 0, result.output
    said = "the time limit of 0.001 s left out"
    assert f"Note: {said}" in " ".join(result.output.split())
    assert said in table.with_name("m.html").read_text(encoding="utf-8")
    result = run(*words, "--out", table.with_name("n.odds"), "--no-report", "--json")
    found = json.loads(result.stdout)
    assert any(said in note for note in found["notes"])


def test_a_limit_is_positive(run, table):
    result = run("fit", table, "--target", "answer", "--time-limit", 0)
    assert result.exit_code == 2
    assert "the time limit must be a positive number of seconds, got 0" in result.output
    assert [path.name for path in table.parent.iterdir()] == [table.name]
