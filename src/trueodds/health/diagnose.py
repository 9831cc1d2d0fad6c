"""From a record to findings: one function a rule, all thresholds from `trueodds.health.rules`."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import cast

from trueodds.health import rules
from trueodds.health.findings import Finding, Kind, Severity, worst_first
from trueodds.health.record import HealthRecord, Look
from trueodds.health.state import LARGEST, LayerState

BROKEN = LARGEST / 10
TINY = 1e-45
"""The smallest float32: what stands in a ratio for a gradient that is gone."""


def diagnose(record: HealthRecord) -> tuple[Finding, ...]:
    """All faults of a run, worst first; empty when all is well.

    Layers are judged by the median over the second half of the looks. A fault of the first weights
    that training mended by itself is only a note.
    """
    found = [finding for rule in RULES for finding in rule(record)]
    return worst_first(found)


def settled(record: HealthRecord) -> tuple[Look, ...]:
    """The second half of the looks."""
    return record.looks[len(record.looks) // 2 :]


def over_looks(record: HealthRecord, position: int, name: str) -> float:
    """Median of one layer's value over the settled looks."""
    return float(median(getattr(look.states[position], name) for look in settled(record)))


def _layers(record: HealthRecord) -> Iterator[tuple[int, LayerState]]:
    if record.looks:
        yield from enumerate(record.looks[-1].states)


def _each_layer(
    record: HealthRecord, name: str, limit: float, kind: Kind, told: str
) -> Iterator[Finding]:
    """One finding for all layers whose value is above the limit; the worst one is quoted."""
    now = [over_looks(record, position, name) for position, _ in _layers(record)]
    start = [getattr(state, name) for state in record.looks[0].states] if record.looks else []
    for values, severity, when in ((now, "warning", ""), (start, "note", " at the start")):
        over = [p for p, value in enumerate(values) if limit < value < BROKEN]
        if over:
            worst = max(over, key=lambda p: values[p])
            up_to = "up to " if len(over) > 1 else ""
            yield Finding(
                kind,
                record.looks[-1].states[worst].layer,
                places(record, over),
                cast(Severity, severity),
                ((name, values[worst]),),
                up_to + told.format(value=_percent(values[worst])) + when,
            )
            return


def places(record: HealthRecord, positions: list[int]) -> str:
    """Names of layers in few words."""
    names = [record.names[position] for position in positions]
    if len(names) <= 3:
        return " and ".join(names)
    return f"{names[0]} … {names[-1]} ({len(names)} of {len(record.names)} watched)"


def _percent(value: float) -> str:
    return f"{value:.2%}" if 0.99 < value < 1.0 else f"{value:.0%}"


def _saturated(record: HealthRecord) -> Iterator[Finding]:
    told = "{value} of its outputs are saturated (slope under 1 % of its maximum)"
    yield from _each_layer(record, "saturated", rules.SATURATED, "saturated layer", told)


def _dead(record: HealthRecord) -> Iterator[Finding]:
    told = "{value} of its units are dead (no slope on any row)"
    yield from _each_layer(record, "dead", rules.DEAD, "dead units", told)


def _off_centre(record: HealthRecord) -> Iterator[Finding]:
    told = "{value} of its output is the same for every row"
    yield from _each_layer(record, "common", rules.COMMON, "off-centre activations", told)


def ratios(look: Look) -> tuple[float, float]:
    """First over last layer: the gradient by pre-activations, and by weights."""
    first, last = look.states[0], look.states[-1]
    return (
        max(first.flow, TINY) / max(last.flow, TINY),
        max(first.gradient, TINY) / max(last.gradient, TINY),
    )


def _vanishing(record: HealthRecord) -> Iterator[Finding]:
    if not record.looks or len(record.looks[-1].states) < 2:
        return
    now = float(median(min(ratios(look)) for look in settled(record)))
    start = min(ratios(record.looks[0]))
    ratio, severity = (now, "warning") if now < rules.VANISHED else (start, "note")
    if ratio < rules.VANISHED:
        yield Finding(
            "vanishing gradient",
            record.looks[-1].states[0].layer,
            record.names[0],
            cast(Severity, severity),
            (("first/last gradient", ratio),),
            f"its gradient is {ratio:.0e} of the last layer's"
            + ("" if severity == "warning" else " at the start"),
        )


def _exploding(record: HealthRecord) -> Iterator[Finding]:
    if not record.looks or len(record.looks[-1].states) < 2:
        return

    def back(look: Look) -> float:
        return max(ratios(look)) if look.states[-1].flow < BROKEN else 0.0

    first, last = record.looks[0].states[0], record.looks[0].states[-1]
    # A small first layer below an ordinary last one is no explosion.
    forward = last.spread / max(first.spread, 1e-30) if last.spread > rules.LARGE else 0.0
    growth, told = back(record.looks[0]), "the first layer's gradient is {:.0e} times the last's"
    if first.flow >= BROKEN or last.spread >= BROKEN:
        growth, told = LARGEST, "signals or gradients are no longer finite"
    elif forward > growth:
        growth, told = forward, "the last layer's signal is {:.0e} times the first's"
    elif growth <= rules.EXPLODED:
        # Later on only the gradient counts: a deep gated network may learn well by a signal that
        # grows with depth, and one that is not finite any more is the learning rate's fault.
        growth = float(median(back(look) for look in settled(record)))
        if growth >= BROKEN:
            return
    if growth > rules.EXPLODED:
        yield Finding(
            "exploding gradient",
            record.looks[-1].states[0].layer,
            record.names[0],
            "warning",
            (("growth", growth),),
            told.format(growth),
        )


