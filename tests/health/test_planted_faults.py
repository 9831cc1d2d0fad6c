"""Planted faults are found, healthy networks are left in peace, and cures cure.

The whole test bed, on other seeds, is bench/health_faults.py.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"
SEEDS = (2000, pytest.param(2001, marks=pytest.mark.slow))
DEEP = (3002, 3007, 3008)
"""Healthy networks of many layers, which take their time."""
HEALTHY_SEEDS = [
    pytest.param(seed, marks=pytest.mark.slow) if seed in DEEP else seed
    for seed in range(3000, 3012)
]


@pytest.fixture(scope="module", autouse=True)
def _bench_on_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield


NAMES = (
    "weights far too large",
    "weights too small for the depth",
    "deep sigmoid, usual start",
    "weights too large, ReLU",
    "chaotic tanh",
    "biases below zero, ReLU",
    "biases to one side, uncentred sigmoid",
    "learning rate far too high",
    "learning rate far too low",
    "frozen layer",
    "shuffled labels",
    "wide network, few noisy rows",
    "unscaled input",
    "constant input",
    "leaking column",
)


def test_every_planted_fault_is_tested() -> None:
    from planted import PLANTS

    assert tuple(plant.name for plant in PLANTS) == NAMES


LONG = (
    "weights too small for the depth",
    "deep sigmoid, usual start",
    "chaotic tanh",
    "learning rate far too low",
    "constant input",
)
"""Faults that take many steps or layers to show."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in LONG else []) for name in NAMES],
)
def test_a_planted_fault_is_found_and_nothing_else(name: str, seed: int) -> None:
    from planted import PLANTS, record_of
    from trueodds.health.diagnose import diagnose

    plant = next(p for p in PLANTS if p.name == name)
    found = {finding.kind for finding in diagnose(record_of(plant, seed))}
    assert set(plant.truth) <= found
    assert found <= {*plant.truth, *plant.also}


@pytest.mark.parametrize("seed", HEALTHY_SEEDS)
def test_a_healthy_network_has_no_finding(seed: int) -> None:
    from planted import HEALTHY, record_of
    from trueodds.health.diagnose import diagnose

    assert diagnose(record_of(HEALTHY, seed)) == ()


def test_the_example_of_the_page_is_measured() -> None:
    from health_gallery import SEED
    from planted import PLANTS, cured, record_of
    from trueodds.health.diagnose import diagnose

    blocks = re.findall(
        r"```text\n(.*?)```", (ROOT / "docs" / "health.md").read_text("utf-8"), re.S
    )
    block = next(text for text in blocks if "vanishing" in text)
    finding, cure = block.splitlines()
    gallery = (ROOT / "docs" / "health.md").read_text("utf-8")
    assert finding in gallery
    assert cure in gallery
    plant = next(p for p in PLANTS if p.name == "deep sigmoid, usual start")
    record = record_of(plant, SEED)
    found = diagnose(record)
    (hit,) = [f for f in found if f.kind == "vanishing gradient"]
    changes, after = cured(plant, SEED, found)
    assert after is not None
    ratio, losses = re.search(r"gradient is (\S+) of", finding), re.findall(r"0\.\d{3}", cure)
    assert ratio is not None
    # Another BLAS rounds differently.
    assert dict(hit.evidence)["first/last gradient"] == pytest.approx(float(ratio[1]), rel=0.7)
    measured = [min(record.held_out_loss), min(after.held_out_loss), record.base_loss]
    assert measured == pytest.approx([float(t) for t in losses], rel=0.1)
    assert changes[0].in_words() in cure
