"""Faults of layers: how signals and gradients pass through them.

Every rule takes a `HealthRecord` and yields its findings; thresholds are in
`trueodds.health.thresholds`.
"""

from collections.abc import Iterator
from statistics import median

from trueodds.health import thresholds
from trueodds.health.findings import Finding, Kind, Severity
from trueodds.health.health_record import HealthRecord, Snapshot
from trueodds.health.state import LARGEST

NOT_FINITE = LARGEST / 10
"""From here on a value of a record stands for one that is not finite."""
TINY = 1e-45
"""The smallest float32: it stands for a gradient of 0 in a ratio."""


def settled(record: HealthRecord) -> tuple[Snapshot, ...]:
    """The second half of the snapshots."""
    return record.snapshots[len(record.snapshots) // 2 :]


def settled_value(record: HealthRecord, position: int, name: str) -> float:
    """Median of one layer's value over the settled snapshots."""
    each = (getattr(snapshot.states[position], name) for snapshot in settled(record))
    return float(median(each))


def fastest_updates(record: HealthRecord) -> list[float]:
    """The longest step over weights of every watched layer."""
    watched = len(record.snapshots[-1].states) if record.snapshots else 0
    return [
        max(snapshot.states[position].update for snapshot in record.snapshots)
        for position in range(watched)
    ]


def place_of(record: HealthRecord, positions: list[int]) -> str:
    """Names of the layers at these positions, at most three of them."""
    names = [record.names[position] for position in positions]
    if len(names) <= 3:
        return " and ".join(names)
    return f"{names[0]} … {names[-1]} ({len(names)} of {len(record.names)} watched)"


def _above(
    record: HealthRecord, name: str, limit: float, kind: Kind, detail: str
) -> Iterator[Finding]:
    """One finding for all layers whose value is above the limit; it quotes the worst layer."""
    if not record.snapshots:
        return
    last = record.snapshots[-1].states
    now = [settled_value(record, position, name) for position in range(len(last))]
    start = [getattr(state, name) for state in record.snapshots[0].states]
    cases: tuple[tuple[list[float], Severity, str], ...] = (
        (now, "warning", ""),
        (start, "note", " at the start"),
    )
    for values, severity, when in cases:
        over = [p for p, value in enumerate(values) if limit < value < NOT_FINITE]
        if over:
            worst = max(over, key=lambda p: values[p])
            up_to = "up to " if len(over) > 1 else ""
            yield Finding(
                kind,
                last[worst].layer,
                place_of(record, over),
                severity,
                ((name, values[worst]),),
                up_to + detail.format(value=_percent(values[worst])) + when,
            )
            return


def _percent(value: float) -> str:
    return f"{value:.2%}" if 0.99 < value < 1.0 else f"{value:.0%}"


def saturated(record: HealthRecord) -> Iterator[Finding]:
    """Layers whose outputs lie in the flat parts of the activation."""
    detail = "{value} of its outputs are saturated (slope under 1 % of its maximum)"
    yield from _above(record, "saturated", thresholds.SATURATED, "saturated layer", detail)


def dead(record: HealthRecord) -> Iterator[Finding]:
    """Layers most of whose units have no slope on any row."""
    detail = "{value} of its units are dead (no slope on any row)"
    yield from _above(record, "dead", thresholds.DEAD, "dead units", detail)


def off_centre(record: HealthRecord) -> Iterator[Finding]:
    """Layers whose outputs are nearly the same for every row."""
    detail = "{value} of its output is the same for every row"
    yield from _above(record, "common", thresholds.COMMON, "off-centre activations", detail)


def gradient_ratios(snapshot: Snapshot) -> tuple[float, float]:
    """First over last layer: the gradient by pre-activations, and by weights."""
    first, last = snapshot.states[0], snapshot.states[-1]
    return (
        max(first.flow, TINY) / max(last.flow, TINY),
        max(first.gradient, TINY) / max(last.gradient, TINY),
    )


def vanishing(record: HealthRecord) -> Iterator[Finding]:
    """A first layer whose gradient is tiny beside the last layer's."""
    if not record.snapshots or len(record.snapshots[-1].states) < 2:
        return
    now = float(median(min(gradient_ratios(snapshot)) for snapshot in settled(record)))
    start = min(gradient_ratios(record.snapshots[0]))
    is_now = now < thresholds.VANISHED
    ratio = now if is_now else start
    if ratio < thresholds.VANISHED:
        yield Finding(
            "vanishing gradient",
            record.snapshots[-1].states[0].layer,
            record.names[0],
            "warning" if is_now else "note",
            (("first/last gradient", ratio),),
            f"its gradient is {ratio:.0e} of the last layer's"
            + ("" if is_now else " at the start"),
        )


def exploding(record: HealthRecord) -> Iterator[Finding]:
    """Signals that grow with depth, or gradients that grow on their way back."""
    if not record.snapshots or len(record.snapshots[-1].states) < 2:
        return

    def backward_growth(snapshot: Snapshot) -> float:
        finite = snapshot.states[-1].flow < NOT_FINITE
        return max(gradient_ratios(snapshot)) if finite else 0.0

    first, last = record.snapshots[0].states[0], record.snapshots[0].states[-1]
    # A small first layer below a last layer of ordinary size is no explosion.
    forward = last.spread / max(first.spread, 1e-30) if last.spread > thresholds.LARGE else 0.0
    growth = backward_growth(record.snapshots[0])
    detail = "the first layer's gradient is {:.0e} times the last's"
    if first.flow >= NOT_FINITE or last.spread >= NOT_FINITE:
        growth, detail = LARGEST, "signals or gradients are no longer finite"
    elif forward > growth:
        growth, detail = forward, "the last layer's signal is {:.0e} times the first's"
    elif growth <= thresholds.EXPLODED:
        # After the start only the gradient counts. A deep gated network may learn well while its
        # signal grows with depth. A signal that becomes infinite later is a fault of the learning
        # rate.
        growth = float(median(backward_growth(snapshot) for snapshot in settled(record)))
        if growth >= NOT_FINITE:
            return
    if growth > thresholds.EXPLODED:
        yield Finding(
            "exploding gradient",
            record.snapshots[-1].states[0].layer,
            record.names[0],
            "warning",
            (("growth", growth),),
            detail.format(growth),
        )


def frozen(record: HealthRecord) -> Iterator[Finding]:
    """Layers that do not move although they have a gradient and other layers move."""
    moved = fastest_updates(record)
    if len(moved) < 2 or max(moved) < thresholds.MOVING:
        return
    still = [
        position
        for position, update in enumerate(moved)
        if update < thresholds.FROZEN and _has_gradient(record, position)
    ]
    if still:
        yield Finding(
            "frozen layer",
            record.snapshots[-1].states[still[0]].layer,
            place_of(record, still),
            "warning",
            (("step/weights", moved[still[0]]),),
            f"its weights do not move, other layers' by up to {max(moved):.1e} a step",
        )


def _has_gradient(record: HealthRecord, position: int) -> bool:
    """Whether a layer's gradient is large enough: another layer moved with hardly more."""
    for snapshot in record.snapshots:
        gradient = snapshot.states[position].gradient
        moving = (s.gradient for s in snapshot.states if s.update > thresholds.MOVING)
        if gradient > 0.0 and min(moving, default=LARGEST) < thresholds.AS_STRONG * gradient:
            return True
    return False
