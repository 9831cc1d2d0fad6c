"""What the networks add, in one sentence each."""

import pytest

from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.intervals import Interval
from trueodds.report.baseline_words import NOT_FITTED, baseline_text

NAN = float("nan")
OTHER = "a logistic regression on the same inputs"


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (
            (0.021, 0.015, 0.027),
            f"the networks’ log-loss is 0.0210 lower than that of {OTHER} (95%: 0.0150 to 0.0270)",
        ),
        (
            (0.001, -0.002, 0.004),
            f"the networks are not better, beyond chance, than {OTHER}: their log-loss is 0.0010 "
            "lower (95%: -0.0020 to 0.0040)",
        ),
        (
            (-0.02, -0.03, -0.01),
            f"the networks are worse than {OTHER}: their log-loss is 0.0200 higher (95%: 0.0100 to "
            "0.0300)",
        ),
        (
            (0.02, NAN, NAN),
            f"the networks’ log-loss is 0.0200 lower than that of {OTHER}, which may be chance",
        ),
        ((NAN, NAN, NAN), f"the log-loss of {OTHER} is not defined"),
    ],
)
def test_each_verdict_is_one_sentence(gap: tuple[float, float, float], text: str) -> None:
    assert baseline_text(Baseline(0.5, 0.2, 0.7, Interval(*gap))) == text


def test_no_logistic_regression_is_said() -> None:
    assert baseline_text(None) == NOT_FITTED
