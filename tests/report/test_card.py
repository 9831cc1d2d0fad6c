"""The model card: its parts, and no markup from a table."""

from dataclasses import replace

from trueodds.report.card import card


def test_the_parts_of_a_card(model) -> None:
    text = card(model)
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles == [
        "## What it forecasts", "## Data", "## Scores", "## Limits", "## How it was made",
    ]  # fmt: skip
    assert "| age | number | 0 | 73 |  |" in text
    assert "| Log\\-loss" not in text
    assert "| Log-loss | 0.2791 |" in text
    assert "TO101: " in text  # tax-bracket gives the target away
    assert "seed 0" in text


def test_a_table_cannot_write_markup(model) -> None:
    odd = replace(model, target_yes="a|b\n# <script>", source="[x](http://y)")
    text = card(odd)
    assert "<script>" not in text
    assert "[x](http" not in text
    assert text.count("\n# ") == 0
