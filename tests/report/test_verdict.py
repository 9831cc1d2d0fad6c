from dataclasses import replace

import pytest

from trueodds.evaluation.scores import CalibrationError, Interval
from trueodds.report.verdict import plain_verdict

NAN = float("nan")


def changed(model, **scores):
    return plain_verdict(replace(model.scores, **scores), "yes", "no")


def test_a_good_model_is_recommended(model) -> None:
    assert plain_verdict(model.scores, "yes", "no") == (
        "The model helps: it forecasts better than the base rate. Of one row that is “yes” and one "
        "that is “no”, the “yes” row has the higher forecast in 93 of 100 pairs. The probabilities "
        "can be taken as they are: a test finds no sign of miscalibration."
    )


@pytest.mark.parametrize(
    ("log_loss", "words"),
    [
        (Interval(0.6, 0.58, 0.62), "Do not use this model"),
        (Interval(0.54, 0.50, 0.58), "has shown no skill"),
        (Interval(0.40, NAN, NAN), "has shown no skill"),
        (Interval(NAN, NAN, NAN), "could not be scored"),
    ],
)
def test_other_models_are_not(log_loss, words: str, model) -> None:
    ranks_by_chance = Interval(0.53, 0.47, 0.59)
    assert words in changed(model, log_loss=log_loss, auc=ranks_by_chance)
    assert "helps" not in changed(model, log_loss=log_loss, auc=ranks_by_chance)


def test_a_model_that_ranks_rows_is_not_without_skill(model) -> None:
    told = changed(model, log_loss=Interval(0.54, 0.50, 0.58), auc=Interval(0.65, 0.57, 0.71))
    assert told.startswith("The model ranks rows better than chance. Its log-loss may be no better")
    assert "skill" not in told


def test_calibration_is_told(model) -> None:
    bad = changed(model, calibration_error=CalibrationError(0.05, 0.01, 0.04, 0.001))
    assert "with care: a test finds signs of miscalibration" in bad
    untested = changed(model, calibration_error=CalibrationError(0.05, 0.01, 0.04, NAN))
    assert "could not be tested" in untested
