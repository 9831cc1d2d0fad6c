"""One training step of trueodds against PyTorch and scikit-learn, on one thread.

A step is forward, log-loss from logits, backward and AdamW in float32, on a network with three
hidden layers and 64 inputs. All contenders run in this process in interleaved rounds, so that
a slow moment of the machine hits them alike, and are timed by the processor time of this process,
so that time lent to other processes does not count. Figures are medians over the rounds, and ratios
the medians of the rounds' own ratios.

    python bench/training_speed.py [--activation relu] [--widths 64 256 512] [--batches 256 1024]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, pairwise
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import machine
from trueodds.network.activations import ACTIVATIONS, Activation
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW

INPUTS, HIDDEN, BATCHES = 64, 3, 8
RATE, DECAY, BETAS = 1e-5, 1e-2, (0.9, 0.999)
"""So small a rate that no contender learns its eight batches by heart and slides into denormals."""
PACKAGES = ("trueodds", "numpy", "numba", "llvmlite", "torch", "scikit-learn", "threadpoolctl")
OURS, EAGER, COMPILED, SKLEARN = "trueodds", "torch eager", "torch.compile", "sklearn MLP"
TARGETS = {  # (width, batch): least share of sgemm and least ratio to PyTorch eager (issue 2)
    (64, 256): (None, 2.5),
    (256, 256): (0.85, 1.3),
}
Matrix = NDArray[np.float32]
Step = Callable[[], object]


def data(batch: int) -> list[tuple[Matrix, Matrix]]:
    """Eight batches of noise with a weak signal."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((BATCHES, batch, INPUTS), dtype=np.float32)
    y = (X[..., 0] + rng.standard_normal((BATCHES, batch)) > 0).astype(np.float32)
    return list(zip(X, y, strict=True))


def our_step(width: int, batch: int, activation: Activation) -> Step:
    """Engine and AdamW."""
    layout = Layout(INPUTS, (width,) * HIDDEN, activation)
    parameters = initialise(layout, np.random.default_rng(0))
    engine = Engine(layout, parameters, batch)
    optimiser = AdamW(parameters, [(layout.size, 1.0, 1.0)], *BETAS)
    weight = np.ones(batch, dtype=np.float32)
    batches = cycle(data(batch))

    def step() -> None:
        X, y = next(batches)
        engine.backward(X, y, weight)
        optimiser.step(engine.gradient, RATE, DECAY)

    return step


def torch_step(width: int, batch: int, activation: Activation, compiled: bool) -> Step:
    """Build the same network in PyTorch: fused AdamW, loss from logits."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    kinds: dict[str, Callable[[], Any]] = {
        "relu": torch.nn.ReLU,
        "leaky_relu": torch.nn.LeakyReLU,
        "silu": torch.nn.SiLU,
        "gelu": lambda: torch.nn.GELU(approximate="tanh"),
        "tanh": torch.nn.Tanh,
        "sigmoid": torch.nn.Sigmoid,
    }
    sizes = [INPUTS] + [width] * HIDDEN
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [torch.nn.Linear(fan_in, fan_out), kinds[activation]()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1), torch.nn.Flatten(0))
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=RATE, betas=BETAS, weight_decay=DECAY, fused=True
    )
    log_loss = torch.nn.BCEWithLogitsLoss()
    batches = cycle([(torch.from_numpy(X), torch.from_numpy(y)) for X, y in data(batch)])

    def loss_of(X: Any, y: Any) -> Any:
        return log_loss(net(X), y)

    forward = torch.compile(loss_of) if compiled else loss_of

    def step() -> None:
        X, y = next(batches)
        optimiser.zero_grad(set_to_none=True)
        forward(X, y).backward()
        optimiser.step()

    return step


def sklearn_step(width: int, batch: int, activation: Activation) -> Step | None:
    """scikit-learn's MLPClassifier, one `partial_fit` of one batch; None where it has no φ."""
    from sklearn.neural_network import MLPClassifier

    names = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}
    if activation not in names:
        return None
    model = MLPClassifier(
        (width,) * HIDDEN,
        activation=names[activation],
        solver="adam",
        alpha=DECAY,
        batch_size=batch,
        learning_rate_init=RATE,
        random_state=0,
    )
    batches = cycle(data(batch))

    def step() -> None:
        X, y = next(batches)
        model.partial_fit(X, y, classes=(0.0, 1.0))

    return step


def sgemm_step(rows: int, inner: int, columns: int) -> Step:
    """`np.dot` with out=, the product all figures are measured against."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((rows, inner), dtype=np.float32)
    B = rng.standard_normal((inner, columns), dtype=np.float32)
    C = np.empty((rows, columns), dtype=np.float32)
    return lambda: np.dot(A, B, out=C)


def flops(width: int, batch: int) -> float:
    """Floating-point operations of a step's matrix products, two for a multiply-add."""
    sizes = [INPUTS] + [width] * HIDDEN + [1]
    products = [a * b for a, b in pairwise(sizes)]
    return 2.0 * batch * (3 * sum(products) - products[0])  # no gradient for the inputs


