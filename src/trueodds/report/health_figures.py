"""The figures of the health section; they show one member."""

from trueodds.health.findings import SEVERITIES
from trueodds.health.health_record import HealthRecord
from trueodds.report import health_charts
from trueodds.report.figure import Figure, drawing
from trueodds.training.training_record import TrainingRecord

GONE = "The model holds no record of its layers."


def shown_member(record: TrainingRecord) -> tuple[str, HealthRecord] | None:
    """The first member with the worst finding; None if the model holds no record of layers."""
    found = [
        (max((SEVERITIES.index(f.severity) for f in m.findings()), default=-1), m.title, m.health)
        for m in record.members
        if m.health is not None and m.health.at
    ]
    if not found:
        return None
    _, title, health = max(found, key=lambda member: member[0])
    return title, health


def health_figures(record: TrainingRecord) -> tuple[Figure, Figure]:
    """Where neurons are on their activation curve, and how large the gradients are."""
    titles = (
        "Where are the neurons on their activation curve?",
        "Does the gradient reach every layer?",
    )
    found = shown_member(record)
    if found is None or not found[1].densities:
        return Figure("curve", titles[0], "", missing=GONE), Figure(
            "flow", titles[1], "", missing=GONE
        )
    title, health = found
    activation = health.activations[0]
    curve = Figure(
        "curve",
        titles[0],
        f"Layers of {title} after training: the weighted sums z for rows that it was not trained "
        f"on, and the activation {activation}. Neurons on the flat parts of the curve pass no "
        "gradient. The outermost bars also count all values beyond them.",
        tuple(
            drawing(
                f"curve{number}",
                f"Density of the pre-activations of {health.names[position]} under {activation}.",
                health_charts.on_the_curve(health, position),
            )
            for number, position in enumerate(health_charts.drawn_layers(health))
        ),
        legend=(("block accent", "pre-activations"), ("line", "φ"), ("dashed", "slope φ′")),
    )
    depth, over_time = health_charts.flow_over_depth(health), health_charts.flow_over_time(health)
    if depth is None or over_time is None:
        gone = f"No gradient reached the layers of {title}."
        return curve, Figure("flow", titles[1], "", missing=gone)
    flow = Figure(
        "flow",
        titles[1],
        f"Root mean square of the gradient of the loss by the weighted sums of {title}. Over "
        "depth, the first snapshot is dashed and the last one is solid. Over the steps, the first "
        "layer is dashed and the last layer is solid. Lines within a factor of a hundred of each "
        "other are healthy.",
        (
            drawing("flow-depth", "Size of the gradient, layer by layer.", depth),
            drawing("flow-time", "Size of the gradient over the steps.", over_time),
        ),
        legend=(("dashed", "first snapshot, first layer"), ("line", "last snapshot, last layer")),
    )
    return curve, flow
