"""The first section: what the model is worth in plain words, its warnings, and its scores."""

from math import isfinite

from trueodds.evaluation.scores import Scores
from trueodds.model import Model
from trueodds.report.baseline_words import baseline_text
from trueodds.report.evidence import Evidence
from trueodds.report.sample import Sample
from trueodds.report.section import Section
from trueodds.report.tables import score_rows, warning_rows
from trueodds.report.wording import (
    MISCALIBRATED,
    ONE_LABEL,
    averaging,
    calibration_verdict,
    count,
    decimals,
    headline,
    quoted,
    sentence,
)


def verdict(model: Model, sample: Sample, evidence: Evidence) -> Section:
    """Make the section."""
    scores, regression = evidence.scores_of(model), evidence.logistic_regression
    return Section(
        "verdict",
        "The verdict",
        values={
            "plain": plain_verdict(scores, model.target_yes, model.target_no),
            "warnings": warning_rows(evidence.checks_of(model)),
            "headline": headline(scores, quoted(model.target_yes)),
            "scores": score_rows(scores, regression, evidence.training_scores()),
            "averaging": averaging(scores),
            "left_out": count(sample.left_out) if sample.left_out else "",
            "weighted": evidence.weight is not None,
            "networks": sentence(baseline_text(regression)) if evidence.by_folds else "",
            "told": evidence.told,
            "unseen": "" if evidence.unseen is None else unseen_text(evidence.unseen),
        },
    )


def unseen_text(scores: Scores) -> str:
    """The scores of the rows that no member saw."""
    verdict = calibration_verdict(scores)
    return (
        f"On {count(scores.rows)} rows that no member saw, the finished model has a log-loss of "
        f"{scores.log_loss}, where the base rate has {decimals(scores.base_log_loss)}; a Brier "
        f"score of {scores.brier}; an AUC of {scores.auc}"
        + (f"; calibration: {verdict}." if verdict else ".")
    )


def plain_verdict(scores: Scores, yes: str, no: str) -> str:
    """Say in a few sentences whether the forecast helps and whether it can be taken as it is."""
    return " ".join(filter(None, (_skill(scores), _ranking(scores, yes, no), _calibration(scores))))


def _skill(scores: Scores) -> str:
    loss, base = scores.log_loss, scores.base_log_loss
    if not (isfinite(loss.value) and isfinite(base)):
        return "The forecast could not be scored."
    if base == 0.0:  # as TO302 judges
        return ONE_LABEL
    if isfinite(loss.high) and loss.high < base:
        return "The model helps: it forecasts better than the base rate."
    if isfinite(loss.low) and loss.low > base:
        return "Do not use this model: it forecasts worse than the base rate."
    if scores.auc.low > 0.5:  # as TO302 judges
        return (
            "The model ranks rows better than chance. Its log-loss may be no better than the base "
            "rate's: these rows are too few to tell."
        )
    return "The model has shown no skill: it may be no better than the base rate."


def _ranking(scores: Scores, yes: str, no: str) -> str:
    auc = scores.auc.value
    if not isfinite(auc):
        return ""
    return (
        f"Of one row that is {quoted(yes)} and one that is {quoted(no)}, the {quoted(yes)} row has "
        f"the higher forecast in {100.0 * auc:.0f} of 100 pairs."
    )


def _calibration(scores: Scores) -> str:
    p_value = scores.calibration_error.p_value
    if not isfinite(p_value):
        return "Whether the probabilities come true could not be tested."
    if p_value > MISCALIBRATED:
        return "The probabilities can be taken as they are: a test finds no sign of miscalibration."
    return (
        "Take the probabilities with care: a test finds signs of miscalibration; see how good the "
        "probabilities are."
    )
