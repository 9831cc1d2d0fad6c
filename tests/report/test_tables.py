from dataclasses import replace

from trueodds.columns.schema import Column, Schema
from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.intervals import Interval
from trueodds.model.check import Check
from trueodds.report.out_of_fold import ColumnImportance
from trueodds.report.tables import (
    MOST_COLUMNS,
    column_rows,
    member_rows,
    score_rows,
    warning_rows,
)
from trueodds.report.warned import MOST_WARNINGS


def test_scores_stand_beside_the_base_rates(model) -> None:
    loss, brier, auc, calibration = score_rows(model.scores)
    assert (loss.value, loss.beside, loss.base) == ("0.2791", "95%: 0.2733 to 0.2850", "0.5520")
    assert loss.comparison == "49.4% below the base rate"
    assert brier.base == "0.1828"
    assert auc.base == "0.5000"
    assert calibration.beside == "perfect: 0.0052"
    assert calibration.comparison.startswith(
        "No sign of miscalibration (p = 0.21); a perfect forecast"
    )


def test_a_logistic_regression_stands_beside_the_base_rate(model) -> None:
    other = Baseline(0.3012, 0.0952, 0.9071, Interval(0.0221, 0.02, 0.0242))
    loss, brier, auc, calibration = score_rows(model.scores, other)
    assert loss.base == "0.5520 · logistic regression: 0.3012"
    assert brier.base == "0.1828 · logistic regression: 0.0952"
    assert auc.base == "0.5000 · logistic regression: 0.9071"
    assert calibration.base == ""


def test_columns_tell_kind_missing_importance_and_remark(model, evidence) -> None:
    rows, hidden = column_rows(model.schema, evidence.importance)
    by_name = {r.name: r for r in rows}
    assert hidden == 0
    assert [r.name for r in rows] == [c.name for c in model.schema.columns]
    assert by_name["workclass"].missing == "1,836 (5.6%)"
    assert by_name["sex"].kind == "yes/no"
    assert by_name["age"].importance == "0.0900"
    assert by_name["row_id"].kind == "ignored"
    assert by_name["row_id"].remark.startswith("identifier")
    assert "0.9991" in by_name["tax-bracket"].leak


def test_a_wide_table_shows_leaks_and_important_columns() -> None:
    columns = [Column(f"c{i}", "number") for i in range(2000)]
    columns[1999] = replace(columns[1999], leak="gives it away")
    importance = (ColumnImportance("c1500", 0.1, 0.0, 0.2),)
    rows, hidden = column_rows(Schema(tuple(columns), 10), importance)
    assert (len(rows), hidden) == (MOST_COLUMNS, 2000 - MOST_COLUMNS)
    assert [r.name for r in rows][-2:] == ["c1500", "c1999"]


def test_members_are_listed_with_the_epoch_kept(model) -> None:
    rows = member_rows(model.record)
    assert [r[0] for r in rows] == [f"fold {i}" for i in range(1, 6)]
    first = model.record.members[0]
    assert rows[0][1:] == (
        "MLP",
        "100%",
        "1.00",
        "40",
        str(first.best_epoch),
        f"{min(first.fold_loss):.4f}",
    )


def test_warnings_say_how_sure_they_are() -> None:
    sure = Check("TO102", "warning", "c1, c2", '"c1" and "c2" together', "leave them out")
    look = Check("TO103", "warning", "c3", "almost", "look")
    note = Check("TO105", "note", "id", "an identifier", "nothing")
    fault = Check("TO209", "failure", "", "not learning", "more rows")
    rows = warning_rows([sure, look, note, fault])
    assert [heading for heading, _, _ in rows] == ["This gives the answer away.", "Check this."]
    assert rows[0][1:] == ("TO102", '"c1" and "c2" together; leave them out')
    many = warning_rows([look] * 40)
    assert len(many) == MOST_WARNINGS + 1
    assert many[-1][1] == ""
    assert "30 more" in many[-1][2]
    assert warning_rows([]) == []
