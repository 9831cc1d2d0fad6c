"""The section "What to do": a threshold, its costs, and what decisions by it bring."""

import numpy as np

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decision_curves import gains
from trueodds.model import Model
from trueodds.report.calls_table import calls_table
from trueodds.report.decision_figure import decision_figure
from trueodds.report.decision_words import cost_text, costs_text
from trueodds.report.evidence import Evidence
from trueodds.report.sample import Sample
from trueodds.report.section import Section
from trueodds.report.wording import count, decimals, percent, quoted, sentence


def what_to_do(model: Model, evidence: Evidence, sample: Sample) -> Section:
    """Make the section; the slider starts at the threshold of the model's costs."""
    given = evidence.costs_of(model)
    costs = Costs() if given is None else given
    threshold = float(costs.threshold)
    table = calls_table(sample, threshold)
    figure = decision_figure(sample, threshold)
    many = ""
    if not table.complete:
        many = (
            f"The slider stops at {count(len(table.thresholds))} of the {count(table.distinct)} "
            "different forecasts; the counts at these are exact."
        )
    return Section(
        "decide",
        "What to do",
        values={
            "lines": _lines(model, evidence),
            "given": given is not None,
            "costs": [f"{cost:.12g}" for cost in costs.numbers()],
            "threshold": threshold,
            "last": len(table.thresholds),
            "many": many,
            "forecasts": evidence.forecasts,
            "usable": sample.two_classes,
            "yes": quoted(model.target_yes),
            "no": quoted(model.target_no),
            "gains": _gains(sample),
        },
        figures={figure.key: figure},
        data={**table.to_json(), "weighted": evidence.weight is not None},
    )


def _lines(model: Model, evidence: Evidence) -> list[str]:
    """Whom to call and what that costs, in sentences; empty without costs."""
    costs = evidence.costs_of(model)
    if evidence.decision is None or costs is None:
        return []
    cost = cost_text(evidence.decision, evidence.where)
    return [f"{sentence(text)}." for text in (costs_text(costs), f"this costs {cost}")]


def _gains(sample: Sample) -> list[tuple[str, ...]]:
    """The tenths of the rows as text: rows, lowest and mean forecast, share, lift, recall."""
    if not sample.two_classes:
        return []
    y = (sample.yes > 0.0).astype(np.uint8)
    return [
        (
            str(number),
            count(part.rows),
            percent(part.lowest),
            percent(part.forecast),
            percent(part.yes),
            decimals(part.lift, 2),
            percent(part.recall),
        )
        for number, part in enumerate(gains(y, sample.probability, sample.weight), 1)
    ]
