"""The layers are drawn as they were seen, of the member that fares worst."""

from dataclasses import replace
from typing import Any

import numpy as np

from trueodds.health.health_record import HealthRecord, Snapshot
from trueodds.health.measure import DENSITY_BINS
from trueodds.health.state import LayerState
from trueodds.report.health_figures import health_figures
from trueodds.training.training_record import MemberRecord, TrainingRecord


def seen(saturated: float = 0.0, flow: float = 1e-3) -> HealthRecord:
    """Two layers of tanh at three snapshots; the first layer's numbers are the given ones."""
    good = LayerState(2, 0.0, 1.0, 0.0, 0.0, 0.0, 1e-3, 0.6, 0.1, 1e-3, 0.1, 1e-3)
    first = replace(good, layer=1, saturated=saturated, flow=flow)
    density = np.zeros(DENSITY_BINS, int)
    density[[0, 24]] = 250, 750
    return HealthRecord.of(
        [Snapshot(step, 0.6, (first, good)) for step in (0, 10, 20)],
        names=("layer 1", "layer 2"),
        activations=("tanh", "tanh"),
        steps=30,
        base_loss=0.69,
        train_loss=(0.5, 0.4),
        held_out_loss=(0.5, 0.45),
        densities=(tuple(density.tolist()),) * 2,
    )


def record(*records: HealthRecord) -> TrainingRecord:
    members = tuple(
        MemberRecord(fold, 0, 2, 2, 1, (0.5, 0.4), (0.5, 0.45), health=health)
        for fold, health in enumerate(records)
    )
    return TrainingRecord("quick", 0, len(members), "", {}, members)


def rows_of(spec: dict[str, Any], layer: int = 0) -> list[dict[str, Any]]:
    """The rows of a layer, which stand in the chart where all layers have the same."""
    return spec["layer"][layer].get("data", spec.get("data"))["values"]


def test_the_worst_member_is_drawn_with_its_numbers() -> None:
    curve, flow = health_figures(record(seen(), seen(saturated=0.9), seen()))
    assert "fold 2, member 1" in curve.caption
    assert "fold 2, member 1" in flow.caption
    assert len(curve.drawings) == 2
    bars = rows_of(curve.drawings[0].spec)
    assert [(bar["from"], bar["share"]) for bar in bars] == [(-8.0, 0.25), (-4.0, 0.75)]
    assert all(bar["zero"] == 0 for bar in bars)
    depth, over_time = flow.drawings
    for drawing, places in ((depth, [1, 2]), (over_time, [0, 10, 20])):
        for number in range(len(drawing.spec["layer"])):
            assert [row["at"] for row in rows_of(drawing.spec, number)] == places


def test_what_was_not_seen_is_not_drawn() -> None:
    old = TrainingRecord("quick", 0, 1, "", {}, (MemberRecord(0, 0, 1, 1, 1, (0.5,), (0.5,)),))
    assert all(figure.missing and not figure.drawings for figure in health_figures(old))
    curve, flow = health_figures(record(seen(flow=0.0)))
    assert curve.drawings
    assert "No gradient reached" in flow.missing
