"""Networks with one fault planted on purpose, and healthy ones: the truth that findings must meet.

Every case is drawn from its (plant, seed) alone. ``truth`` is what was planted; ``also`` are
faults that follow from it by themselves (a saturated deep network's gradient does vanish), which
count neither for nor against.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planted_setups import (
    HELD_OUT,
    Setup,
    chaotic,
    constant,
    dead,
    exploding,
    frozen,
    healthy,
    leaking,
    off_centre,
    overfitting,
    saturated,
    shuffled,
    too_fast,
    too_slow,
    unscaled,
    unspoiled,
    vanishing_small,
    vanishing_start,
)
from trueodds.health.cures import Change, Settings, changed, cure
from trueodds.health.findings import Finding, Kind
from trueodds.health.health_record import HealthRecord
from trueodds.health.inputs import measure_inputs
from trueodds.health.recorder import ROWS, Recorder
from trueodds.network.engine import Engine
from trueodds.network.initialisations import Initialisation
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.evaluations import mean_log_loss
from trueodds.training.optimiser import AdamW

BATCH, EVALUATIONS = 64, 12


@dataclass(frozen=True)
class Plant:
    """A way to make a run, what it plants, and what may follow."""

    name: str
    make: Callable[[np.random.Generator], Setup]
    truth: tuple[Kind, ...] = ()
    also: tuple[Kind, ...] = ()


PLANTS = (
    Plant("weights far too large", saturated, ("saturated layer",),
          ("vanishing gradient", "exploding gradient", "off-centre activations", "not learning",
           "overfitting", "learning rate too low")),
    Plant("weights too small for the depth", vanishing_small, ("vanishing gradient",),
          ("off-centre activations", "dead units", "not learning", "learning rate too low")),
    Plant("deep sigmoid, usual start", vanishing_start, ("vanishing gradient",),
          ("off-centre activations", "not learning")),
    Plant("weights too large, ReLU", exploding, ("exploding gradient",),
          ("learning rate too low", "learning rate too high", "not learning", "overfitting")),
    Plant("chaotic tanh", chaotic, ("exploding gradient",),
          ("saturated layer", "not learning", "overfitting", "learning rate too low")),
    Plant("biases below zero, ReLU", dead, ("dead units",),
          ("vanishing gradient", "not learning")),
    Plant("biases to one side, uncentred sigmoid", off_centre, ("off-centre activations",),
          ("vanishing gradient", "not learning", "learning rate too low")),
    Plant("learning rate far too high", too_fast, ("learning rate too high",),
          ("dead units", "saturated layer", "off-centre activations", "vanishing gradient",
           "exploding gradient", "not learning", "overfitting")),
    Plant("learning rate far too low", too_slow, ("learning rate too low",), ("not learning",)),
    Plant("frozen layer", frozen, ("frozen layer",)),
    Plant("shuffled labels", shuffled, ("not learning",), ("overfitting",)),
    Plant("wide network, few noisy rows", overfitting, ("overfitting",), ("not learning",)),
    Plant("unscaled input", unscaled, ("unscaled input",),
          ("saturated layer", "exploding gradient", "off-centre activations", "dead units",
           "not learning", "overfitting", "vanishing gradient", "learning rate too low")),
    Plant("constant input", constant, ("constant input",)),
    Plant("leaking column", leaking, ("label leak",)),
)  # fmt: skip
HEALTHY = Plant("healthy", healthy)


def _setup(plant: Plant, seed: int) -> Setup:
    return plant.make(np.random.default_rng([seed, sum(plant.name.encode())]))


def record_of(plant: Plant, seed: int) -> HealthRecord:
    """Train the case and hand back what was seen."""
    return train(_setup(plant, seed))


def train(setup: Setup) -> HealthRecord:
    """Train and hand back what was seen."""
    layout, rng = setup.layout, setup.rng
    X, y = setup.X[: setup.rows], setup.y[: setup.rows]
    held_X, held_y = setup.X[-HELD_OUT:], setup.y[-HELD_OUT:]
    flat = initialise(layout, rng, 0.0, setup.init)
    setup.change(layout, flat)
    batch = min(BATCH, setup.rows)
    engine, judge = Engine(layout, flat, batch), Engine(layout, flat, HELD_OUT)
    optimiser = AdamW(flat, [(layout.size, 1.0, 0.0)], beta2=0.999)
    frozen = None if setup.frozen is None else layout.segments()[f"weight{setup.frozen}"]
    every = setup.steps // EVALUATIONS
    recorder = Recorder(engine, setup.steps)
    ones, held_ones = np.ones(batch, np.float32), np.ones(HELD_OUT, np.float32)
    train, held, losses = [], [], []
    with np.errstate(all="ignore"):
        for step in range(setup.steps):
            rows = rng.integers(len(X), size=batch)
            batch_X = np.ascontiguousarray(X[rows])
            losses.append(engine.backward(batch_X, y[rows], ones))
            due = recorder.due(step)
            if due:
                recorder.before_step(step, losses[-1], batch_X)
            if frozen is not None:
                kept = flat[slice(*frozen)].copy()
            optimiser.step(engine.gradient, setup.rate, 0.0)
            if frozen is not None:
                flat[slice(*frozen)] = kept
            if due:
                recorder.after_step()
            if (step + 1) % every == 0:
                train.append(float(np.mean(losses)))
                losses = []
                held.append(mean_log_loss(judge.log_odds(held_X), held_y, held_ones))
            if not np.isfinite(flat[0]):
                break
        yes = float(np.clip(np.mean(y), 1e-6, 1.0 - 1e-6))
        base = -(yes * np.log(yes) + (1.0 - yes) * np.log(1.0 - yes))
        return recorder.finish(
            step + 1,
            train or [float(np.mean(losses))],
            held,
            float(base),
            (judge, held_X[:ROWS], held_y[:ROWS], held_ones[:ROWS]),
            measure_inputs(setup.X[: setup.rows], y),
        )


def cured(
    plant: Plant, seed: int, found: tuple[Finding, ...]
) -> tuple[tuple[Change, ...], HealthRecord | None]:
    """What `cure` changes about a case, and the record of training it again with that."""
    setup = _setup(plant, seed)
    # Spoiled first weights are of no rule: a cure may draw them anew from the critical line.
    spoiled = setup.change is not unspoiled
    init: Initialisation = "he" if spoiled else setup.init
    settings = Settings(setup.layout.activation, init, setup.rate)
    changes = cure(found, settings)
    if not changes:
        return (), None
    new = changed(settings, changes)
    layout = Layout(setup.layout.inputs, setup.layout.widths, new.activation)
    X = setup.X
    if new.rescale:
        shown = X[: setup.rows].astype(np.float64)
        spread = shown.std(axis=0)
        X = ((X - shown.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)).astype(np.float32)
    redrawn = any(change.name == "init" for change in changes)
    again = replace(
        setup,
        layout=layout,
        rate=new.learning_rate,
        X=X,
        init="critical" if redrawn else setup.init,
        change=unspoiled if redrawn else setup.change,
    )
    return changes, train(again)
