from trueodds.model.check import Check
from trueodds.report.fired import MOST_CHECKS, checks_section


def test_every_check_has_its_remedy_and_one_place_for_each_code() -> None:
    leak = Check("TO101", "warning", "a", "the column a", "drop it")
    again = Check("TO101", "warning", "b", "the column b", "drop it, too")
    own = Check("XY999", "note", "", "of a newer version", "nothing")
    rows = checks_section([leak, again, own]).values["checks"]
    assert [row["place"] for row in rows] == ["check-TO101", "", "check-XY999"]
    assert rows[0]["title"] == "A column gives the answer away"
    assert rows[0]["source"] == "trueodds.columns.leaks"
    assert [row["remedy"] for row in rows] == ["Drop it", "Drop it, too", "Nothing"]
    assert rows[2]["title"] == "XY999"
    many = checks_section([leak] * (MOST_CHECKS + 3)).values
    assert (len(many["checks"]), many["more"]) == (MOST_CHECKS, 3)
