"""Every picture and number of ``docs/sigmoid.md``.

Usage: ``python bench/sigmoid_figures.py [--check]``. Draws ``docs/figures/*.svg`` and rewrites the
blocks of the page between ``<!-- numbers: NAME -->`` and ``<!-- end -->``; with ``--check`` it
changes nothing and fails if a block on the page or a picture is not what it would write.
"""

import argparse
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import altair as alt
import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds import functions

DOCS = Path(__file__).parents[1] / "docs"
FIGURES = DOCS / "figures"
SIZE = {"width": 420, "height": 240}
Array = NDArray[np.float64]


def curves(x: Array, lines: dict[str, Array], across: str, up: str, log: bool = False) -> alt.Chart:
    """A chart of several named curves over one axis."""
    frame = pl.concat(
        pl.DataFrame({"x": x, "y": y, "curve": [name] * x.size}) for name, y in lines.items()
    ).filter(pl.col("y").is_finite() & ((pl.col("y") > 0) | pl.lit(not log)))
    scale = alt.Scale(type="log" if log else "linear", zero=False)
    axis = alt.Axis(format="~e" if log else "~g")
    return (
        alt.Chart(frame)
        .mark_line(clip=True)
        .encode(
            x=alt.X("x:Q", title=across, scale=alt.Scale(nice=False)),
            y=alt.Y("y:Q", title=up, scale=scale, axis=axis),
            color=alt.Color(
                "curve:N", title=None, sort=list(lines), legend=alt.Legend(orient="top")
            ),
        )
        .properties(**SIZE)
    )


def gradient_through(name: str, depth: int, width: int = 64, batch: int = 256) -> Array:
    """Root mean square of the gradient at each layer of a deep random network, last layer 1."""
    rng = np.random.default_rng(0)
    scale = {"sigmoid": 1.0, "tanh": 1.0, "relu": 2.0**0.5}[name]
    h = rng.normal(size=(batch, width))
    weights, slopes = [], []
    for _ in range(depth):
        w = rng.normal(size=(width, width)) * scale / width**0.5
        z = h @ w
        if name == "sigmoid":
            h, slope = functions.sigmoid(z), functions.sigmoid_grad(z)
        elif name == "tanh":
            h = np.tanh(z)
            slope = 1.0 - h * h
        else:
            h, slope = np.maximum(z, 0.0), (z > 0.0).astype(float)
        weights.append(w)
        slopes.append(slope)
    gradient = rng.normal(size=(batch, width))
    sizes = []
    for w, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = (gradient * slope) @ w.T
        sizes.append(float(np.sqrt((gradient**2).mean())))
    return np.array(sizes[::-1])


def naive_loss(z: Array) -> Array:
    """−log σ(z) the textbook way, in float32: the probability first, its logarithm after."""
    with np.errstate(all="ignore"):
        z32 = z.astype(np.float32)
        return -np.log(np.float32(1) / (np.float32(1) + np.exp(-z32))).astype(np.float64)


def figures() -> dict[str, alt.Chart]:
    """All pictures by file name."""
    x = np.linspace(-8.0, 8.0, 801)
    p = np.linspace(0.001, 0.999, 999)
    layers = np.arange(1.0, 31.0)
    z = np.linspace(-110.0, 20.0, 1301).astype(np.float32).astype(np.float64)
    silu = x * functions.sigmoid(x)
    hidden = {
        "ReLU": np.maximum(x, 0.0),
        "SiLU, x σ(x)": silu,
        "softplus": functions.softplus(x),
        "sigmoid": functions.sigmoid(x),
    }
    deep = {name: gradient_through(name, 30) for name in ("sigmoid", "tanh", "relu")}
    exact = functions.softplus(-z)
    with np.errstate(all="ignore"):
        wrong = np.abs(naive_loss(z) / exact - 1.0).clip(1e-9, 10.0)
        ours = functions.softplus((-z).astype(np.float32)).astype(np.float64) / exact - 1.0
    lost = {"log(σ(z)), float32": wrong, "log_sigmoid, float32": np.abs(ours).clip(1e-9)}
    return {
        "sigmoid": curves(x, {"σ(x)": functions.sigmoid(x)}, "log-odds x", "probability"),
        "logit": curves(p, {"logit(p)": functions.logit(p)}, "probability p", "log-odds"),
        "slope": curves(x, {"σ′(x) = σ(x) (1 − σ(x))": functions.sigmoid_grad(x)}, "x", "slope"),
        "depth": curves(layers, deep, "layer (of 30)", "size of the gradient", log=True),
        "hidden": curves(x, hidden, "x", "activation"),
        "digits": curves(z, lost, "log-odds z", "relative error of −log σ(z)", log=True),
    }


