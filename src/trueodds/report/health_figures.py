"""The figures of the health section: one member stands for all."""

from trueodds.health.findings import SEVERITIES
from trueodds.health.health_record import HealthRecord
from trueodds.report import health_charts
from trueodds.report.figure import Figure, drawing
from trueodds.training.training_record import TrainingRecord

GONE = "No snapshot of the layers was kept."


def shown_member(record: TrainingRecord) -> tuple[str, HealthRecord] | None:
    """The member with the worst finding (the first of them); None without any record."""
    found = [
        (max((SEVERITIES.index(f.severity) for f in m.findings()), default=-1), m.title, m.health)
        for m in record.members
        if m.health is not None and m.health.at
    ]
    if not found:
        return None
    _, title, health = max(found, key=lambda told: told[0])
    return title, health


def health_figures(record: TrainingRecord) -> tuple[Figure, Figure]:
    """Where neurons sit on their curve, and how gradients flow."""
    titles = ("Where do the neurons sit on their curve?", "Does the gradient reach every layer?")
    found = shown_member(record)
    if found is None or not found[1].densities:
        return Figure("curve", titles[0], "", missing=GONE), Figure(
            "flow", titles[1], "", missing=GONE
        )
    title, seen = found
    activation = seen.activations[0]
    curve = Figure(
        "curve",
        titles[0],
        f"Layers of {title} after training: weighted sums z of rows it was not trained on, under "
        f"{activation}. Units under the flat parts of the curve pass no gradient; the outermost "
        "bars also hold all beyond.",
        tuple(
            drawing(
                f"curve{number}",
                f"Density of the pre-activations of {seen.names[position]} under {activation}.",
                health_charts.on_the_curve(seen, position),
            )
            for number, position in enumerate(health_charts.drawn_layers(seen))
        ),
        legend=(("block accent", "pre-activations"), ("line", "φ"), ("dashed", "slope φ′")),
    )
    depth, over_time = health_charts.flow_over_depth(seen), health_charts.flow_over_time(seen)
    if depth is None or over_time is None:
        gone = f"No gradient reached the layers of {title}."
        return curve, Figure("flow", titles[1], "", missing=gone)
    flow = Figure(
        "flow",
        titles[1],
        f"Root mean square of the loss's gradient by the weighted sums of {title}: over depth, the "
        "first snapshot dashed and the last solid; over the steps, the first layer dashed and the "
        "last solid. Lines within a factor of a hundred of each other are well.",
        (
            drawing("flow-depth", "Size of the gradient, layer by layer.", depth),
            drawing("flow-time", "Size of the gradient over the steps.", over_time),
        ),
        legend=(("dashed", "first snapshot, first layer"), ("line", "last snapshot, last layer")),
    )
    return curve, flow
