"""What each rule says of a model and of new rows."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trueodds import load
from trueodds.columns import read_target
from trueodds.columns.leak import Leak
from trueodds.columns.schema import Column
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import decide
from trueodds.evaluation.scores import score
from trueodds.health.findings import KINDS
from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.model.check import Check
from trueodds.model.checks import (
    RULES,
    checks_of,
    checks_of_decision,
    checks_of_drift,
    checks_of_evaluation,
    codes_of,
)
from trueodds.model.drift import ColumnDrift
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes
from trueodds.table import as_frame

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture
def model() -> Model:
    """A model without findings but those of the test."""
    found = load(GOLDEN / "relu.odds")
    error = replace(found.scores.calibration_error, p_value=0.5)
    rows = replace(found.scores, rows=400, positives=150, calibration_error=error)
    loss = replace(rows.log_loss, value=0.5, low=0.4, high=0.6)
    return replace(
        found, scores=replace(rows, log_loss=loss, base_log_loss=0.69), health=(), fit_checks=()
    )


def codes(found: tuple[Check, ...]) -> list[str]:
    return [check.code for check in found]


def test_a_healthy_model_has_no_finding(model: Model) -> None:
    assert checks_of(model) == model.checks() == ()


@pytest.mark.parametrize(
    ("leak", "code"),
    [
        (Leak(("a",), "leak", "alone", 1.0, "evidence"), "TO101"),
        (Leak(("a", "b"), "leak", "together", 1.0, "evidence"), "TO102"),
        (Leak(("a",), "look", "alone", 0.99, "evidence"), "TO103"),
        (Leak(("a", "b"), "look", "together", 0.99, "evidence"), "TO103"),
        (Leak(("a",), "look", "score", 0.999, "evidence"), "TO104"),
    ],
)
def test_a_leak_keeps_its_sentence(model: Model, leak: Leak, code: str) -> None:
    (found,) = replace(model, schema=replace(model.schema, leaks=(leak,))).checks()
    assert (found.code, found.subject) == (code, ", ".join(leak.columns))
    assert found.message() == f"{code} {leak.message()}"


def test_a_column_that_an_old_file_marks_is_a_leak(model: Model) -> None:
    first, *others = model.schema.columns
    marked = replace(model.schema, columns=(replace(first, leak="evidence"), *others), leaks=())
    assert codes(replace(model, schema=marked).checks()) == ["TO101"]


def test_an_identifier_is_a_note_and_a_constant_is_none(model: Model) -> None:
    more = (
        Column("id", "ignored", reason="identifier: numbers the rows from 1 to 400"),
        Column("unit", "ignored", reason="constant: only ever 'kg'"),
    )
    schema = replace(model.schema, columns=(*model.schema.columns, *more))
    (found,) = replace(model, schema=schema).checks()
    assert (found.code, found.severity, found.subject) == ("TO105", "note", "id")
    assert "numbers the rows from 1 to 400" in found.sentence


def test_rare_levels_are_a_note() -> None:
    found = [c for c in load(GOLDEN / "words.odds").checks() if c.code == "TO108"]
    assert [(c.subject, c.severity) for c in found] == [("title", "note")]
    assert '48 of 89 levels of "title"' in found[0].sentence


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_fault_has_its_code_in_an_old_file(model: Model, kind: str) -> None:
    text = f"fold 1, member 1, layer 1: {kind}: the detail, so it is; do this"
    (found,) = replace(model, health=(text,)).checks()
    assert found.code == f"TO{201 + KINDS.index(kind)}"
    assert RULES[found.code].title == kind
    assert found.subject == "fold 1, member 1, layer 1"
    assert found.sentence == text.removesuffix("; do this")


def test_scores_have_checks_of_calibration_skill_and_labels(model: Model) -> None:
    scores = model.scores
    error = replace(scores.calibration_error, p_value=0.009, debiased=0.05)
    off = replace(model, scores=replace(scores, calibration_error=error))
    assert codes(off.checks()) == ["TO301"]
    loss = replace(scores.log_loss, high=0.7)
    auc = replace(scores.auc, value=0.55, low=0.52, high=0.58)
    ranks = replace(scores, log_loss=loss, auc=auc)
    assert replace(model, scores=ranks).checks() == ()
    unranked = replace(ranks, auc=replace(auc, low=0.49))
    (unskilled,) = replace(model, scores=unranked).checks()
    assert (unskilled.code, unskilled.severity) == ("TO302", "warning")
    assert "shows no skill" in unskilled.sentence
    loss = replace(scores.log_loss, value=0.8, low=0.75, high=0.9)
    (worse,) = replace(model, scores=replace(scores, log_loss=loss)).checks()
    assert (worse.code, worse.severity) == ("TO302", "failure")
    assert "worse than the base rate" in worse.sentence
    few = replace(model, scores=replace(scores, positives=390))
    (found,) = few.checks()
    assert found.code == "TO401"
    assert f'only 10 of 400 scored rows are "{model.target_no}"' in found.sentence


def test_scores_that_are_not_defined_have_no_checks(model: Model) -> None:
    nan = float("nan")
    error = replace(model.scores.calibration_error, p_value=nan, floor=nan, debiased=nan)
    loss = replace(model.scores.log_loss, low=nan, high=nan)
    scores = replace(model.scores, calibration_error=error, log_loss=loss)
    assert replace(model, scores=scores).checks() == ()


def test_rows_of_one_label_are_too_few_and_no_lack_of_skill(model: Model) -> None:
    nothing = replace(model.scores.auc, value=float("nan"), low=float("nan"), high=float("nan"))
    scores = replace(model.scores, positives=0, base_rate=0.0, base_log_loss=0.0, auc=nothing)
    assert codes(replace(model, scores=scores).checks()) == ["TO401"]


def test_failures_come_before_warnings_and_notes(model: Model) -> None:
    loss = replace(model.scores.log_loss, value=0.8, low=0.75, high=0.9)
    schema = replace(
        model.schema,
        columns=(*model.schema.columns, Column("id", "ignored", reason="identifier: all differ")),
        leaks=(Leak(("a",), "leak", "alone", 1.0, "evidence"),),
    )
    found = replace(model, schema=schema, scores=replace(model.scores, log_loss=loss)).checks()
    assert codes(found) == ["TO302", "TO101", "TO105"]


def test_checks_of_the_fit_are_kept_in_the_file(model: Model) -> None:
    kept = RULES["TO106"].fired("", "20 of 420 rows equal an earlier row", "remove copies")
    again = from_bytes(to_bytes(replace(model, fit_checks=(kept,))))
    assert again.fit_checks == (kept,)
    assert kept in again.checks()
    assert b'"checks"' not in to_bytes(model)


def moved(shift: float, rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Labels that are drawn from log-odds moved by ``shift``, and the log-odds."""
    rng = np.random.default_rng(6)
    z = rng.normal(size=rows) * 1.5
    return (rng.random(rows) < 1 / (1 + np.exp(-z - shift))).astype(np.uint8), z


