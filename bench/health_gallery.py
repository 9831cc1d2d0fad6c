"""The gallery of ``docs/health.md``: every planted fault with picture, numbers and cure.

Usage: ``python bench/health_gallery.py [--check]``. Trains one case of every plant, draws
``docs/figures/health-*.svg`` and rewrites the page between ``<!-- gallery -->`` and
``<!-- end -->``; with ``--check`` it changes nothing and fails if a number there is another.
"""

import argparse
import re
import sys
from pathlib import Path

import altair as alt
import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from planted import PLANTS, Plant, cured, record_of
from trueodds.health.diagnose import diagnose
from trueodds.health.findings import Finding
from trueodds.health.health_record import HealthRecord
from trueodds.health.measure import DENSITY_BINS, DENSITY_REACH

DOCS = Path(__file__).parents[1] / "docs"
SEED = 4000
SIZE = {"width": 380, "height": 180}
BLOCK = re.compile(r"(<!-- gallery -->\n).*?(<!-- end -->)", re.DOTALL)
BY_DENSITY = ("saturated layer", "dead units", "off-centre activations", "unscaled input")
BY_DEPTH = ("vanishing gradient", "exploding gradient")
BY_STEP = ("learning rate too high", "learning rate too low", "frozen layer")


def line(
    frame: pl.DataFrame, across: str, up: str, log: bool = False, point: bool = True
) -> alt.Chart:
    """Named lines over one axis."""
    scale = alt.Scale(type="log" if log else "linear", zero=False)
    axis = alt.Axis(format="~e" if log else "~g", tickCount=6)
    return (
        alt.Chart(frame)
        .mark_line(point=point)
        .encode(
            x=alt.X("x:Q", title=across),
            y=alt.Y("y:Q", title=up, scale=scale, axis=axis),
            color=alt.Color("line:N", title=None, sort=None),
        )
        .properties(**SIZE)
    )


def densities(record: HealthRecord) -> alt.Chart:
    """Pre-activations of the first, middle and last layer."""
    edges = np.linspace(-DENSITY_REACH, DENSITY_REACH, DENSITY_BINS + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    last = len(record.names) - 1
    rows = [
        {"x": float(x), "y": share / 1000, "line": record.names[p]}
        for p in sorted({0, last // 2, last})
        for x, share in zip(middle, record.densities[p], strict=True)
    ]
    across = "pre-activation (outermost: all beyond)"
    return line(pl.DataFrame(rows), across, "share", point=False)


def flow(record: HealthRecord) -> alt.Chart:
    """Gradient by pre-activations over depth, at the first and the last snapshot."""
    rows = [
        {"x": s.layer, "y": max(s.flow, 1e-45), "line": f"step {record.snapshots[number].step}"}
        for number in (0, -1)
        for s in record.snapshots[number].states
        if s.flow < 1e37
    ]
    return line(pl.DataFrame(rows), "layer", "size of the gradient", log=True)


def updates(record: HealthRecord) -> alt.Chart:
    """Length of a step over the weights, by step."""
    rows = [
        {"x": snapshot.step, "y": max(state.update, 1e-12), "line": name}
        for snapshot in record.snapshots
        for name, state in zip(record.names, snapshot.states, strict=True)
        if state.update < 1e37
    ]
    return line(pl.DataFrame(rows), "step", "step / weights", log=True)


def losses(record: HealthRecord) -> alt.Chart:
    """Training and held-out loss."""
    rows = [
        {"x": n, "y": loss, "line": name}
        for name, curve in (("training", record.train_loss), ("held out", record.held_out_loss))
        for n, loss in enumerate(curve, 1)
        if loss < 1e37
    ]
    rows += [{"x": n, "y": record.base_loss, "line": "base rate"} for n in (1, len(rows) // 2)]
    return line(pl.DataFrame(rows), "evaluation", "log-loss")


def picture(record: HealthRecord, kind: str) -> alt.Chart:
    """The picture in which the fault shows best."""
    if kind in BY_DENSITY:
        return densities(record)
    if kind in BY_DEPTH:
        return flow(record)
    return updates(record) if kind in BY_STEP else losses(record)


def slug(plant: Plant) -> str:
    """A file name."""
    return "health-" + re.sub(r"\W+", "-", plant.name.lower()).strip("-")


def section(plant: Plant) -> tuple[str, alt.Chart]:
    """Text and picture of one fault."""
    record = record_of(plant, SEED)
    found = diagnose(record)
    hit: Finding = next(f for f in found if f.kind in plant.truth)
    others = sorted({f.kind for f in found} - {hit.kind})
    of = f"{record.activations[0]}, {record.layers[-1]} hidden layer"
    lines = [
        f"### {hit.kind.capitalize()}: {plant.name}",
        f"![{plant.name}](figures/{slug(plant)}.svg)",
        f"*{of}{'s' if record.layers[-1] > 1 else ''}, {record.steps} steps.* {hit.message()}.",
    ]
    if others:
        lines.append(f"Found beside it: {', '.join(others)}.")
    changes, after = cured(plant, SEED, found)
    if changes and after is not None:
        best = min(record.held_out_loss)
        cured_loss = min(after.held_out_loss)
        lines.append(
            f"Cure tried: {'; '.join(c.in_words() for c in changes)}. Best held-out loss "
            f"{best:.3f} before, {cured_loss:.3f} after (base rate's {record.base_loss:.3f})."
        )
    return "\n\n".join(lines), picture(record, hit.kind)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if outdated")
    options = parser.parse_args()
    with threadpool_limits(1):
        sections = {plant: section(plant) for plant in PLANTS}
    page = DOCS / "health.md"
    old = page.read_text(encoding="utf-8")
    text = "\n\n".join(told for told, _ in sections.values())
    new = BLOCK.sub(lambda match: f"{match[1]}{text}\n{match[2]}", old)
    if options.check:
        return 0 if new == old else 1
    for plant, (_, chart) in sections.items():
        chart.configure(background="white").save(DOCS / "figures" / f"{slug(plant)}.svg")
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
