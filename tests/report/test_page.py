import json
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from trueodds.columns.schema import Column, Schema
from trueodds.errors import TrueOddsError
from trueodds.evaluation.scores import CalibrationError, Interval
from trueodds.report import ColumnImportance, OutOfFold, write_report
from trueodds.report import page as page_module
from trueodds.report.bundle import read_asset
from trueodds.report.page import MOST_BYTES, PACKED, SCRIPTS, render
from unpacked import unpacked

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "{{ 7*7 }}{% raw %}",
    "a\u2028b\u2029c\0d\ud800e",
    "&lt;b&gt;&amp;",
    "\u202egnp.exe",
    "x" * 5000,
    "datum['a']; alert(1) //",
)
NETWORK = {"src", "href", "srcset", "action", "data", "poster", "formaction", "background", "ping"}


class Reader(HTMLParser):
    """Elements, attributes and text of a page, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def specifications(reader: Reader) -> dict:
    ids = [a.get("id") for a in reader.all("script")]
    return json.loads(unpacked(reader.text["script"][ids.index("packed-specifications")]))


def code(reader: Reader) -> list[str]:
    """The scripts of a page that run."""
    kinds = [a.get("type", "code") for a in reader.all("script")]
    return [t for kind, t in zip(kinds, reader.text["script"], strict=True) if kind == "code"]


@pytest.fixture(scope="module")
def page(model, evidence) -> str:
    return render(model, evidence)


def test_nothing_is_asked_of_the_network(page: str) -> None:
    reader = Reader(page)
    asked = [v for _, attrs in reader.tags for k, v in attrs.items() if k in NETWORK]
    # The empty icon keeps browsers from asking for one; the others are places in the page.
    assert [v for v in asked if not v.startswith("#")] == ["data:,"]
    places = {a["id"] for _, a in reader.tags if "id" in a}
    assert {v[1:] for v in asked if v.startswith("#")} <= places
    style = read_asset("page.css")
    assert "url(" not in style
    assert "@import" not in style
    policy = next(a["content"] for a in reader.all("meta") if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_scripts_are_the_ones_that_the_policy_names(page: str) -> None:
    reader = Reader(page)
    assert code(reader) == [read_asset(name) for name in SCRIPTS]
    policy = next(a["content"] for a in reader.all("meta") if "http-equiv" in a)
    assert policy.count("'sha256-") == len(SCRIPTS) + len(PACKED)
    parts = zip(reader.all("script"), reader.text["script"], strict=True)
    kept = {a["id"]: text for a, text in parts if "id" in a}
    for name, asset in PACKED.items():
        assert unpacked(kept[f"packed-{name}"]).decode() == read_asset(asset)


def test_every_chart_has_its_place_and_its_words(page: str) -> None:
    reader = Reader(page)
    places = {
        a["id"].removeprefix("chart-"): a for a in reader.all("div") if a.get("class") == "chart"
    }
    assert set(places) == set(specifications(reader))
    assert len(places) == 10
    assert all(a["role"] == "img" and len(a["aria-label"]) > 20 for a in places.values())


def test_the_page_tells_the_whole_story(page: str, model) -> None:
    for part in (
        "0.2791",
        "0.2733 to 0.2850",
        "Base rate: 0.5520",
        "24.1%",
        "This gives the answer away.",
        "Gives the answer away:",
        "identifier: a different value in every row",
        "5 stratified folds",
        "Why “&gt;50K” is yes: the rarer label.",
        model.source_sha256,
        "adult.csv",
        "No layer has saturated, dead or exploding neurons.",
        "Weight decay",
        "trueodds version",
    ):
        assert part in page


def test_headers_are_marked_in_every_table(page: str) -> None:
    reader = Reader(page)
    assert len(reader.all("table")) == 5
    assert all(a.get("scope") in {"col", "row", "rowgroup"} for a in reader.all("th"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_text(hostile: str, model, evidence, page: str) -> None:
    columns = (
        Column(hostile, "number", leak=hostile),
        Column(hostile, "ignored", reason=hostile),
        *model.schema.columns,
    )
    bad = replace(
        model,
        schema=Schema(columns, 32561),
        target_name=hostile,
        target_yes=hostile,
        target_no=hostile,
        target_rule=hostile,
        health=(hostile,),
        notes=(hostile,),
        versions={hostile: hostile},
        source=hostile,
        source_sha256=hostile,
        record=replace(
            model.record, fold_rule=hostile, effort=hostile, settings={hostile: {hostile: hostile}}
        ),
    )
    importance = (
        ColumnImportance(hostile, 0.2, 0.1, 0.3),
        ColumnImportance(hostile, 0.1, 0.1, 0.1),
    )
    found = render(bad, replace(evidence, importance=importance))
    found.encode()
    reader, plain = Reader(found), Reader(page)
    for tag in ("img", "b", "style", "meta", "link"):
        assert len(reader.all(tag)) == len(plain.all(tag))
    assert not any(k.startswith("on") for _, attrs in reader.tags for k in attrs)
    assert code(reader) == code(plain)
    assert len(specifications(reader)) == 10
    assert "\0" not in found
    assert "\u202e" not in found


def test_the_same_input_gives_the_same_bytes(model, evidence, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_report(model, evidence, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_a_report_replaces_the_one_before(model, evidence, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report(model, evidence, path)
    assert path.read_bytes().startswith(b"<!DOCTYPE html>")


def test_a_folder_that_is_not_there_is_one_sentence(model, evidence, tmp_path: Path) -> None:
    with pytest.raises(TrueOddsError, match="could not be written"):
        write_report(model, evidence, tmp_path / "none" / "report.html")


def test_a_huge_table_makes_a_small_page(model, make_evidence, make_members) -> None:
    columns = tuple(Column(f"column {i}" * 20, "category", reason="r" * 999) for i in range(5000))
    evidence = make_evidence(rows=400_000, weighted=True)
    record = replace(model.record, folds=20, members=make_members(20, 4, epochs=1000))
    importance = tuple(ColumnImportance(c.name, 0.1, 0.0, 0.2) for c in columns)
    big = replace(model, schema=Schema(columns, 400_000), record=record)
    found = render(big, replace(evidence, importance=importance))
    assert len(found.encode()) < MOST_BYTES
    assert "4,600 columns are not listed" in found
    assert "Each row counts with its weight" in found


def test_a_model_that_is_too_large_is_left_out(page: str, model, evidence, monkeypatch) -> None:
    assert 'id="packed-model"' in page
    monkeypatch.setattr(page_module, "MOST_BYTES", len(page.encode()) - 1)
    found = render(model, evidence)
    assert 'id="packed-model"' not in found
    assert "The model is too large for this page" in found


def test_sections_are_in_order_and_the_contents_name_them(page: str) -> None:
    reader = Reader(page)
    keys = [a["id"] for a in reader.all("h2")]
    assert keys == [
        "verdict", "decide", "try", "columns", "forecast", "training", "health", "checks", "made"
    ]  # fmt: skip
    links = [a["href"] for a in reader.all("a") if "aria-label" not in a]
    assert links == [f"#{key}" for key in keys[1:]]
    folded = [a for a in reader.all("details") if a.get("class") == "section"]
    assert len(folded) == 4
    # No level of heading is left out on the way down.
    levels = [int(tag[1]) for tag, _ in reader.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_input_has_a_label(page: str) -> None:
    reader = Reader(page)
    labelled = {a["for"] for a in reader.all("label")}
    inputs = {a["id"] for tag in ("input", "select") for a in reader.all(tag)}
    assert inputs == labelled
    assert len(inputs) > 15


def test_rows_without_a_forecast_are_counted(model, evidence) -> None:
    log_odds = evidence.log_odds.copy()
    log_odds[:1234] = np.nan
    assert "1,234 rows have no such forecast" in render(model, replace(evidence, log_odds=log_odds))


NOWHERE = Interval(float("nan"), float("nan"), float("nan"))


@pytest.mark.parametrize(
    ("y", "log_odds"),
    [
        ([], []),
        ([1], [0.3]),
        ([0, 1, 0, 1, 1], [-1.0, 0.5, 0.1, 2.0, -0.3]),
        ([0] * 999 + [1], np.linspace(-9, -2, 1000)),
        ([0] * 50, [-2.0] * 50),
        ([1] * 50, [np.inf] * 50),
        ([0, 1] * 50, [0.0] * 100),
        ([0, 1] * 50, [-np.inf, np.inf] * 50),
        ([0, 1] * 50, [np.nan] * 100),
    ],
    ids=[
        "none",
        "one",
        "five",
        "rare",
        "one-label",
        "certain",
        "constant",
        "perfect",
        "unforecast",
    ],
)
def test_degenerate_evidence_still_gives_a_page(y, log_odds, model, make_members) -> None:
    evidence = OutOfFold(np.array(y, np.uint8), np.array(log_odds, np.float64), None, ())
    poor = replace(
        model,
        schema=Schema((), len(y)),
        scores=replace(
            model.scores, auc=NOWHERE, calibration_error=CalibrationError(float("nan")), rows=len(y)
        ),
        record=replace(model.record, folds=1, members=make_members(1)[: len(y)], settings={}),
        versions={},
        notes=(),
        source_sha256="",
        health=("layer 2: 40% of the neurons are dead.",),
    )
    reader = Reader(render(poor, evidence))
    assert "not defined" in reader.text["p"]
    assert "layer 2: 40% of the neurons are dead." in reader.text["li"]
    for spec in specifications(reader).values():
        assert spec["layer"]
