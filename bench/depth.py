"""How deep may a plain network be? Sigmoid, tanh and ReLU of depth 4 to 128 under four starts.

Usage: ``python bench/depth.py [--depths 4 16 64] [--seeds 3]``. Digits of scikit-learn (even or
odd), width 128, batches of 128, Adam without decay. For every network: root mean square of the
first hidden layer's weight gradient over the last hidden layer's before any step, and the steps
until 95 % training accuracy (looked at every 10 steps, at most 600), with the best of the learning
rates, the same ladder for all. "critical" is `trueodds`' start for smooth activations; its sigmoid
is trained once with plain Adam and once with centred steps (`trueodds.training.reparametrised`).
"""

import argparse
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

import machine
from trueodds.network.activations import Activation
from trueodds.network.engine import Engine
from trueodds.network.initialisations import Initialisation
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW
from trueodds.training.reparametrised import ReparametrisedAdamW

WIDTH, BATCH, STEPS, LOOK = 128, 128, 600, 10
RATES = (3e-3, 1e-3, 3e-4, 1e-4)
TARGET_DEPTH, TARGET_RATIO = 64, 3.0


class Contender(NamedTuple):
    """One way to start and step a network."""

    activation: Activation
    init: Initialisation
    centred: bool = False

    @property
    def title(self) -> str:
        """What the table calls it."""
        name = {"pytorch": "PyTorch default", "xavier": "Xavier", "he": "He"}.get(
            self.init, self.init
        )
        return f"{self.activation}, {name}{', centred steps' if self.centred else ''}"


