"""Scores, columns and targets as lines and tables."""

from collections.abc import Sequence
from math import isfinite

from trueodds.cli.console import print_facts, print_table, shortened
from trueodds.evaluation.scores import Scores
from trueodds.model import Model
from trueodds.report.wording import count, decimals, perfect, share, span

NAMES = (("Log-loss", "log_loss"), ("Brier score", "brier"), ("AUC", "auc"))


def print_scores(scores: Scores, training: Scores | None = None) -> None:
    """Print the four scores beside the base rate's and, when given, those of training.

    The calibration error stands beside that of a perfect forecast.
    """
    base = {
        "log_loss": decimals(scores.base_log_loss),
        "brier": decimals(scores.base_brier),
        "auc": decimals(0.5),
    }
    header = ["", "score", "95 % interval", "base rate"]
    rows = []
    for name, key in NAMES:
        found = getattr(scores, key)
        row = [name, decimals(found.value), span(found), base[key]]
        if training is not None:
            row.append(decimals(getattr(training, key).value))
        rows.append(row)
    error = scores.calibration_error
    last = ["Calibration error", decimals(error.value), perfect(scores), ""]
    if training is not None:
        last.append(decimals(training.calibration_error.value))
    rows.append(last)
    print_table([*header, *(["out-of-fold"] if training is not None else [])], rows)


def told_target(model: Model) -> str:
    """Which label is "yes" and why."""
    rule = model.target_rule
    hint = "" if rule.startswith("as you said") else "; --positive overrules"
    return (
        f'"{model.target_name}": yes is "{model.target_yes}", no is "{model.target_no}" '
        f"({rule}{hint})"
    )


def told_rows(scores: Scores) -> str:
    """How many rows were scored and how many of them are yes."""
    told = (
        f"{count(scores.rows)} scored, {count(scores.positives)} of them yes; "
        f"base rate {share(scores.base_rate)}"
    )
    if scores.clusters:
        what = "group or block" if scores.clusters == 1 else "groups or blocks"
        told += f"; intervals count {count(scores.clusters)} {what} of time"
    if not isfinite(scores.log_loss.high):
        told += "; no intervals: a single row, group or block of time counts for nearly all"
    return told


def told_scored(model: Model) -> str:
    """`told_rows` of the out-of-fold scores, and how many rows they leave out."""
    told = told_rows(model.scores)
    earlier = model.schema.rows - model.scores.rows
    return f"{told}; {count(earlier)} earlier rows are not scored" if earlier > 0 else told


def told_columns(model: Model) -> str:
    """How many columns are used and which are set aside."""
    aside = [f"{c.name} ({c.reason})" for c in model.schema.columns if c.kind == "aside"]
    used = f"{len(model.schema.used):,} used"
    return f"{used}; {len(aside):,} set aside: {shortened(aside, 4)}" if aside else used


MOST_LEAKS = 10
LEAK_LABELS = {"leak": "Leak", "look": "Check"}


def leak_facts(model: Model) -> list[tuple[str, str]]:
    """One labelled sentence for each column, or few, that give the target away or almost do."""
    leaks = model.schema.warnings
    facts = [(LEAK_LABELS[leak.tier], leak.told()) for leak in leaks[:MOST_LEAKS]]
    if len(leaks) > MOST_LEAKS:
        facts.append(("", f"… and {len(leaks) - MOST_LEAKS:,} more: --json lists all"))
    return facts


def print_leaks(model: Model) -> None:
    """Print `leak_facts` and an empty line behind them, or nothing."""
    if facts := leak_facts(model):
        print_facts(facts)
        print()


def told_health(findings: Sequence[str]) -> str:
    """The network's health in one line."""
    if not findings:
        return "all layers learn well"
    more = f" (and {len(findings) - 1} more: see inspect --health)" if len(findings) > 1 else ""
    return f"{findings[0]}{more}"
