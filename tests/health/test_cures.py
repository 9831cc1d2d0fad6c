"""Each fault is given the cure that its root asks for."""

import json
from dataclasses import asdict

import msgspec
import pytest

from trueodds.health.cures import Change, Settings, Treatment, changed, cure
from trueodds.health.findings import CONSEQUENCES, CURES, KINDS, Finding, Kind


def finding(kind: Kind) -> Finding:
    return Finding(kind, 1, "layer 1", "warning", (("value", 0.9),), "90% of it")


@pytest.mark.parametrize(
    ("kinds", "settings", "expected"),
    [
        (["vanishing gradient", "not learning"], Settings("sigmoid", "pytorch"), {"init"}),
        (["off-centre activations"], Settings("sigmoid", "xavier"), {"init"}),
        (["vanishing gradient"], Settings("tanh"), {"activation", "learning_rate"}),
        (["exploding gradient"], Settings("relu"), {"learning_rate"}),
        (["dead units"], Settings("relu"), {"activation", "learning_rate"}),
        (["learning rate too high", "dead units"], Settings("silu"), {"learning_rate"}),
        (["learning rate too low"], Settings(), {"learning_rate"}),
        (["unscaled input", "saturated layer"], Settings("tanh"), {"rescale"}),
        (["not learning"], Settings(), set()),
        (["overfitting", "label leak", "constant input"], Settings(), set()),
        ([], Settings(), set()),
    ],
)
def test_the_first_cause_is_cured_first(kinds, settings, expected) -> None:
    changes = cure([finding(kind) for kind in kinds], settings)
    assert {change.name for change in changes} == expected
    new = changed(settings, changes)
    for change in changes:
        assert getattr(settings, change.name) == change.before
        assert getattr(new, change.name) == change.after != change.before


def test_learning_rates_change_in_the_right_direction() -> None:
    low = cure([finding("learning rate too low")], Settings(learning_rate=1e-4))
    high = cure([finding("learning rate too high")], Settings(learning_rate=1.0))
    assert low[0].after == pytest.approx(1e-3)
    assert high[0].after == pytest.approx(0.1)


def test_only_what_is_allowed_is_changed() -> None:
    changes = cure([finding("dead units")], Settings("relu"), allowed=("learning_rate",))
    assert [change.name for change in changes] == ["learning_rate"]


def test_a_treatment_reads_back_and_states_its_result() -> None:
    change = Change("learning_rate", 1.0, 0.1, "learning rate too high")
    treatment = Treatment((change,), 0.7, 0.4, kept=True)
    assert msgspec.json.decode(json.dumps(asdict(treatment)), type=Treatment) == treatment
    assert treatment.in_words() == (
        "learning rate 1 → 0.1 (for learning rate too high): loss 0.7000 → 0.4000, kept"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_states_its_consequence_and_cure(kind: Kind) -> None:
    line = finding(kind).message("fold 1")
    assert line.startswith(f"fold 1, layer 1: {kind}: 90% of it, so {CONSEQUENCES[kind]}; ")
    assert line.endswith(CURES[kind])
    assert finding(kind).cure == CURES[kind]
