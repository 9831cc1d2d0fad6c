"""The command prints a card or writes it, with scores of other rows if there are some."""


def test_a_card_with_groups(run, model_file, new_table, tmp_path) -> None:
    out = tmp_path / "card.md"
    words = ("--labelled", new_table, "--by", "smoker", "--out", out)
    result = run("card", model_file, *words)
    assert result.exit_code == 0, result.output
    text = out.read_text(encoding="utf-8")
    assert "## Scores of other rows" in text
    assert "### Groups of rows" in text
    assert "smoker" in text.split("### Groups of rows")[1]


def test_groups_need_rows(run, model_file) -> None:
    result = run("card", model_file, "--by", "job")
    assert result.exit_code == 2
    assert "--by needs labelled rows: add --labelled TABLE" in result.stderr