CONTENDERS = (
    Contender("sigmoid", "pytorch"),
    Contender("sigmoid", "xavier"),
    Contender("sigmoid", "critical"),
    Contender("sigmoid", "critical", True),
    Contender("tanh", "pytorch"),
    Contender("tanh", "xavier"),
    Contender("tanh", "critical"),
    Contender("relu", "pytorch"),
    Contender("relu", "he"),
)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """All 1,797 digits, columns of mean 0 and variance 1, and whether each is odd."""
    found = load_digits()
    spread = found.data.std(axis=0)
    X = (found.data - found.data.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return X.astype(np.float32), (found.target % 2).astype(np.float32)


def gradient_ratio(layout: Layout, engine: Engine, X: np.ndarray, y: np.ndarray) -> float:
    """First over last hidden layer's gradient, root mean squares over rows and weights."""
    engine.backward(X[:BATCH], y[:BATCH], np.ones(BATCH, np.float32))
    sizes = [
        float(np.sqrt(np.mean(np.square(g, dtype=np.float64))))
        for g in layout.weights(engine.gradient)
    ]
    return sizes[0] / sizes[-2] if sizes[-2] > 0.0 else 0.0


def steps_to_learn(contender: Contender, depth: int, rate: float, seed: int) -> tuple[float, int]:
    """Gradient ratio at the start, and steps to 95 % (`STEPS` + 1: not reached)."""
    X, y = digits()
    layout = Layout(X.shape[1], (WIDTH,) * depth, contender.activation)
    rng = np.random.default_rng(seed)
    flat = initialise(layout, rng, 0.0, contender.init)
    engine, judge = Engine(layout, flat, BATCH), Engine(layout, flat, len(X))
    ratio = gradient_ratio(layout, engine, X, y)
    optimiser = (
        ReparametrisedAdamW(layout, flat, beta2=0.999)
        if contender.centred
        else AdamW(flat, [(layout.size, 1.0, 0.0)], beta2=0.999)
    )
    weight = np.ones(BATCH, np.float32)
    order, at = rng.permutation(len(X)), 0
    for step in range(1, STEPS + 1):
        if at + BATCH > len(X):
            order, at = rng.permutation(len(X)), 0
        rows = order[at : at + BATCH]
        at += BATCH
        loss = engine.backward(X[rows], y[rows], weight)
        if not np.isfinite(loss):
            break
        optimiser.step(engine.gradient, rate, 0.0)
        if step % LOOK == 0 and np.mean((judge.log_odds(X) > 0.0) == (y > 0.5)) >= 0.95:
            return ratio, step
        if step == 150 and abs(loss - np.log(2.0)) < 0.02 and ratio < 1e-8:
            break  # nothing has moved at all, and the first layers have no gradient to move by
    return ratio, STEPS + 1


def best(contender: Contender, depth: int, seeds: int) -> dict[str, Any]:
    """Median over seeds of the steps, at the rate where that is least."""
    found = []
    ratios: list[float] = []
    for rate in RATES:
        runs = [steps_to_learn(contender, depth, rate, seed) for seed in range(seeds)]
        ratios = [ratio for ratio, _ in runs]
        found.append((float(median(steps for _, steps in runs)), rate))
        if median(ratios) < 1e-12:
            break  # no learning rate brings back a gradient that float32 has lost
    steps, rate = min(found)
    reached = steps <= STEPS
    return {
        "contender": contender.title,
        "depth": depth,
        "ratio": float(median(ratios)),
        "steps": steps if reached else None,
        "rate": rate if reached else None,
    }


def text_of(results: list[dict[str, Any]], depths: list[int]) -> str:
    """One row a contender, two columns a depth."""
    header = ["activation, start"]
    for depth in depths:
        header += [f"{depth}: gradient", "steps (rate)"]
    rows = []
    for contender in dict.fromkeys(r["contender"] for r in results):
        row = [contender]
        for depth in depths:
            r = next(x for x in results if x["contender"] == contender and x["depth"] == depth)
            told = "never" if r["steps"] is None else f"{r['steps']:.0f} ({r['rate']:g})"
            row += [f"{r['ratio']:.1e}", told]
        rows.append(row)
    return machine.table(header, rows)


def verdict(results: list[dict[str, Any]]) -> tuple[bool, str]:
    """The issue's target: depth 64, the sigmoid in at most three times ReLU's steps."""
    at = {r["contender"]: r["steps"] for r in results if r["depth"] == TARGET_DEPTH}
    ours, relu = at.get("sigmoid, critical, centred steps"), at.get("relu, He")
    still = [at.get(f"sigmoid, {name}") for name in ("PyTorch default", "Xavier")]
    if ours is None or relu is None:
        return False, f"MISSED  depth {TARGET_DEPTH}: sigmoid {ours}, ReLU {relu} steps\n"
    met = ours <= TARGET_RATIO * relu and still == [None, None]
    return met, (
        f"{'met' if met else 'MISSED'}  depth {TARGET_DEPTH}: sigmoid {ours:.0f} steps, ReLU "
        f"{relu:.0f}: {ours / relu:.2f} times (target {TARGET_RATIO:g}); the usual starts: "
        f"{' and '.join('never' if s is None else f'{s:.0f}' for s in still)}\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--depths", nargs="+", type=int, default=[4, 8, 16, 32, 64, 128])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--name", default="depth", help="of the files in bench/results")
    options = parser.parse_args()
    about = machine.describe(("numpy", "numba", "scikit-learn"), threads=1)
    with threadpool_limits(1):
        results = [best(c, d, options.seeds) for d in options.depths for c in CONTENDERS]
    met, told = verdict(results)
    lines = (
        f"{options.seeds} seeds (medians); width {WIDTH}, batch {BATCH}, Adam, best of the rates "
        f"{', '.join(f'{r:g}' for r in RATES)}; never: not within {STEPS} steps.\n"
    )
    text = machine.heading(about) + "\n" + text_of(results, options.depths) + "\n" + lines + told
    machine.save(options.name, text, {"about": about, "results": results})
    return 0 if met or TARGET_DEPTH not in options.depths else 1


if __name__ == "__main__":
    raise SystemExit(main())