def table(header: str, rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    columns = header.count("|") + 1
    lines = [f"| {header} |", "|" + " --- |" * columns]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def values() -> str:
    """σ at a few points, with its inverse and slope."""
    rows = [
        (
            f"{x:g}",
            f"{functions.sigmoid(x):.6f}",
            f"{np.exp(x):.4g}",
            f"{functions.sigmoid_grad(x):.6f}",
        )
        for x in (-6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0)
    ]
    return table("log-odds x | probability σ(x) | odds eˣ | slope σ′(x)", rows)


def neuron() -> str:
    """A weighted sum becomes a probability."""
    weights, inputs, bias = np.array([0.8, -1.2, 0.5]), np.array([2.0, 1.0, 0.4]), 0.3
    z = float(weights @ inputs + bias)
    p = float(functions.sigmoid(z))
    return (
        f"0.8 · 2.0 − 1.2 · 1.0 + 0.5 · 0.4 + 0.3 = **{z:.2f}**, and σ({z:.2f}) = **{p:.4f}**; "
        f"back again, logit({p:.4f}) = ln({p:.4f} / {1 - p:.4f}) = {functions.logit(p):.2f}."
    )


def saturation() -> str:
    """How small the slope gets, and what that does with depth."""
    sizes = {name: gradient_through(name, 30) for name in ("sigmoid", "tanh", "relu")}
    rows = [
        (name, f"{size[-1]:.2g}", f"{size[19]:.2g}", f"{size[9]:.2g}", f"{size[0]:.2g}")
        for name, size in sizes.items()
    ]
    head = "activation | layer 30 | layer 20 | layer 10 | layer 1"
    mean = functions.sigmoid(np.random.default_rng(0).normal(size=100_000)).mean()
    return (
        f"σ′(0) = {functions.sigmoid_grad(0.0):g}, σ′(5) = {functions.sigmoid_grad(5.0):.4f}, "
        f"σ′(10) = {functions.sigmoid_grad(10.0):.2g}; ten layers at the very best multiply by "
        f"0.25¹⁰ = {0.25**10:.2g}. The mean output for centred inputs is {mean:.3f}, not 0.\n\n"
        "Size of the gradient in a random network of 30 layers of 64 neurons, variance 1 / 64 "
        "(ReLU: 2 / 64):\n\n" + table(head, rows)
    )


def digits() -> str:
    """The textbook loss beside the one from logits, float32."""
    rows = []
    for z in (-100.0, -20.0, 5.0, 15.0, 17.5, 30.0):
        naive = naive_loss(np.array([z]))[0]
        right = -functions.log_sigmoid(np.float32(z))
        rows.append((f"{z:g}", f"{naive + 0.0:.7g}", f"{right + 0.0:.7g}"))
    return table("z | −log(1 / (1 + e⁻ᶻ)) | −log_sigmoid(z)", rows)


def nearly_right() -> str:
    """The gradient σ(z) − 1 by subtraction and without it, float32."""
    z = np.float32(18.0)
    plain = functions.sigmoid(z) - np.float32(1)
    exact = functions.log_loss_grad_from_logits(z, np.float32(1))
    return (
        f"At z = 18 and y = 1, `sigmoid(z) - y` in float32 is {float(plain):g}: the neuron stops "
        f"learning. `log_loss_grad_from_logits(z, y)` is {float(exact):.6g}."
    )


def limits() -> str:
    """Where float32 ends."""
    x = np.arange(17.0, 18.0, 2.0**-19, dtype=np.float32)
    one = x[functions.sigmoid(x) == 1][0]
    low = np.arange(-90.0, -88.0, 2.0**-17, dtype=np.float32)
    with np.errstate(all="ignore"):
        over = low[np.isinf(np.exp(-low))][-1]
    return (
        f"In float32, σ(z) is exactly 1 from z = {one:.2f} on, so its logarithm is 0; and e⁻ᶻ "
        f"overflows from z = {over:.2f} down, so the loss is infinite."
    )


NUMBERS: dict[str, Callable[[], str]] = {
    "neuron": neuron,
    "values": values,
    "saturation": saturation,
    "limits": limits,
    "digits": digits,
    "nearly right": nearly_right,
}


def rewritten(page: str) -> str:
    """The page with every block of numbers worked out anew."""
    for name, numbers in NUMBERS.items():
        block = re.compile(rf"(<!-- numbers: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not block.search(page):
            raise SystemExit(f"docs/sigmoid.md has no block of numbers called {name!r}")
        text = numbers()
        page = block.sub(lambda m, text=text: f"{m[1]}{text}\n{m[2]}", page)
    return page


def drawing(chart: alt.Chart) -> str:
    """The chart as SVG."""
    text = io.StringIO()
    chart.configure(background="white").save(text, format="svg")
    return text.getvalue()


def same_picture(one: str, other: str) -> bool:
    """Whether two drawings have the same words and shapes, to half a pixel."""
    number = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
    if number.sub("#", one) != number.sub("#", other):
        return False
    pairs = zip(number.findall(one), number.findall(other), strict=True)
    return all(abs(float(a) - float(b)) <= 0.5 for a, b in pairs)


def outdated(page: str) -> list[str]:
    """Which of the page's numbers and pictures are not what this script makes now."""
    wrong = [] if rewritten(page) == page else ["numbers"]
    drawn = figures()
    if set(re.findall(r"figures/(\w+)\.svg", page)) != set(drawn):
        wrong.append("the page's list of figures")
    for name, chart in drawn.items():
        path = FIGURES / f"{name}.svg"
        if not path.exists() or not same_picture(path.read_text("utf-8"), drawing(chart)):
            wrong.append(path.name)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if outdated")
    options = parser.parse_args()
    path = DOCS / "sigmoid.md"
    page = path.read_text(encoding="utf-8")
    if options.check:
        wrong = outdated(page)
        if wrong:
            print("not what the script makes:", ", ".join(wrong))
        return 1 if wrong else 0
    FIGURES.mkdir(exist_ok=True)
    for name, chart in figures().items():
        (FIGURES / f"{name}.svg").write_text(drawing(chart), encoding="utf-8")
    path.write_text(rewritten(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
