import pytest

from trueodds.columns.labels import guess_yes


@pytest.mark.parametrize(
    ("no", "yes"),
    [
        ("0", "1"),
        ("-1", "1"),
        ("'-1'", "'1'"),
        ("2", "1"),
        ("2", "4"),
        ("-1", "0"),
        ("no", "yes"),
        ("N", "Y"),
        ("False", "TRUE"),
        ("f", "t"),
        ("-", "+"),
        ("n", "p"),
        ("<=50K", ">50K"),
        ("ham", "spam"),
        ("benign", "malignant"),
        ("good", "bad"),
        ("notckd", "ckd"),
        ("Non-skin", "skin"),
        ("no churn", "churn"),
        ("none", "some"),
        ("normal", "weird"),
    ],
)
@pytest.mark.parametrize("counts", [(1, 9), (9, 1)])
def test_words_and_numbers_decide_whatever_the_counts(
    no: str, yes: str, counts: tuple[int, int]
) -> None:
    assert guess_yes({no: counts[0], yes: counts[1]})[:2] == (no, yes)


def test_of_two_numbers_the_larger_is_yes_but_of_the_coding_of_surveys() -> None:
    assert guess_yes({"2": 9, "4": 1}) == ("2", "4", "the larger number")
    rule = "1 of 1 and 2, as in surveys where 2 is no"
    assert guess_yes({"1": 9, "2": 1}) == ("2", "1", rule)


def test_else_the_rarer_label() -> None:
    assert guess_yes({"M": 9, "R": 4}) == ("M", "R", "the rarer label, 4 of 13 rows")
    assert guess_yes({"f": 4, "m": 9})[:2] == ("m", "f")
    assert guess_yes({"n": 9, "x": 4})[:2] == ("n", "x")


def test_a_tie_goes_to_the_later_in_text_order() -> None:
    no, yes, rule = guess_yes({"h": 5, "g": 5})
    assert (no, yes) == ("g", "h")
    assert "equally frequent" in rule
