"""How much worse the whole ensemble of a fold forecasts when a column is shuffled."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.ensemble import importance
from trueodds.ensemble.ensemble import combine
from trueodds.ensemble.importance import column_importance
from trueodds.functions import log_loss_from_logits
from trueodds.network.forward import log_odds

KINDS = ["one", "two", "weighted", "time"]


def brute_force(of, seed: int) -> np.ndarray:
    """Every fold's rises, each by whole forward passes on shuffled inputs."""
    ensemble, data = of.ensemble, of.prepared.data
    y, weight = of.table.y.astype(np.float64), of.table.sample_weight
    rises = []
    for fold in range(data.folds.held):
        rng = np.random.default_rng([seed, 5, fold])
        rows = np.sort(rng.permutation(data.folds.held_out(fold)))
        X = data.inputs(fold, rows).astype(np.float64)
        members = [m for m in ensemble.members if m.record.fold == fold]

        def loss(inputs: np.ndarray, fold=fold, rows=rows, members=members) -> float:
            of_kind = []
            for sort in ensemble.held_out.kinds:
                found = []
                for m in members:
                    if m.record.sort == sort:
                        flat, layout = m.parameters.astype(np.float64), m.layout
                        weights, biases = layout.weights(flat), layout.biases(flat)
                        found.append(log_odds(inputs, weights, biases, layout.activation))
                of_kind.append(np.mean(found, axis=0) - data.base_log_odds(fold))
            z = ensemble.stack.apply(np.stack(of_kind, axis=1))
            part = None if weight is None else weight[rows]
            return float(np.average(log_loss_from_logits(z, y[rows]), weights=part))

        plain, rise = loss(X), []
        for positions in data.columns:
            shuffled = X.copy()
            order = rng.permutation(len(X))
            shuffled[:, positions] = X[np.ix_(order, positions)]
            rise.append(loss(shuffled) - plain)
        rises.append(rise)
    return np.array(rises)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_rise_of_the_loss_of_all_the_fold_s_members_together(stages, kind) -> None:
    of = stages(kind)
    found, errors = column_importance(
        of.ensemble, of.prepared.data, of.table.y, of.table.sample_weight, 3
    )
    rises = brute_force(of, 3)
    np.testing.assert_allclose(found, rises.mean(axis=0), atol=1e-9)
    # The two partitions are of the same rows: the error counts the folds of one.
    np.testing.assert_allclose(errors, rises.std(axis=0, ddof=1) / 2.0, atol=1e-9)


def test_a_strong_column_counts_and_one_of_noise_does_not(stages) -> None:
    of = stages("two")
    found, errors = column_importance(of.ensemble, of.prepared.data, of.table.y, None, 0)
    rise = dict(zip(of.table.columns, found, strict=True))
    assert rise["x"] > 0.1
    assert rise["x"] > 5.0 * max(abs(rise[name]) for name in ("noise", "begun", "ended"))
    assert 0.0 < errors[of.table.columns.index("x")] < 0.5 * rise["x"]


def test_a_column_that_no_member_sees_has_importance_0(stages) -> None:
    of = stages("one")
    data = of.prepared.data
    blind = []
    for member in of.attempts.made[0]:
        flat = member.parameters.copy()
        member.layout.weights(flat)[0][data.columns[0]] = 0.0
        blind.append(replace(member, parameters=flat))
    ensemble = combine([tuple(blind)], data, of.table.y, None)
    found, errors = column_importance(ensemble, data, of.table.y, None, 0)
    assert (found[0], errors[0]) == (0.0, 0.0)
    assert (found[1:] != 0.0).all()
    without = replace(data, columns=(np.zeros(0, np.int64), *data.columns[1:]))
    assert column_importance(of.ensemble, without, of.table.y, None, 0)[0][0] == 0.0


def test_a_column_that_some_members_do_not_see_is_no_spread_of_zeros(stages) -> None:
    """The members forecast together: those without the column dampen its effect, once."""
    of = stages("one")
    data, number = of.prepared.data, of.table.columns.index("x")
    some = []
    for member in of.attempts.made[0]:
        flat = member.parameters.copy()
        if member.record.member == 1:
            member.layout.weights(flat)[0][data.columns[number]] = 0.0
        some.append(replace(member, parameters=flat))
    whole, whole_error = column_importance(of.ensemble, data, of.table.y, None, 0)
    ensemble = replace(of.ensemble, members=tuple(some))
    part, part_error = column_importance(ensemble, data, of.table.y, None, 0)
    assert 0.0 < part[number] < whole[number]
    assert part_error[number] < 1.5 * whole_error[number]


def test_kinds_of_no_use_are_not_evaluated(stages) -> None:
    of = stages("two")
    stack = replace(of.ensemble.stack, slopes=of.ensemble.stack.slopes * [1.0, 0.0, 1.0])
    ensemble = replace(of.ensemble, stack=stack)
    plain = column_importance(ensemble, of.prepared.data, of.table.y, None, 0)
    broken = tuple(
        replace(m, parameters=m.parameters * np.nan) if m.record.share == 0.8 else m
        for m in ensemble.members
    )
    found = column_importance(
        replace(ensemble, members=broken), of.prepared.data, of.table.y, None, 0
    )
    assert np.array_equal(found, plain)
    assert np.isfinite(found).all()


def test_large_folds_and_wide_tables_are_sampled(stages, monkeypatch) -> None:
    of = stages("one")
    asked = []
    inputs = type(of.prepared.data).inputs

    def counted(self, fold, rows):
        asked.append(len(rows))
        return inputs(self, fold, rows)

    monkeypatch.setattr(type(of.prepared.data), "inputs", counted)
    monkeypatch.setattr(importance, "LEAST_ROWS", 10)
    monkeypatch.setattr(importance, "CELLS", 40 * len(of.table.columns))
    column_importance(of.ensemble, of.prepared.data, of.table.y, None, 0)
    monkeypatch.setattr(importance, "ROWS", 30)
    column_importance(of.ensemble, of.prepared.data, of.table.y, None, 0)
    assert asked == [40] * 4 + [30] * 4


def test_the_seed_alone_decides(stages) -> None:
    of = stages("one")
    one, same, other = (
        column_importance(of.ensemble, of.prepared.data, of.table.y, None, seed)[0]
        for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
