from dataclasses import replace

from trueodds.report.learning import MOST_POINTS, learning_curves, loss_range
from trueodds.training.training_record import MemberRecord


def member(losses, stride=1, epochs=None, best=1, fold=0, number=0) -> MemberRecord:
    epochs = len(losses) * stride if epochs is None else epochs
    return MemberRecord(fold, number, epochs, best, stride, tuple(losses), tuple(losses))


def curves(model, *members):
    return learning_curves(replace(model.record, members=members))


def test_entries_stand_at_their_epochs(model) -> None:
    (found,) = curves(model, member([0.5, 0.4, 0.45], stride=4, epochs=10, best=8))
    assert found.fold == ((4, 0.5), (8, 0.4), (10, 0.45))
    assert found.kept == (8, 0.4)
    assert found.label == "fold 1"


def test_entries_of_a_stopped_member_stand_at_its_evaluations(model) -> None:
    stopped = replace(member([0.6, 0.5, 0.55], epochs=9, best=9), at=(2, 4, 9), planned=40)
    (found,) = curves(model, stopped)
    assert found.fold == found.train == ((2, 0.6), (4, 0.5), (9, 0.55))
    assert found.kept == (9, 0.55)


def test_a_member_that_leaves_nothing_out_has_a_training_curve_alone(model) -> None:
    (found,) = curves(model, replace(member([0.6, 0.5], epochs=4, best=4), at=(2, 4), fold_loss=()))
    assert (found.train, found.fold, found.kept) == (((2, 0.6), (4, 0.5)), (), None)


def test_members_are_numbered_only_where_a_fold_has_several(model) -> None:
    found = curves(model, member([0.5]), member([0.5], number=1))
    assert [c.label for c in found] == ["fold 1, member 1", "fold 1, member 2"]


def test_losses_that_are_not_finite_are_left_out(model) -> None:
    (found,) = curves(model, member([float("nan"), 0.4, float("inf")], best=3))
    assert found.train == ((2, 0.4),)
    assert found.kept is None


def test_no_curve_at_all(model) -> None:
    found = curves(model, member([], epochs=0, best=0))
    assert (found[0].train, found[0].kept, loss_range(found)) == ((), None, None)


def test_long_runs_are_thinned_and_keep_the_kept_epoch(model) -> None:
    losses = [1 / (i + 1) for i in range(10_000)]
    found = curves(model, *(member(losses, best=777, fold=f) for f in range(30)))
    assert sum(len(c.train) + len(c.fold) for c in found) <= 2 * MOST_POINTS
    assert all((777, losses[776]) in c.fold for c in found)
    assert all(c.fold[-1][0] == 10_000 for c in found)


def test_a_high_first_epoch_does_not_flatten_the_rest(model) -> None:
    low, high = loss_range(curves(model, member([40.0, 0.5, 0.4, 0.3])))
    assert 0 < low < 0.3
    assert 0.5 < high < 1