def _too_high(record: HealthRecord) -> Iterator[Finding]:
    if not record.looks or not record.looks[0].states:
        return
    first = record.looks[0]
    healthy_start = all(s.spread < BROKEN and s.flow < BROKEN for s in first.states)
    # The fastest look, not the last: a network that was killed moves no more.
    update = max(float(median(s.update for s in look.states)) for look in record.looks)
    losses = record.train_loss or tuple(look.loss for look in record.looks[1:])
    last = losses[-1] if losses else first.loss
    diverged = last > rules.WORSE * max(record.base_loss, first.loss)
    if healthy_start and (update > rules.FASTEST_UPDATE or diverged):
        told = (
            f"a step is {update:.1%} of the weights' length"
            if update > rules.FASTEST_UPDATE and update < BROKEN
            else f"the loss rose from {first.loss:.3g} to {last:.3g}"
        )
        yield Finding(
            "learning rate too high",
            None,
            "",
            "failure" if diverged else "warning",
            (("step/weights", update), ("loss", last)),
            told,
        )


def _fastest(record: HealthRecord) -> list[float]:
    """The longest step over weights of every layer."""
    return [max(look.states[p].update for look in record.looks) for p, _ in _layers(record)]


def _too_low(record: HealthRecord) -> Iterator[Finding]:
    moved = _fastest(record)
    if not moved or not record.train_loss:
        return
    way, last = max(moved) * record.steps, record.train_loss[-1]
    # Layers that nothing reaches are the gradient's fault; here none may have moved.
    if 0.0 < way < rules.SHORTEST_WAY and last > rules.LEARNT_LITTLE * record.base_loss:
        yield Finding(
            "learning rate too low",
            None,
            "",
            "warning",
            (("step/weights × steps", way), ("loss", last)),
            f"all {record.steps:,} steps together moved the weights by {way:.1%} at most and the "
            f"loss is still {last:.3g}",
        )


def _frozen(record: HealthRecord) -> Iterator[Finding]:
    moved = _fastest(record)
    if len(moved) < 2 or max(moved) < rules.MOVING:
        return
    still = [p for p, update in enumerate(moved) if update < rules.FROZEN and _pushed(record, p)]
    if still:
        yield Finding(
            "frozen layer",
            record.looks[-1].states[still[0]].layer,
            places(record, still),
            "warning",
            (("step/weights", moved[still[0]]),),
            f"its weights do not move, other layers' by up to {max(moved):.1e} a step",
        )


def _pushed(record: HealthRecord, position: int) -> bool:
    """Whether a layer had the gradient to move: another moved with hardly more."""
    for look in record.looks:
        own = look.states[position].gradient
        least = min((s.gradient for s in look.states if s.update > rules.MOVING), default=LARGEST)
        if own > 0.0 and least < rules.AS_STRONG * own:
            return True
    return False


def _not_learning(record: HealthRecord) -> Iterator[Finding]:
    losses = record.held_out_loss or record.train_loss
    if not losses or record.base_loss <= 0.0:
        return
    best = min(losses)
    if best > rules.NO_SKILL * record.base_loss:
        where = "held-out" if record.held_out_loss else "training"
        yield Finding(
            "not learning",
            None,
            "",
            "failure",
            (("best loss", best), ("base rate's loss", record.base_loss)),
            f"the best {where} loss is {best:.4f}, the base rate's {record.base_loss:.4f}",
        )


def _overfitting(record: HealthRecord) -> Iterator[Finding]:
    held, train, base = record.held_out_loss, record.train_loss, record.base_loss
    if not held or not train or base <= 0.0 or held[-1] >= BROKEN:
        return
    best = min(range(len(held)), key=lambda i: held[i])
    # One evaluation may be a slip: the last three are judged by their median.
    late, late_train = float(median(held[-3:])), float(median(train[-3:]))
    rise = (late - held[best]) / base
    at = min(best, len(train) - 1)
    learnt, carried = base - train[at], base - held[best]
    if rise > rules.ROSE and late_train < train[at]:
        told = f"the held-out loss rose from {held[best]:.4f} to {late:.4f} as training went on"
    elif learnt > 0.2 * base and carried < rules.CARRIED_OVER * learnt:
        told = (
            f"training took {learnt:.3f} nats off the loss, of which only {max(0.0, carried):.3f} "
            "show on rows held out"
        )
    else:
        return
    evidence = (("rise of the held-out loss / base", rise), ("training loss", late_train))
    yield Finding("overfitting", None, "", "note", evidence, told)


def _inputs(record: HealthRecord) -> Iterator[Finding]:
    found = record.inputs
    if found is None:
        return
    if found.largest > rules.LARGEST_INPUT or found.reach < rules.SMALLEST_REACH:
        large = found.largest > rules.LARGEST_INPUT
        value = found.largest if large else found.reach
        told = (
            f"its size (root mean square) is {value:.3g}, that of a scaled column 1"
            if large
            else f"no input is larger than {value:.3g}"
        )
        place = f"input {found.largest_at + 1}" if large else ""
        yield Finding("unscaled input", None, place, "warning", (("size", value),), told)
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
    if found.telling > rules.TELLING:
        yield Finding(
            "label leak",
            None,
            f"input {found.telling_at + 1}",
            "warning",
            (("AUC alone", found.telling),),
            f"it alone tells the answer (AUC {found.telling:.4f})",
        )


RULES: tuple[Callable[[HealthRecord], Iterator[Finding]], ...] = (
    _saturated,
    _dead,
    _off_centre,
    _vanishing,
    _exploding,
    _too_high,
    _too_low,
    _frozen,
    _not_learning,
    _overfitting,
    _inputs,
)
