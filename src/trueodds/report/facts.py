"""The facts of the page as plain values."""

from dataclasses import asdict
from typing import Any

from trueodds.model import Model
from trueodds.report.evidence import Evidence
from trueodds.report.reliability import reliability_bins
from trueodds.report.sample import sample_of
from trueodds.report.verdict import plain_verdict


def facts_of(model: Model, evidence: Evidence) -> dict[str, Any]:
    """What the page tells, with names that ``--json`` has too."""
    scores = evidence.scores_of(model)
    costs = evidence.costs_of(model)
    return {
        "target": {
            "name": model.target_name,
            "yes": model.target_yes,
            "no": model.target_no,
            "rule": model.target_rule,
        },
        "scores": asdict(scores),
        "checks": [check.to_json() for check in evidence.checks_of(model)],
        "costs": None if costs is None else costs.numbers(),
        "decision": evidence.decision and evidence.decision.to_json(),
        "logistic_regression": evidence.logistic_regression
        and asdict(evidence.logistic_regression),
        **shown_facts(model, evidence),
    }


def shown_facts(model: Model, evidence: Evidence) -> dict[str, Any]:
    """Facts of the page that are no scores, from the verdict to the rows that are shown."""
    scores = evidence.scores_of(model)
    return {
        "verdict": plain_verdict(scores, model.target_yes, model.target_no),
        "judged": evidence.told,
        "reliability": [asdict(part) for part in reliability_bins(sample_of(evidence))],
        "importance": [asdict(column) for column in evidence.importance],
        "effects": evidence.effects and evidence.effects.to_json(),
        "slices": evidence.slices and evidence.slices.to_json(),
        "surprises": [asdict(row) for row in evidence.surprises],
    }
