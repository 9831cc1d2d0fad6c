"""``trueodds decide``: which rows to call by costs or capacity, and what that costs."""

import warnings
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from trueodds.cli.checks import chosen_codes, leave_if_fired
from trueodds.cli.console import note, print_facts, print_json, print_table
from trueodds.cli.options import number_or_name
from trueodds.evaluation.decisions import Decision
from trueodds.evaluation.intervals import Interval
from trueodds.model import Model, load
from trueodds.model.calls import PLAIN
from trueodds.model.checks import checks_of_decision
from trueodds.model.decide import Decisions
from trueodds.report.decision_words import instead_text, price_text, with_interval
from trueodds.table import Source
from trueodds.text import printable


def run_decide(
    model_file: Path,
    labelled: Source,
    costs: tuple[str | None, str | None, str | None],
    capacity: int | None,
    weight: str | bool,
    fail_on: Sequence[str] = (),
    *,
    as_json: bool,
) -> None:
    """Decide, and print the decision; costs are numbers in words, or names of columns.

    The exit code is 4 if a check fired that ``fail_on`` names.
    """
    chosen = chosen_codes(fail_on, "decide")
    model = load(model_file)
    false_positive, false_negative, benefit = (number_or_name(cost) for cost in costs)
    with warnings.catch_warnings():  # printed below
        warnings.simplefilter("ignore", UserWarning)
        found = model.decide(
            labelled,
            cost_fp=false_positive,
            cost_fn=false_negative,
            benefit=benefit,
            capacity=capacity,
            sample_weight=weight,
        )
    for remark in found.notes:
        note(f"Note: {remark}")
    for remark in found.remarks:
        note(f"Warning: {remark}")
    checks = checks_of_decision(found.decision)
    if as_json:
        about = {"model": str(model_file), "table": labelled.shown, "target": model.target_name}
        told = {"yes": model.target_yes, **found.to_json()}
        print_json("decide", {**about, **told, "checks": [check.to_json() for check in checks]})
    else:
        usual = (model.costs or PLAIN).filled(costs)
        price = price_text(*(c if isinstance(c, str) else f"{c:.12g}" for c in usual))
        _print(model, found, price)
    leave_if_fired(chosen, checks)


def _print(model: Model, found: Decisions, price: str) -> None:
    rule = found.decision
    print_facts(
        [
            ("Yes", f'"{model.target_name}" is "{model.target_yes}"'),
            ("Costs", price),
            ("Call", _rule(rule)),
            ("Cost", f"{with_interval(rule.cost)} a row"),
            ("Instead", instead_text(rule)),
            ("Saves", f"{with_interval(rule.saving)} a row against the better of these"),
            ("Called", _percent(rule.called)),
            ("Precision", _percent(rule.precision, " of the rows called are yes")),
            ("Recall", _percent(rule.recall, " of the yes are called")),
            *_tuned(rule),
        ]
    )
    print()
    counts = rule.confusion
    print_table(
        ("", "yes", "no"),
        [
            ("called", f"{counts.true_positives:,.10g}", f"{counts.false_positives:,.10g}"),
            ("not called", f"{counts.false_negatives:,.10g}", f"{counts.true_negatives:,.10g}"),
        ],
    )
    print()
    print_table(
        ("rows", "probability from", "mean", "yes", "lift", "recall so far"),
        [
            (
                f"{part.rows:,}",
                f"{part.lowest:.3f}",
                f"{part.forecast:.3f}",
                f"{part.yes:.3f}",
                f"{part.lift:.2f}" if isfinite(part.lift) else "",
                f"{part.recall:.1%}" if isfinite(part.recall) else "",
            )
            for part in found.gains
        ],
        left=(),
    )
    print(printable(f"Rows of {found.source} by tenths, the highest probabilities first."))


def _rule(rule: Decision) -> str:
    if rule.capacity is not None:
        return f"the {rule.capacity:,} likeliest rows, with a probability from {rule.threshold:.4g}"
    if rule.threshold is None:
        return "rows whose probability is at least the threshold of their own costs"
    return f"rows with a probability from {rule.threshold:.4g}"


def _tuned(rule: Decision) -> list[tuple[str, str]]:
    """The threshold of least cost on these rows, and whether it is better."""
    if rule.tuned is None or not isfinite(rule.tuned.change.value):
        return []
    threshold, change = rule.tuned.threshold, rule.tuned.change
    text = (
        f"the least cost on these rows is at {threshold.value:.4g} (95 % interval "
        f"{threshold.low:.4g} to {threshold.high:.4g}); "
    )
    if change.high < 0.0:
        text += f"on other rows it would save {with_interval(_negative(change))} a row"
    else:
        text += f"on other rows it would change the cost by {with_interval(change)} a row: no gain"
        text += " beyond chance"
    return [("Tuned", text)]


def _negative(found: Interval) -> Interval:
    return Interval(-found.value, -found.high, -found.low)


def _percent(found: Interval, of: str = "") -> str:
    if not isfinite(found.value):
        return "not defined"
    if not isfinite(found.low):
        return f"{found.value:.1%}{of}"
    return f"{found.value:.1%} (95 % interval {found.low:.1%} to {found.high:.1%}){of}"
