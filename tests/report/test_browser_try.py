"""Rows that the page scores have the bits of Python, in a real browser."""

import csv
import json
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import trueodds
from chromium import CHROMIUM, Page, browser
from trueodds.model import Model, load
from trueodds.report import write_report
from trueodds.report.form_fields import usual_cells

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
SCORE = """
JSON.parse(%s).map((row) => {
  const { logOdds, probability } = trueoddsReader.score(tried.model, row);
  const { lower, upper } = trueoddsReader.interval(tried.model, logOdds) ?? {};
  const bits = (x) => new BigUint64Array(new Float64Array([x]).buffer)[0].toString();
  return [logOdds, probability, lower ?? NaN, upper ?? NaN].map(bits);
})
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    """A model of a real table, fitted as a user fits it, and its page."""
    import polars as pl

    table = pl.read_csv(ROOT / "examples" / "german_credit.csv")
    fitted = trueodds.TrueOddsClassifier(effort="quick", positive="2", random_state=0)
    fitted.fit(table.drop("default"), table["default"])
    path = tmp_path_factory.mktemp("german") / "report.html"
    write_report(fitted.model_, fitted.evidence_, path)
    return fitted.model_, path


def open_with_model(page: Page, path: Path) -> None:
    page.open(path)
    page.wait("document.documentElement.dataset.model !== undefined")
    assert page.run("document.documentElement.dataset.model") == "ready"


def scored(page: Page, rows: list[dict[str, object]]) -> list[list[int]]:
    text = json.dumps(json.dumps(rows))
    return [[int(x) for x in row] for row in page.run(SCORE % text)]


def bits(*numbers: float) -> list[int]:
    return [struct.unpack("<Q", struct.pack("<d", x))[0] for x in numbers]


def test_200_rows_of_a_real_table_have_the_bits_of_python(page: Page, german) -> None:
    model, path = german
    open_with_model(page, path)
    with (ROOT / "examples" / "german_credit_new.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    log_odds, p = model.log_odds(rows), model.predict(rows)
    lower, upper = model.interval(rows)
    assert len(np.unique(p)) > 190
    expected = [bits(*four) for four in zip(log_odds, p, lower, upper, strict=True)]
    assert scored(page, rows) == expected
    assert page.logged == []


@pytest.mark.parametrize("name", ["relu", "crosses", "pieces", "soft_splits", "words"])
def test_golden_models_have_their_bits(page: Page, evidence, tmp_path: Path, name: str) -> None:
    write_report(load(GOLDEN / f"{name}.odds"), evidence, tmp_path / "report.html")
    open_with_model(page, tmp_path / "report.html")
    found = json.loads((GOLDEN / f"{name}.json").read_text())
    rows = [r["cells"] for r in found]
    plain = [
        all(x is None or abs(x) < 1e308 for x in r.values() if isinstance(x, float)) for r in rows
    ]
    rows = [r for r, ok in zip(rows, plain, strict=True) if ok]
    expected = [
        [int(r["log_odds"], 16), int(r["probability"], 16)]
        for r, ok in zip(found, plain, strict=True)
        if ok
    ]
    assert len(rows) > 10
    assert [row[:2] for row in scored(page, rows)] == expected
    assert page.logged == []


def shown(page: Page) -> list[int]:
    values = page.run("({ ...document.getElementById('try-probability').dataset })")
    return bits(*(float(values[k]) for k in ("logOdds", "probability", "lower", "upper")))


def change(page: Page, model: Model, name: str, value: object) -> None:
    position = [c.name for c in model.schema.used].index(name)
    page.run(
        f"(() => {{ const field = document.getElementById('try-{position}');"
        f"field.value = '{value}';"
        "field.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )


def usual_row(model: Model) -> dict[str, object]:
    cells = usual_cells(model.schema, model.profile)
    return {
        c.name: c.levels[cell] if c.coded and cell is not None else cell
        for c, cell in zip(model.schema.used, cells, strict=True)
    }


def test_the_form_shows_the_forecast_of_its_row(page: Page, german) -> None:
    model, path = german
    open_with_model(page, path)
    row = usual_row(model)

    def expected() -> list[int]:
        lower, upper = model.interval([row])
        return bits(model.log_odds([row])[0], model.predict([row])[0], lower[0], upper[0])

    assert shown(page) == expected()
    words = page.run("document.getElementById('try-words').textContent")
    assert words.startswith("95% interval: ")
    change(page, model, "months_loan_duration", 48)
    row["months_loan_duration"] = 48
    assert shown(page) == expected()
    levels = next(c.levels for c in model.schema.used if c.name == "checking_balance")
    change(page, model, "checking_balance", levels.index("< 0 DM"))
    row["checking_balance"] = "< 0 DM"
    assert shown(page) == expected()
    change(page, model, "age", "")
    row["age"] = None
    with pytest.warns(trueodds.TableWarning):
        assert shown(page) == expected()
    change(page, model, "age", 500)
    position = [c.name for c in model.schema.used].index("age")
    hint = page.run(f"document.getElementById('hint-{position}').textContent")
    assert "outside the training rows" in hint
    page.run("document.querySelector('#try-form button[type=reset]').click()")
    page.wait(f"document.getElementById('hint-{position}').textContent === ''")
    assert page.logged == []


def test_the_form_gives_the_reasons_of_its_row(page: Page, german) -> None:
    """The bits of `Model.explain`, and its words; typing goes on while they are computed."""
    model, path = german
    open_with_model(page, path)
    row = usual_row(model)

    def told() -> list[str]:
        page.wait("document.querySelector('#why-told li') !== null")
        return page.run("[...document.querySelectorAll('#why-told li')].map((x) => x.textContent)")

    def values() -> list[int]:
        return bits(*json.loads(page.run("document.getElementById('why-told').dataset.values")))

    assert page.run("document.getElementById('why-told').textContent") == ""
    page.run("document.getElementById('why-button').click()")
    expected = model.explain([row])
    assert told() == list(expected.reasons(0, 5))
    assert values() == bits(*expected.values[0])
    assert "Compared with 64 training rows" in page.run(
        "document.getElementById('why-told').textContent"
    )
    page.run("document.getElementById('why-button').click()")  # is computing when the row changes
    levels = next(c.levels for c in model.schema.used if c.name == "checking_balance")
    change(page, model, "checking_balance", levels.index("< 0 DM"))
    change(page, model, "months_loan_duration", 48)
    row |= {"checking_balance": "< 0 DM", "months_loan_duration": 48}
    assert shown(page)[0] == bits(model.log_odds([row])[0])[0]
    assert page.run("document.querySelector('#why-told li')") is None
    expected = model.explain([row])
    assert told() == list(expected.reasons(0, 5))
    assert values() == bits(*expected.values[0])
    assert any(sentence.startswith("checking_balance is < 0 DM: odds × 1.") for sentence in told())
    assert page.logged == []


def test_a_browser_that_cannot_read_the_model_says_so(page: Page, german, tmp_path: Path) -> None:
    text = german[1].read_text(encoding="utf-8")
    at = text.index('id="packed-model">') + len('id="packed-model">')
    (tmp_path / "damaged.html").write_text(text[:at] + "AAAA" + text[at + 4 :], encoding="utf-8")
    page.open(tmp_path / "damaged.html")
    page.wait("document.documentElement.dataset.model === 'failed'")
    said = page.run("document.getElementById('try-missing').textContent")
    assert "This browser cannot read the model in the page" in said
    assert page.run("document.getElementById('try-form').hidden")
