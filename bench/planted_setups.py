"""Setups of `bench/planted.py`: a network that learns, and one changed by each kind of fault."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.initialisations import Initialisation
from trueodds.network.layout import Layout

HELD_OUT = 600
Floats = NDArray[np.float32]
BOUNDED: tuple[Activation, ...] = ("sigmoid", "tanh")
RECTIFIED: tuple[Activation, ...] = ("relu", "leaky_relu")


def unspoiled(layout: Layout, flat: NDArray[np.float32]) -> None:
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
    change: Callable[[Layout, NDArray[np.float32]], None] = unspoiled
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
