"""``trueodds compare``: which of several forecasts is better on the same labelled rows."""

import warnings
from collections.abc import Sequence

from trueodds.cli.console import note, print_facts, print_json, print_table
from trueodds.cli.options import number_or_name
from trueodds.evaluation.intervals import Interval
from trueodds.model.compare import compare
from trueodds.model.comparison import Comparison
from trueodds.report.wording import decimals
from trueodds.table import Source
from trueodds.text import printable


def run_compare(
    models: Sequence[str],
    labelled: Source,
    columns: tuple[str, ...],
    costs: tuple[str | None, str | None, str | None],
    weight: str | bool,
    *,
    as_json: bool,
) -> None:
    """Compare and print; costs are numbers in words, or names of columns."""
    false_positive, false_negative, benefit = (number_or_name(cost) for cost in costs)
    with warnings.catch_warnings():  # printed below
        warnings.simplefilter("ignore", UserWarning)
        found = compare(
            models,
            labelled,
            columns=columns,
            cost_fp=false_positive,
            cost_fn=false_negative,
            benefit=benefit,
            sample_weight=weight,
        )
    for text in found.notes:
        note(f"Note: {text}")
    if as_json:
        if found.overlap:
            note(f"Warning: {found.overlap}")
        print_json("compare", {"table": labelled.shown, **found.to_json()})
    else:
        _print(found)


def _print(found: Comparison) -> None:
    if found.overlap:
        print(f"{printable(found.overlap)}\n")
    print_table(
        ("", "log-loss", "Brier score", "AUC"),
        [
            (
                one.name,
                *(decimals(s.value) for s in (one.scores.log_loss, one.scores.brier)),
                decimals(one.scores.auc.value),
            )
            for one in found.contenders
        ],
    )
    print(f"\nLess {printable(found.contenders[0].name)}, with 95 % intervals:")
    pairs = list(zip(found.contenders[1:], found.pairs.paired, strict=True))
    costs = any(pair.cost is not None for _, pair in pairs)
    print_table(
        ("", "log-loss", "Brier score", "AUC", *(["cost a row"] if costs else [])),
        [
            (
                one.name,
                *map(change_text, (pair.log_loss, pair.brier, pair.auc)),
                *([] if pair.cost is None else [change_text(pair.cost)]),
            )
            for one, pair in pairs
        ],
    )
    print()
    for sentence in found.sentences:
        print(printable(sentence))
    print()
    first = found.contenders[0].scores
    rows = f"{first.rows:,} compared, {first.positives:,} of them yes"
    if found.left_out:
        rows += f"; {found.left_out:,} left out because the label is missing"
    drawn = "groups" if found.clustered else "rows"
    intervals = f"bootstrap of {found.pairs.units:,} {drawn}, {found.pairs.draws:,} draws"
    if not found.pairs.draws:
        intervals = f"none: fewer than 10 {drawn}"
    print_facts(
        [
            ("Rows", rows),
            *([("Weights", found.weighting)] if found.weighting else []),
            ("Intervals", intervals),
        ]
    )


def change_text(change: Interval) -> str:
    """A difference with its sign and its 95 % interval."""
    if change.value != change.value:
        return "not defined"
    if change.low != change.low:
        return _signed(change.value)
    return f"{_signed(change.value)} ({_signed(change.low)} to {_signed(change.high)})"


def _signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")
