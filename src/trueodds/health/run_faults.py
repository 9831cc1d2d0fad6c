"""Faults of a whole run: its learning rate, its losses and its inputs.

Every rule takes a `HealthRecord` and yields its findings; thresholds are in
`trueodds.health.thresholds`.
"""

from collections.abc import Iterator
from statistics import median

from trueodds.health import thresholds
from trueodds.health.findings import Finding
from trueodds.health.health_record import HealthRecord
from trueodds.health.layer_faults import NOT_FINITE, fastest_updates


def rate_too_high(record: HealthRecord) -> Iterator[Finding]:
    """Steps that replace the weights, or a loss that diverges, after a healthy start."""
    if not record.snapshots or not record.snapshots[0].states:
        return
    first = record.snapshots[0]
    healthy_start = all(s.spread < NOT_FINITE and s.flow < NOT_FINITE for s in first.states)
    # The largest of all snapshots: a network without slope does not move in later ones.
    update = max(
        float(median(state.update for state in snapshot.states)) for snapshot in record.snapshots
    )
    losses = record.train_loss or tuple(snapshot.loss for snapshot in record.snapshots[1:])
    last = losses[-1] if losses else first.loss
    diverged = last > thresholds.WORSE * max(record.base_loss, first.loss)
    if healthy_start and (update > thresholds.FASTEST_UPDATE or diverged):
        yield Finding(
            "learning rate too high",
            None,
            "",
            "failure" if diverged else "warning",
            (("step/weights", update), ("loss", last)),
            f"a step is {update:.1%} of the weights' length"
            if thresholds.FASTEST_UPDATE < update < NOT_FINITE
            else f"the loss rose from {first.loss:.3g} to {last:.3g}",
        )


def rate_too_low(record: HealthRecord) -> Iterator[Finding]:
    """Steps so short that no layer moved far, while the loss is still high."""
    moved = fastest_updates(record)
    if not moved or not record.train_loss:
        return
    way, last = max(moved) * record.steps, record.train_loss[-1]
    # Layers without a gradient have another fault; here every layer stands nearly still.
    little = last > thresholds.LEARNT_LITTLE * record.base_loss
    if 0.0 < way < thresholds.SHORTEST_WAY and little:
        yield Finding(
            "learning rate too low",
            None,
            "",
            "warning",
            (("step/weights × steps", way), ("loss", last)),
            f"all {record.steps:,} steps together moved the weights by {way:.1%} at most and the "
            f"loss is still {last:.3g}",
        )


def not_learning(record: HealthRecord) -> Iterator[Finding]:
    """A best loss that is hardly below the best constant forecast's."""
    losses = record.held_out_loss or record.train_loss
    if not losses or record.base_loss <= 0.0:
        return
    best = min(losses)
    if best > thresholds.NO_SKILL * record.base_loss:
        where = "held-out" if record.held_out_loss else "training"
        yield Finding(
            "not learning",
            None,
            "",
            "failure",
            (("best loss", best), ("base rate's loss", record.base_loss)),
            f"the best {where} loss is {best:.4f}, the base rate's {record.base_loss:.4f}",
        )


def overfitting(record: HealthRecord) -> Iterator[Finding]:
    """A held-out loss that rises, or that gains little, while the training loss falls."""
    held, train, base = record.held_out_loss, record.train_loss, record.base_loss
    if not held or not train or base <= 0.0 or held[-1] >= NOT_FINITE:
        return
    best = min(range(len(held)), key=lambda i: held[i])
    # A single evaluation is noisy: the median of the last three counts.
    late, late_train = float(median(held[-3:])), float(median(train[-3:]))
    rise = (late - held[best]) / base
    at = min(best, len(train) - 1)
    learnt, carried = base - train[at], base - held[best]
    if rise > thresholds.ROSE and late_train < train[at]:
        detail = f"the held-out loss rose from {held[best]:.4f} to {late:.4f} as training went on"
    elif learnt > 0.2 * base and carried < thresholds.CARRIED_OVER * learnt:
        detail = (
            f"training took {learnt:.3f} nats off the loss, of which only {max(0.0, carried):.3f} "
            "show on rows held out"
        )
    else:
        return
    evidence = (("rise of the held-out loss / base", rise), ("training loss", late_train))
    yield Finding("overfitting", None, "", "note", evidence, detail)


def bad_inputs(record: HealthRecord) -> Iterator[Finding]:
    """Inputs of a wrong size, constant inputs, and inputs that give the label away."""
    found = record.inputs
    if found is None:
        return
    large = found.largest > thresholds.LARGEST_INPUT
    if large or found.reach < thresholds.SMALLEST_REACH:
        value = found.largest if large else found.reach
        detail = (
            f"its size (root mean square) is {value:.3g}, that of a scaled column 1"
            if large
            else f"no input is larger than {value:.3g}"
        )
        place = f"input {found.largest_at + 1}" if large else ""
        yield Finding("unscaled input", None, place, "warning", (("size", value),), detail)
    if found.constant:
        shown = ", ".join(str(index + 1) for index in found.constant[:5])
        more = f" and {len(found.constant) - 5} more" if len(found.constant) > 5 else ""
        yield Finding(
            "constant input",
            None,
            f"input {shown}{more}",
            "note",
            (("columns", float(len(found.constant))),),
            "it has the same value in every row",
        )
    if found.telling > thresholds.TELLING:
        yield Finding(
            "label leak",
            None,
            f"input {found.telling_at + 1}",
            "warning",
            (("AUC alone", found.telling),),
            f"it alone tells the answer (AUC {found.telling:.4f})",
        )