def contenders(width: int, batch: int, activation: Activation) -> Iterator[tuple[str, Step]]:
    """Every contender that is installed and works here; the others are named on stderr."""
    yield OURS, our_step(width, batch, activation)
    makers: dict[str, Callable[[], Step | None]] = {
        EAGER: lambda: torch_step(width, batch, activation, compiled=False),
        COMPILED: lambda: torch_step(width, batch, activation, compiled=True),
        SKLEARN: lambda: sklearn_step(width, batch, activation),
    }
    for name, make in makers.items():
        try:
            step = make()
            if step is not None:
                step()
                yield name, step
        except Exception as reason:  # a peer that does not run here is no failure of ours
            print(f"{name} left out: {type(reason).__name__}: {reason}"[:200], file=sys.stderr)


def measure(steps: dict[str, Step], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Processor seconds a call of each step, one figure a round; within it they take turns."""
    repeats = {}
    for name, step in steps.items():
        for _ in range(10):
            step()
        start = time.process_time()
        for _ in range(10):
            step()
        repeats[name] = max(1, round(seconds * 10 / (time.process_time() - start)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    order = list(steps)
    for _ in range(rounds):
        order = order[1:] + order[:1]
        for name in order:
            step = steps[name]
            start = time.process_time()
            for _ in range(repeats[name]):
                step()
            times[name].append((time.process_time() - start) / repeats[name])
    return times


def compare(
    width: int, batch: int, activation: Activation, rounds: int, seconds: float
) -> dict[str, Any]:
    """All contenders at one size."""
    steps = dict(contenders(width, batch, activation))
    products = {
        "sgemm": sgemm_step(batch, width, width),
        "large sgemm": sgemm_step(1536, 1536, 1536),
    }
    times = measure(steps | products, rounds, seconds)
    work = flops(width, batch)
    rates = {name: work / median(times[name]) / 1e9 for name in steps}
    sgemm = 2.0 * batch * width * width / median(times["sgemm"]) / 1e9
    of_sgemm = work / (2.0 * batch * width * width)
    shares = [of_sgemm * a / b for a, b in zip(times["sgemm"], times[OURS], strict=True)]
    ratios = {
        name: median(a / b for a, b in zip(times[name], times[OURS], strict=True))
        for name in steps
        if name != OURS
    }
    return {
        "width": width,
        "batch": batch,
        "activation": activation,
        "step_us": {name: 1e6 * median(times[name]) for name in steps},
        "gflops": rates,
        "sgemm_gflops": sgemm,
        "large_sgemm_gflops": 2.0 * 1536**3 / median(times["large sgemm"]) / 1e9,
        "share_of_sgemm": median(shares),
        "times_faster_than": ratios,
    }


def verdicts(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each target of issue 2 that these results can answer."""
    out: list[dict[str, Any]] = []
    for result in results:
        size = (result["width"], result["batch"])
        if result["activation"] != "relu" or size not in TARGETS:
            continue
        share, ratio = TARGETS[size]
        where = f"width {size[0]}, batch {size[1]}"
        found = [("share of sgemm", result["share_of_sgemm"], share)]
        found.append((f"times {EAGER}", result["times_faster_than"].get(EAGER), ratio))
        out += [
            {"what": f"{what} at {where}", "measured": got, "target": least, "met": got >= least}
            for what, got, least in found
            if got is not None and least is not None
        ]
    return out


def text_of(results: list[dict[str, Any]], judged: list[dict[str, Any]]) -> str:
    """Lay out the table people read."""
    names = [OURS, EAGER, COMPILED, SKLEARN]
    header = ["width × batch, φ", *(f"{name} µs" for name in names)]
    header += [f"× {name}" for name in names[1:]]
    header += ["GF/s", "sgemm GF/s", "share", "large sgemm GF/s"]
    rows = []
    for r in results:
        step_us, ratio = r["step_us"], r["times_faster_than"]
        row = [f"{r['width']} × {r['batch']}, {r['activation']}"]
        row += [f"{step_us[name]:.0f}" if name in step_us else "–" for name in names]
        row += [f"{ratio[name]:.2f}" if name in ratio else "–" for name in names[1:]]
        row += [f"{r['gflops'][OURS]:.0f}", f"{r['sgemm_gflops']:.0f}"]
        row += [f"{r['share_of_sgemm']:.0%}", f"{r['large_sgemm_gflops']:.0f}"]
        rows.append(row)
    lines = [
        f"{'met   ' if v['met'] else 'MISSED'}  {v['what']}: {v['measured']:.2f} "
        f"(target {v['target']:.2f})"
        for v in judged
    ]
    return machine.table(header, rows) + "\n" + "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--activation", nargs="+", choices=ACTIVATIONS, default=["relu"])
    parser.add_argument("--widths", nargs="+", type=int, default=[64, 256, 512])
    parser.add_argument("--batches", nargs="+", type=int, default=[256, 1024])
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--seconds", type=float, default=0.03, help="of each contender a round")
    parser.add_argument("--name", default="training_speed", help="of the files in bench/results")
    options = parser.parse_args()
    about = machine.describe(PACKAGES, threads=1)
    with threadpool_limits(1):
        results = [
            compare(width, batch, activation, options.rounds, options.seconds)
            for activation in options.activation
            for width in options.widths
            for batch in options.batches
        ]
    judged = verdicts(results)
    text = machine.heading(about) + "\n" + text_of(results, judged)
    machine.save(options.name, text, {"about": about, "results": results, "targets": judged})
    return 0 if all(v["met"] for v in judged) else 1


if __name__ == "__main__":
    raise SystemExit(main())
