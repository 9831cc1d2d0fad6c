"""Networks with one fault planted on purpose, and healthy ones: the truth that findings must meet.

Every case is drawn from its (plant, seed) alone. ``truth`` is what was planted; ``also`` are
faults that follow from it by themselves (a saturated deep network's gradient does vanish), which
count neither for nor against.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.health.cures import Change, Settings, changed, cure
from trueodds.health.findings import Finding, Kind
from trueodds.health.health_record import HealthRecord
from trueodds.health.inputs import measure_inputs
from trueodds.health.recorder import ROWS, Recorder
from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialisations import Initialisation
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.evaluations import mean_log_loss
from trueodds.training.optimiser import AdamW

BATCH, HELD_OUT, EVALUATIONS = 64, 600, 12
Floats = NDArray[np.float32]
BOUNDED: tuple[Activation, ...] = ("sigmoid", "tanh")
RECTIFIED: tuple[Activation, ...] = ("relu", "leaky_relu")


def _unspoiled(layout: Layout, flat: NDArray[np.float32]) -> None:
    """Leave the first weights as they are."""


@dataclass
class Setup:
    """All that makes a run; a plant changes it."""

    layout: Layout
    rng: np.random.Generator
    X: Floats
    y: Floats
    rate: float
    steps: int
    rows: int
    """Training rows; the last `HELD_OUT` are held out."""
    init: Initialisation = "critical"
    change: Callable[[Layout, NDArray[np.float32]], None] = _unspoiled
    """Spoils the first weights."""
    frozen: int | None = None


def answers(X: Floats, rng: np.random.Generator, noise: float = 0.0) -> Floats:
    """Labels that a network can learn: a sharp, slightly bent function of a few columns."""
    z = 3.0 * X[:, 0] - 2.0 * X[:, 1] + 1.5 * X[:, 2] * (X[:, 3] > 0.0) + rng.normal(0.0, 0.4)
    p = 1.0 / (1.0 + np.exp(-2.0 * z))
    y = rng.random(len(X)) < p
    return np.where(rng.random(len(X)) < noise, ~y, y).astype(np.float32)


def network(
    rng: np.random.Generator, activations: tuple[Activation, ...], depths: tuple[int, ...]
) -> tuple[Activation, tuple[int, ...]]:
    """An activation and hidden widths: deep networks wide enough for their depth."""
    depth = int(rng.choice(depths))
    width = int(rng.choice([64, 96] if depth > 12 else [24, 32, 64, 128]))
    return activations[int(rng.integers(len(activations)))], (width,) * depth


def healthy(
    rng: np.random.Generator,
    activations: tuple[Activation, ...] = ACTIVATIONS,
    depths: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 16, 32, 64),
) -> Setup:
    """A network that learns: right start, scaled inputs, a learning rate for its depth."""
    activation, widths = network(rng, activations, depths)
    inputs = int(rng.integers(6, 25))
    X = rng.standard_normal((20_000 + HELD_OUT, inputs)).astype(np.float32)
    depth = len(widths)
    rate = float(rng.choice([1e-3, 2e-3, 4e-3])) * min(1.0, 4.0 / depth)
    if activation in ("silu", "gelu") and depth > 8:
        rate /= 4.0  # at the others' rate signals of deep gated networks do blow up
    return Setup(
        layout=Layout(inputs, widths, activation),
        rng=rng,
        X=X,
        y=answers(X, rng),
        rate=rate,
        steps=int(rng.choice([300, 400, 600])),
        rows=20_000,
    )


def scaled(factor: float, layers: slice = slice(None, -1)) -> Callable[..., None]:
    """Multiply the hidden weights, and take the mean of sigmoids away as before."""

    def change(layout: Layout, flat: NDArray[np.float32]) -> None:
        weights, biases = layout.weights(flat), layout.biases(flat)
        for weight, bias in list(zip(weights, biases, strict=True))[layers]:
            weight *= np.float32(factor)
            bias *= np.float32(factor)

    return change


def shifted(by: float, layers: slice = slice(None, -1)) -> Callable[..., None]:
    """Add to the hidden biases."""

    def change(layout: Layout, flat: NDArray[np.float32]) -> None:
        for bias in layout.biases(flat)[layers]:
            bias += np.float32(by)

    return change


def saturated(rng: np.random.Generator) -> Setup:
    """Weights 25 to 80 times too large: σ and tanh sit at their ends."""
    setup = healthy(rng, BOUNDED, (1, 2, 3, 4, 6))
    return replace(setup, change=scaled(rng.uniform(25.0, 80.0)))


def vanishing_small(rng: np.random.Generator) -> Setup:
    """Weights too small for the depth, any activation."""
    setup = healthy(rng, ("relu", "leaky_relu", "tanh", "silu", "gelu"), (16, 24, 32))
    return replace(setup, change=scaled(rng.uniform(0.2, 0.35)), rate=1e-4)


def vanishing_start(rng: np.random.Generator) -> Setup:
    """A deep sigmoid from the usual starts."""
    setup = healthy(rng, ("sigmoid",), (10, 16, 32))
    init: Initialisation = "xavier" if rng.random() < 0.5 else "pytorch"
    return replace(setup, init=init, rate=float(rng.choice([1e-3, 3e-4])))


def exploding(rng: np.random.Generator) -> Setup:
    """ReLU's kin with weights two to three times too large."""
    setup = healthy(rng, RECTIFIED, (16, 24, 32))
    return replace(setup, change=scaled(rng.uniform(2.0, 3.0)), rate=1e-4)


