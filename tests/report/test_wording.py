from dataclasses import replace
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.scores import CalibrationError, Interval, score
from trueodds.report import wording
from trueodds.report.verdict import plain_verdict


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_clean_text_fits_any_page(text: str) -> None:
    found = wording.clean(text, 40)
    assert len(found) <= 40
    assert found.encode().decode() == found  # no half surrogates
    assert found.isprintable()


def test_clean_text_keeps_what_people_write() -> None:
    assert wording.clean("Größe (m²) 身長") == "Größe (m²) 身長"
    assert wording.clean("a\0b\u202ec") == r"a\x00b\u202ec"


@pytest.mark.parametrize(
    ("value", "words"), [(0.2408, "24.1%"), (0.00137, "0.14%"), (0.9987, "99.87%"), (0.0, "0.0%")]
)
def test_rare_shares_have_more_decimals(value: float, words: str) -> None:
    assert wording.percent(value) == words


def test_a_score_too_small_for_its_decimals_is_no_zero() -> None:
    assert wording.decimals(2.4e-5) == "2e-05"
    assert wording.decimals(0.0) == "0.0000"
    assert wording.decimals(0.00006) == "0.0001"
    assert wording.span(Interval(0.5, 0.00001, 0.7)) == "1e-05 to 0.7000"


def test_figures_that_are_not_defined_say_so() -> None:
    assert wording.decimals(nan) == wording.percent(nan) == "not defined"
    assert wording.span(Interval(0.5, nan, 1.0)) == "not defined"


@pytest.mark.parametrize(
    ("low", "value", "high", "words"),
    [
        (0.27, 0.28, 0.29, "49.3% lower, which is more than chance explains"),
        (0.53, 0.55, 0.57, "no skill"),
        (0.58, 0.60, 0.62, "worse than the base rate"),
        (nan, nan, nan, "could not be scored"),
    ],
)
def test_headline_says_whether_there_is_skill(model, low, value, high, words) -> None:
    chance = Interval(0.53, 0.47, 0.59)
    scores = replace(model.scores, log_loss=Interval(value, low, high), auc=chance)
    assert words in wording.headline(scores, "“x”")
    if words == "no skill":
        ranking = wording.headline(replace(scores, auc=Interval(0.65, 0.57, 0.71)), "“x”")
        assert ranking.endswith("may be chance. The model ranks rows better than chance.")


def test_without_an_interval_the_headline_says_nothing_about_skill(model) -> None:
    nan = float("nan")
    words = wording.headline(replace(model.scores, log_loss=Interval(0.01, nan, nan)), "“x”")
    assert words.endswith("There is no interval, so the difference may be chance or not.")


def test_rows_of_one_label_do_not_judge_the_model(model) -> None:
    scores = replace(model.scores, positives=0, base_rate=0.0, base_log_loss=0.0)
    for words in (wording.headline(scores, "“x”"), plain_verdict(scores, "yes", "no")):
        assert "one label, so they do not show whether the model helps" in words
        assert "not use" not in words


def test_calibration_is_judged_by_its_test(model) -> None:
    words = wording.calibration_verdict(model.scores)
    assert words == (
        "no sign of miscalibration (p = 0.21); a perfect forecast of this size shows 0.0052 on "
        "average"
    )
    bad = replace(model.scores, calibration_error=CalibrationError(0.0800, 0.0048, 0.0799, 0.001))
    assert wording.calibration_verdict(bad) == (
        "signs of miscalibration (p = 0.001); a perfect forecast of this size shows 0.0048 on "
        "average; without chance the error is about 0.0799"
    )
    assert wording.perfect(bad) == "perfect: 0.0048"


def test_calibration_that_was_not_tested_is_not_judged(model) -> None:
    few = replace(model.scores, calibration_error=CalibrationError(0.08, 0.05, 0.06), clusters=5)
    assert "fewer than 6 groups" in wording.calibration_verdict(few)
    old = replace(model.scores, calibration_error=CalibrationError(0.08))
    assert wording.calibration_verdict(old) == wording.perfect(old) == ""


def test_settings_are_read_as_words() -> None:
    assert wording.setting([256, 256]) == "256, 256"
    assert wording.setting({"rate": 0.002, "on": True, "off": None}) == (
        "rate 0.002, on yes, off none"
    )


def test_the_gain_of_averaging_is_named_if_there_is_one() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(200) < 0.4).astype(np.uint8)
    z = rng.normal(size=200)
    assert wording.averaging(score(y, z)) == ""
    words = wording.averaging(score(y, z, averaged_variance=np.full(200, 0.2)))
    plain, averaged = score(y, z), score(y, z, averaged_variance=np.full(200, 0.2))
    gain = plain.log_loss.value - averaged.log_loss.value
    assert averaged.averaging_gain == pytest.approx(gain)
    assert f"{gain:.4f} nats" in words
