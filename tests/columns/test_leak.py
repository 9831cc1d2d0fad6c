from trueodds.columns import Column, Leak, Schema
from trueodds.columns.leak import MOST_NAMES

TOGETHER = Leak(
    ("is_recid", "r date"), "leak", "together", 0.9996, "AUC 0.9996 on rows kept apart", ("copy",)
)


def test_the_sentence_names_columns_evidence_and_options() -> None:
    assert TOGETHER.message() == (
        '"is_recid" and "r date" together give the answer away: AUC 0.9996 on rows kept apart; '
        '"copy" does as well in the place of one of them; if they are not known when you '
        "forecast, leave them out with --drop is_recid --drop 'r date' --drop copy"
    )
    alone = Leak(("odor",), "look", "alone", 0.9875, "its 9 levels alone tell yes from no")
    assert alone.message(command=False) == (
        '"odor" alone almost gives the answer away: its 9 levels alone tell yes from no; '
        "if it is not known when you forecast, fit without it"
    )


def test_many_columns_are_shortened() -> None:
    names = tuple(f"c{i}" for i in range(40))
    told = Leak(("a", "b"), "leak", "together", 1.0, "AUC 1", names).message()
    assert f"and {40 - MOST_NAMES} more" in told
    assert len(told) < 500


def test_a_schema_marks_the_columns_of_leaks_and_keeps_all_findings() -> None:
    look = Leak(("z",), "look", "alone", 0.96, "evidence")
    names = ("is_recid", "r date", "copy", "z", "x")
    schema = Schema(tuple(Column(n, "number") for n in names), 9).with_leaks(TOGETHER, look)
    assert [c.name for c in schema.columns if c.leak] == ["is_recid", "r date", "copy"]
    assert schema.warnings == schema.leaks == (TOGETHER, look)


def test_marked_columns_of_older_files_are_findings_too() -> None:
    schema = Schema((Column("a", "number", leak="high values"), Column("b", "number")), 9)
    assert schema.leaks == ()
    assert [(w.columns, w.tier, w.evidence) for w in schema.warnings] == [
        (("a",), "leak", "high values")
    ]
    assert schema.warnings[0].to_json()["auc"] is None