def test_a_threshold_that_costs_more_than_another_is_found() -> None:
    assert checks_of_decision(decide(*moved(0.0), Costs(1.0, 2.0, 0.0))) == ()
    (found,) = checks_of_decision(decide(*moved(-2.0), Costs(1.0, 2.0, 0.0)))
    assert found.code == "TO402"
    assert "from 0.3333, the threshold of the costs" in found.sentence
    assert checks_of_decision(decide(*moved(-2.0), Costs(1.0, 2.0, 0.0), capacity=10)) == ()
    y, z = moved(0.0)
    for label in (0, 1):  # the cheapest rule calls none or all
        assert checks_of_decision(decide(y[y == label], z[y == label], Costs(1.0, 2.0, 0.0))) == ()


def test_drift_has_a_code_for_columns_and_one_for_the_forecast() -> None:
    def column(name: str, drifted: bool) -> ColumnDrift:
        return ColumnDrift(name, 0.5, 1e-9, 0.0, 0.0, 0, drifted)

    found = checks_of_drift([column("", True), column("a", True), column("b", False)])
    assert [(c.code, c.subject) for c in found] == [("TO501", "a"), ("TO502", "")]
    assert checks_of_drift([column("", False)]) == ()


@pytest.fixture
def fitted(tiny_recipe: object) -> Callable[..., Model]:
    """Fit a table with a target y, quickly."""

    def fit(table: pl.DataFrame, **more: object) -> Model:
        given = {k: v for k, v in more.items() if v is not None}
        target = read_target(table["y"], name="y", positive="yes")
        return learn(as_frame(table.drop("y")), target, jobs=1, **given).model  # type: ignore[arg-type]

    return fit


def rows_of(rows: int, seed: int = 8) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    yes = rng.random(rows) < 1 / (1 + np.exp(-2 * x))
    return pl.DataFrame({"x": x, "w": rng.normal(size=rows), "y": np.where(yes, "yes", "no")})


def test_copied_rows_and_late_changes_are_found_by_the_fit(fitted: Callable[..., Model]) -> None:
    table = rows_of(400)
    assert not {"TO106", "TO107"} & set(codes(fitted(table).checks()))
    copied = fitted(pl.concat([table, table.head(40)]))
    (found,) = copied.fit_checks
    assert found.code == "TO106"
    assert found.sentence.startswith("40 of 440 rows equal an earlier row in all used columns, 40")
    moment = np.arange(400.0)
    later = table.with_columns(w=pl.Series(table["w"].to_numpy() + 3.0 * (moment > 350)))
    assert codes(fitted(table, time=moment).fit_checks) == []
    (found,) = fitted(later, time=moment).fit_checks
    assert (found.code, found.subject) == ("TO107", "w")


def test_an_evaluation_has_checks_of_its_own_rows(fitted: Callable[..., Model]) -> None:
    table = rows_of(400)
    model = fitted(table)
    assert codes(checks_of_evaluation(model, model.evaluate(table))) == ["TO503"]
    other = rows_of(600, seed=9).with_columns(y=pl.lit("no"))
    rng = np.random.default_rng(10)
    turned = other.with_columns(y=pl.Series(np.where(rng.random(600) < 0.02, "yes", "no")))
    found = codes(checks_of_evaluation(model, model.evaluate(turned)))
    assert {"TO301", "TO302", "TO401"} <= set(found)


def test_a_small_shift_is_no_miscalibration_of_a_small_training_table(model: Model) -> None:
    """The test rejects, but a training table of 400 rows explains as much."""
    y, z = moved(-0.25)
    scores = score(y, z)
    assert scores.calibration_error.p_value < 0.01
    from trueodds.model.checks.probabilities import score_checks

    def fired(floor: float) -> list[str]:
        error = replace(model.scores.calibration_error, floor=floor)
        training = replace(model.scores, calibration_error=error)
        return [check.code for check in score_checks(scores, "yes", "no", training)]

    assert fired(0.06) == []
    assert fired(0.006) == ["TO301"]
    assert fired(float("nan")) == ["TO301"]


def test_every_code_has_its_form_and_is_found_by_a_command() -> None:
    assert all(re.fullmatch(r"TO[1-5]\d\d", code) for code in RULES)
    named = {code for c in ("fit", "evaluate", "decide", "drift") for code in codes_of(c)}  # type: ignore[arg-type]
    assert named == set(RULES)
    assert codes_of("check") == codes_of("fit")
