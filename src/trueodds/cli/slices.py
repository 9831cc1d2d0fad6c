"""Scores by group of rows as a table, and the differences beyond chance as sentences."""

from trueodds.cli.console import print_table
from trueodds.evaluation.slices import Slices
from trueodds.model.evaluate import Evaluation
from trueodds.report.slice_tables import COST, SCORES, SHARES, score_row, share_row, with_costs
from trueodds.text import printable


def print_slices(found: Evaluation) -> None:
    """Print the groups with their scores and 95 % intervals, then what differs beyond chance."""
    slices = found.slices
    if slices is None:
        return
    print(_title(found, slices))
    print_table(("", *SHARES), [share_row(one) for one in slices.slices])
    print()
    costs = [COST] if with_costs(slices) else []
    print_table(("", *SCORES, *costs), [score_row(one) for one in slices.slices])
    print()
    for sentence in slices.sentences:
        print(printable(sentence))


def _title(found: Evaluation, slices: Slices) -> str:
    if found.all_seen:
        rows = "all rows; the model has seen them, so these scores are too good"
    elif found.unseen is not None and slices.rows == found.unseen.rows:
        rows = "the rows that equal no training row"
    else:
        rows = "all rows"
    return f"By group, of {rows}, with 95 % intervals:"