def chaotic(rng: np.random.Generator) -> Setup:
    """Tanh deep in its chaotic phase: weights three to four times the critical ones."""
    setup = healthy(rng, ("tanh",), (24, 32))
    return replace(setup, change=scaled(rng.uniform(3.0, 4.0)), rate=1e-5)


def dead(rng: np.random.Generator) -> Setup:
    """A layer of ReLUs pushed below zero."""
    setup = healthy(rng, ("relu",), (2, 3, 4, 6))
    at = int(rng.integers(len(setup.layout.widths)))
    return replace(setup, change=shifted(-rng.uniform(15.0, 40.0), slice(at, at + 1)))


def off_centre(rng: np.random.Generator) -> Setup:
    """Biases that push all units to one side, or a sigmoid whose mean nobody takes away."""
    if rng.random() < 0.5:
        setup = healthy(rng, ("sigmoid",), (4, 5, 6))
        return replace(setup, init="xavier" if rng.random() < 0.5 else "pytorch", rate=3e-4)
    setup = healthy(rng, ("relu", "leaky_relu", "silu", "gelu"), (2, 3, 4))
    return replace(setup, change=shifted(rng.uniform(25.0, 60.0)), rate=3e-4)


def too_fast(rng: np.random.Generator) -> Setup:
    """A learning rate 100 to 1,000 times too high."""
    setup = healthy(rng, ACTIVATIONS, (2, 3, 4, 6))
    return replace(setup, rate=float(10.0 ** rng.uniform(-0.4, 0.6)))


def too_slow(rng: np.random.Generator) -> Setup:
    """A learning rate 1,000 times too low or worse."""
    setup = healthy(rng, ACTIVATIONS, (1, 2, 3, 4, 8, 16))
    return replace(setup, rate=float(10.0 ** rng.uniform(-8.0, -6.0)))


def frozen(rng: np.random.Generator) -> Setup:
    """One layer that the optimiser never moves."""
    setup = healthy(rng, ACTIVATIONS, (2, 3, 4, 8))
    return replace(setup, frozen=int(rng.integers(len(setup.layout.widths))))


def shuffled(rng: np.random.Generator) -> Setup:
    """Labels that belong to other rows."""
    setup = healthy(rng, ACTIVATIONS, (1, 2, 3, 4))
    return replace(setup, y=rng.permutation(setup.y))


def overfitting(rng: np.random.Generator) -> Setup:
    """A wide network, few rows, noisy labels, many steps."""
    setup = healthy(rng, ("relu", "silu", "gelu", "leaky_relu", "tanh"), (2, 3))
    inputs, rows = setup.layout.inputs, int(rng.integers(80, 160))
    layout = Layout(inputs, (128,) * len(setup.layout.widths), setup.layout.activation)
    y = answers(setup.X, rng, noise=0.15)
    return replace(setup, layout=layout, y=y, rows=rows, rate=2e-3, steps=600)


def unscaled(rng: np.random.Generator) -> Setup:
    """One column in grams instead of kilograms, an offset nobody took away, or all too small."""
    setup = healthy(rng, ACTIVATIONS, (1, 2, 3, 4))
    X, at = setup.X.copy(), int(rng.integers(setup.layout.inputs))
    how = rng.random()
    if how < 0.5:
        X[:, at] *= np.float32(10.0 ** rng.uniform(1.5, 4.0))
    elif how < 0.8:
        X[:, at] += np.float32(rng.uniform(20.0, 2000.0))
    else:
        X *= np.float32(10.0 ** rng.uniform(-5.0, -3.0))
    return replace(setup, X=X)


def constant(rng: np.random.Generator) -> Setup:
    """A column with one value."""
    setup = healthy(rng)
    X = setup.X.copy()
    X[:, int(rng.integers(4, setup.layout.inputs))] = np.float32(rng.normal())
    return replace(setup, X=X)


def leaking(rng: np.random.Generator) -> Setup:
    """A column that was written down after the fact."""
    setup = healthy(rng)
    X = setup.X.copy()
    noise = rng.normal(0.0, 0.15, len(X))
    X[:, int(rng.integers(4, setup.layout.inputs))] = 2.0 * setup.y - 1.0 + noise
    return replace(setup, X=X)


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
    spoiled = setup.change is not _unspoiled
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
        change=_unspoiled if redrawn else setup.change,
    )
    return changes, train(again)
