"""The report as an object, of training rows and of rows that were held back."""

import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trueodds.errors import TableWarning, UsageError
from trueodds.evaluation.slices import Grouping, slice_scores
from trueodds.json_text import json_text
from trueodds.model import Model, load
from trueodds.report import HeldOut, Report, report_on
from trueodds.report.markdown import escaped

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def golden() -> tuple[Model, pl.DataFrame, np.ndarray]:
    """A model and rows that it has not seen, with labels drawn from its forecasts."""
    model, rng = load(GOLDEN / "relu.odds"), np.random.default_rng(0)
    columns: dict[str, object] = {}
    for column in model.schema.used:
        if column.coded:
            columns[column.name] = rng.choice(column.levels, 300)
        elif column.kind == "date":
            columns[column.name] = np.datetime64("2020-01-01") + rng.integers(0, 900, 300)
        else:
            columns[column.name] = rng.normal(40.0, 20.0, 300)
    rows = pl.DataFrame(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        p = model.predict(rows)
    labels = np.where(rng.random(300) < p, model.target_yes, model.target_no)
    return model, rows, labels


@pytest.fixture(scope="module")
def held_back(golden) -> Report:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return report_on(*golden, cost_fn=4.0, show_rows=3)


def test_held_out_rows_have_the_scores_of_evaluate(golden, held_back) -> None:
    model, rows, labels = golden
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        same = model.evaluate(rows, labels)
    evidence = held_back.evidence
    assert isinstance(evidence, HeldOut)
    facts = held_back.to_json()
    assert json_text(facts["scores"]) == json_text(same.scores)
    assert facts["costs"] == (1.0, 4.0, 0.0)
    assert facts["decision"]["cost"] == facts["decision"]["cost"]
    assert sum(part["rows"] for part in facts["reliability"]) == 300
    assert {column["column"] for column in facts["effects"]["columns"]}
    json_text(facts)


def test_the_page_of_held_out_rows_says_so(held_back) -> None:
    page = held_back.to_html()
    assert "trueodds report of labelled rows" in page
    assert "300 labelled rows of DataFrame" in page
    assert "out of fold: " in page
    assert "out-of-fold forecasts" not in page
    assert "AUC above compares only" not in page
    assert "on these rows; calling none costs" in page
    assert 'id="packed-model"' in page
    assert "Rows of the largest surprise" in page
    assert all(row.place in page for row in held_back.evidence.surprises)


def test_rows_of_the_largest_surprise_are_told_where_asked_for(golden, held_back) -> None:
    model, rows, labels = golden
    evidence = held_back.evidence
    p = 1.0 / (1.0 + np.exp(-evidence.log_odds))
    loss = -np.log(np.where(evidence.y == 1, p, 1.0 - p))
    order = np.argsort(-loss)[:3]
    found = held_back.to_json()["surprises"]
    assert [row["place"] for row in found] == [f"DataFrame, row {i}" for i in order]
    assert np.allclose([row["log_loss"] for row in found], loss[order])
    assert np.allclose([row["probability"] for row in found], p[order])
    assert [row["answer"] for row in found] == labels[order].tolist()
    assert [row["cells"]["town"] for row in found] == rows["town"][order].to_list()
    text = held_back.to_markdown()
    assert all(f"| {row['place']} | “{row['answer']}” |" in text for row in found)
    plain = Report(model, replace(evidence, surprises=()))
    assert plain.to_json()["surprises"] == []
    assert "surprise" not in plain.to_markdown()


@pytest.mark.parametrize("wrong", [-1, 201, 2.5])
def test_a_wrong_number_of_rows_is_one_sentence(golden, wrong) -> None:
    with pytest.raises(UsageError, match="show_rows must be a whole number from 0 to 200, not"):
        report_on(*golden, show_rows=wrong)


def test_rows_that_the_model_has_seen_are_told(golden, held_back) -> None:
    seen = replace(held_back.evidence.evaluation, training_table=True)
    report = Report(golden[0], replace(held_back.evidence, evaluation=seen))
    assert "which the model has seen: too good" in report.to_markdown()
    assert "TO503" in [check["code"] for check in report.to_json()["checks"]]
    assert 'href="#check-TO503"' in report.to_html()
    assert 'id="check-TO503"' in report.to_html()


def test_cells_that_cannot_be_read_are_warned_of(golden) -> None:
    model, rows, labels = golden
    number = next(c.name for c in model.schema.used if c.kind == "number")
    odd = rows[:60].with_columns(pl.lit("many").alias(number))
    with pytest.warns(TableWarning, match=number):
        report_on(model, odd, labels[:60])


def test_markdown_tells_what_the_page_tells(model, evidence) -> None:
    rng = np.random.default_rng(0)
    grouping = Grouping("sex|x", ("f", "m"), rng.integers(0, 2, evidence.y.size))
    slices = slice_scores(evidence.y, evidence.log_odds, [grouping])
    text = Report(model, replace(evidence, slices=slices)).to_markdown()
    for part in (
        "0.2791",
        "0.2733 to 0.2850",
        "24.1%",
        "5 stratified folds",
        "sex\\|x = f",
        "TO101",
    ):
        assert part in text, part
    headings = re.findall(r"^#+ .*", text, re.M)
    assert headings[0].startswith("# income: the probability of ")
    assert "## Groups of rows" in headings
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


def test_names_stay_text_in_markdown(model, evidence) -> None:
    hostile = "a|b [x](http://c) <img src=x> **bold** `code`\n# title"
    text = Report(replace(model, target_name=hostile, source=hostile), evidence).to_markdown()
    assert "<img" not in text.replace("\\<img", "")
    assert "\n# title" not in text
    assert escaped("a|b") == "a\\|b"


def test_the_page_is_written(model, evidence, tmp_path: Path) -> None:
    report = Report(model, evidence)
    report.write(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == report.to_html()
