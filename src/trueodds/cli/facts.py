"""Facts about a model as lines of text and tables."""

from collections.abc import Sequence
from math import isfinite

from trueodds.cli.console import print_facts, print_table, shortened
from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.scores import Scores
from trueodds.model import Model
from trueodds.model.check import Check
from trueodds.report.baseline_words import baseline_text
from trueodds.report.decision_words import cost_text, costs_text
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.warned import LEAKS, warned
from trueodds.report.wording import count, decimals, percent, perfect, span

NAMES = (("Log-loss", "log_loss"), ("Brier score", "brier"), ("AUC", "auc"))


def print_scores(
    scores: Scores, training: Scores | None = None, regression: Baseline | None = None
) -> None:
    """Print the four scores with those of the base rate and, if given, of the others.

    The calibration error is printed with that of a perfect forecast.
    """
    base = {
        "log_loss": decimals(scores.base_log_loss),
        "brier": decimals(scores.base_brier),
        "auc": decimals(0.5),
    }
    header = ["", "score", "95 % interval", "base rate"]
    if regression is not None:
        header.append("logistic regression")
    if training is not None:
        header.append("out-of-fold")
    rows = []
    for name, key in NAMES:
        found = getattr(scores, key)
        row = [name, decimals(found.value), span(found), base[key]]
        if regression is not None:
            row.append(decimals(getattr(regression, key)))
        if training is not None:
            row.append(decimals(getattr(training, key).value))
        rows.append(row)
    error = scores.calibration_error
    last = ["Calibration error", decimals(error.value), perfect(scores), ""]
    if regression is not None:
        last.append("")
    if training is not None:
        last.append(decimals(training.calibration_error.value))
    print_table(header, [*rows, last])


def target_text(model: Model) -> str:
    """The label that means "yes", and why."""
    rule = model.target_rule
    hint = "" if rule.startswith("as you said") else "; --positive changes it"
    return (
        f'"{model.target_name}": yes is "{model.target_yes}", no is "{model.target_no}" '
        f"({rule}{hint})"
    )


def rows_text(scores: Scores) -> str:
    """How many rows were scored, and how many of them are yes."""
    text = (
        f"{count(scores.rows)} scored, {count(scores.positives)} of them yes; "
        f"base rate {percent(scores.base_rate)}"
    )
    if scores.clusters:
        what = "group or block" if scores.clusters == 1 else "groups or blocks"
        text += f"; intervals count {count(scores.clusters)} {what} of time"
    if not isfinite(scores.log_loss.high):
        text += "; no intervals: a single row, group or block of time has nearly all the weight"
    return text


def scored_text(model: Model) -> str:
    """`rows_text` of the out-of-fold scores, and how many rows they leave out."""
    text = rows_text(model.scores)
    earlier = model.schema.rows - model.scores.rows
    return f"{text}; {count(earlier)} earlier rows are not scored" if earlier > 0 else text


def evidence_facts(evidence: OutOfFold, costs: Costs | None) -> list[tuple[str, str]]:
    """What the networks add; with costs, their threshold and what decisions by it cost."""
    facts = [("Networks", baseline_text(evidence.logistic_regression))]
    if costs is not None and evidence.decision is not None:
        facts += [("Decision", costs_text(costs)), ("Cost", cost_text(evidence.decision))]
    return facts


def columns_text(model: Model) -> str:
    """How many columns are used, and which are ignored."""
    ignored = [f"{c.name} ({c.reason})" for c in model.schema.columns if c.kind == "ignored"]
    used = f"{len(model.schema.used):,} used"
    return f"{used}; {len(ignored):,} ignored: {shortened(ignored, 4)}" if ignored else used


def warning_facts(checks: Sequence[Check]) -> list[tuple[str, str]]:
    """One labelled sentence for each check that warns."""
    found, more = warned(checks)
    facts = [("Leak" if check.code in LEAKS else "Check", check.message()) for check in found]
    return [*facts, ("", f"… and {more:,} more: check lists all")] if more else facts


def print_warnings(checks: Sequence[Check]) -> None:
    """Print `warning_facts` and an empty line, or nothing if there are none."""
    if facts := warning_facts(checks):
        print_facts(facts)
        print()


def health_text(checks: Sequence[Check]) -> str:
    """The health of the networks in one line."""
    found = health_messages(checks)
    if not found:
        return "all layers learn well"
    more = f" (and {len(found) - 1} more: see inspect --health)" if len(found) > 1 else ""
    return f"{found[0]}{more}"


def health_messages(checks: Sequence[Check]) -> list[str]:
    """A sentence for each fault of training, notes left out."""
    return [c.message() for c in checks if c.code.startswith("TO2") and c.severity != "note"]
