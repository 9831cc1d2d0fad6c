"""The slider of the page counts what Python counts, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chromium import CHROMIUM, Page, browser
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import Decision, decide
from trueodds.functions.portable import sigmoid
from trueodds.report import OutOfFold, write_report
from trueodds.report.page import render

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


def type_into(page: Page, field: str, value: object, event: str = "change") -> None:
    """Give a field a value as a person does."""
    page.run(
        f"(() => {{ const field = document.getElementById('{field}'); field.value = '{value}';"
        "field.dispatchEvent(new Event('input'));"
        f"field.dispatchEvent(new Event('{event}')); }})()"
    )


def shown(page: Page) -> dict[str, float]:
    """All figures of the section, as the page has them before it rounds."""
    keys = "true-positives false-positives false-negatives true-negatives called precision recall"
    keys += " cost cost-none cost-all saving"
    script = f"'{keys}'.split(' ').map((key) => [key, document.getElementById(key).dataset.value])"
    return {key: float(value) for key, value in page.run(script)}


def require_equal(found: dict[str, float], decision: Decision, called: int) -> None:
    confusion = decision.confusion
    expected: dict[str, Any] = {
        "true-positives": confusion.true_positives,
        "false-positives": confusion.false_positives,
        "false-negatives": confusion.false_negatives,
        "true-negatives": confusion.true_negatives,
        "called": called,
        "precision": decision.precision.value,
        "recall": decision.recall.value,
        "cost": decision.cost.value,
        "cost-none": decision.cost_of_none,
        "cost-all": decision.cost_of_all,
        "saving": decision.saving.value,
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), key


@pytest.mark.parametrize("weighted", [False, True], ids=["equal", "weighted"])
@pytest.mark.parametrize("rows", [700, 60_000])
def test_the_figures_are_those_of_python(
    page: Page, model, make_evidence, tmp_path: Path, rows: int, weighted: bool
) -> None:
    evidence = make_evidence(rows=rows, weighted=weighted)
    write_report(model, evidence, tmp_path / "report.html")
    page.open(tmp_path / "report.html")
    p = sigmoid(evidence.log_odds)
    rng = np.random.default_rng(rows)
    for _ in range(12):
        costs = Costs(*(rng.integers(0, 9, 3) + np.array([1.0, 0.0, 0.0])))
        for field, cost in zip(("cost-fp", "cost-fn", "benefit"), costs.numbers(), strict=True):
            type_into(page, field, cost)
        # The slider stands at the threshold of these costs, or, of many rows, beside it.
        t = float(page.run("document.getElementById('decide-form').dataset.threshold"))
        assert abs(np.mean(p >= t) - np.mean(p >= costs.threshold)) <= (
            0.0 if rows < 2000 else 0.002
        )
        decision = decide_at(evidence, t, costs)
        require_equal(shown(page), decision, int((p >= t).sum()))
        # The slider moves on from there.
        last = int(page.run("document.getElementById('slider').max"))
        type_into(page, "slider", rng.integers(0, last + 1))
        t = float(page.run("document.getElementById('decide-form').dataset.threshold"))
        require_equal(shown(page), decide_at(evidence, t, costs), int((p >= t).sum()))
    assert page.logged == []


def decide_at(evidence: OutOfFold, t: float, costs: Costs) -> Decision:
    """Python's decision at any threshold; a capacity calls the same rows as the threshold."""
    return decide(
        evidence.y,
        evidence.log_odds,
        costs,
        evidence.weight,
        capacity=int((sigmoid(evidence.log_odds) >= t).sum()),
    )


def test_the_ends_of_the_slider_call_all_and_none(page: Page, model, evidence, tmp_path) -> None:
    write_report(model, evidence, tmp_path / "report.html")
    page.open(tmp_path / "report.html")
    type_into(page, "slider", 0)
    assert shown(page)["called"] == evidence.y.size
    assert shown(page)["cost"] == shown(page)["cost-all"]
    type_into(page, "slider", page.run("document.getElementById('slider').max"))
    assert shown(page)["called"] == 0
    assert np.isnan(shown(page)["precision"])
    assert shown(page)["cost"] == shown(page)["cost-none"]
    assert page.run("document.getElementById('precision').textContent") == "not defined"


def test_wrong_inputs_are_told(page: Page, model, evidence, tmp_path: Path) -> None:
    write_report(model, evidence, tmp_path / "report.html")
    page.open(tmp_path / "report.html")
    problem = "document.getElementById('decide-problem').textContent"
    assert page.run(problem) == ""
    type_into(page, "cost-fp", -1)
    assert "not a number from 0 on" in page.run(problem)
    for field in ("cost-fp", "cost-fn", "benefit"):
        type_into(page, field, 0)
    assert "All costs are 0" in page.run(problem)
    type_into(page, "cost-fp", 1)
    type_into(page, "threshold", 1.5)
    assert "not a number from 0 to 1" in page.run(problem)
    page.run("document.getElementById('by-costs').click()")
    assert page.run(problem) == ""


def test_a_page_of_many_rows_is_small(model, make_evidence) -> None:
    few, many = (len(render(model, make_evidence(rows=n)).encode()) for n in (2_000, 1_000_000))
    assert many - few < 60_000
