"""Networks in whole numbers say what the members said that did not see a row."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.functions.portable import sigmoid
from trueodds.model import freeze as module
from trueodds.model.fixed import OUTPUT_BITS
from trueodds.model.freeze import check_rounding, freeze
from trueodds.model.scorer import Scorer

KINDS = ["one", "two", "groups", "weighted", "time"]


@pytest.mark.parametrize("kind", KINDS)
def test_rounding_is_tiny(stages, kind) -> None:
    of = stages(kind)
    networks = freeze(of.ensemble, of.prepared)
    rounding = check_rounding(networks, of.ensemble, of.prepared, of.table)
    assert 0.0 < rounding.probability < 1e-4
    assert 0.0 < abs(rounding.log_loss) < 1e-5
    assert 0.0 < rounding.largest_sum < 2.0**53


@pytest.mark.parametrize("kind", ["two", "time"])
def test_members_are_the_shipped_ones_with_the_rates_of_their_folds(stages, kind) -> None:
    of = stages(kind)
    networks = freeze(of.ensemble, of.prepared)
    folds = [of.ensemble.members[number].record.fold for number in of.ensemble.shipped]
    first = of.prepared.folds.shipped.start
    assert [member.fold for member in networks.members] == [fold - first for fold in folds]
    assert max(m.fold for m in networks.members) == len(of.prepared.shipped_target_encodings) - 1
    for member, number in zip(networks.members, of.ensemble.shipped, strict=True):
        assert member.sizes == of.ensemble.members[number].layout.sizes


def test_out_of_fold_forecasts_come_back_from_the_frozen_members(stages) -> None:
    """The members that did not see a row, in whole numbers, say its honest log-odds."""
    of = stages("one")
    networks = freeze(of.ensemble, of.prepared)
    folds, ensemble = of.prepared.folds, of.ensemble
    scorer = Scorer(networks, of.prepared.encoder, of.prepared.shipped_target_encodings)
    outputs = scorer.outputs(of.table.values) * 2.0**-OUTPUT_BITS
    for fold in range(folds.each):
        rows = folds.held_out(fold)
        own = [n for n, member in enumerate(networks.members) if member.fold == fold]
        mean = outputs[own][:, rows].mean(axis=0) * ensemble.stack.slopes.sum()
        base = of.prepared.data.base_log_odds(fold) * ensemble.stack.slopes.sum()
        frozen = mean - base + ensemble.stack.shift
        held = ensemble.stack.apply(ensemble.held_out.log_odds[rows])
        assert np.abs(sigmoid(frozen) - sigmoid(held)).max() < 1e-4


def test_a_network_that_is_not_the_trained_one_is_reported(stages) -> None:
    of = stages("two")
    networks = freeze(of.ensemble, of.prepared)
    member = networks.members[0]
    last = member.layers[-1]
    wrong = replace(last, weights=-last.weights)
    members = (replace(member, layers=(*member.layers[:-1], wrong)), *networks.members[1:])
    changed = replace(networks, members=members)
    plain = check_rounding(networks, of.ensemble, of.prepared, of.table)
    found = check_rounding(changed, of.ensemble, of.prepared, of.table)
    assert found.probability > 100.0 * plain.probability


def test_large_tables_are_checked_on_some_rows(stages, monkeypatch) -> None:
    of = stages("two")
    networks = freeze(of.ensemble, of.prepared)
    whole = check_rounding(networks, of.ensemble, of.prepared, of.table)
    monkeypatch.setattr(module, "CHECKED_ROWS", 50)
    some = check_rounding(networks, of.ensemble, of.prepared, of.table)
    assert 0.0 < some.probability <= whole.probability
    assert some.log_loss != whole.log_loss
