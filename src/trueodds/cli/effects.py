"""``trueodds effects``: how columns act on a model's log-odds."""

from collections.abc import Sequence
from math import exp, isfinite
from pathlib import Path

from trueodds.cli.console import note, print_facts, print_json, print_table
from trueodds.model import Model, load
from trueodds.model.effect import ColumnEffect, EffectPoint
from trueodds.model.explanation import factor_text
from trueodds.model.pair_words import HEAD, pair_row, pairs_told
from trueodds.table import Source, read_table
from trueodds.text import printable

LONGEST = 40


def run_effects(model_file: Path, rows: Source, columns: Sequence[str], *, as_json: bool) -> None:
    """Measure and print; no ``columns`` stands for those that move the forecasts most."""
    model = load(model_file)
    names = named(columns, model)
    frame, values = model.read_frame(read_table(rows))
    for text in (*frame.notes, *values.notes):
        note(f"Note: {text}")
    found = model.effects_of(values, names)
    if as_json:
        print_json("effects", {"model": str(model_file), "table": rows.shown, **found.to_json()})
        return
    for effect in found.columns:
        print_effect(effect)
        print()
    if found.pairs:
        print_table(HEAD, [pair_row(pair) for pair in found.pairs])
        print()
    moved = f"{found.of:,}; in each column, cells of about {found.rows:,} of them were changed"
    print_facts(
        [
            ("Rows", moved),
            ("Effect", "change of the log-odds in nats; 0 is the mean of the rows"),
            ("Band", "95 %, of the networks; the rows count as given"),
            *([("Pairs", pairs_told(found.pairs))] if found.pairs else []),
        ]
    )


def named(columns: Sequence[str], model: Model) -> list[str] | None:
    """Names from options, each one name or several with commas between; None if there are none."""
    known = {column.name for column in model.schema.columns}
    names: list[str] = []
    for text in columns:
        names += [text] if text in known else [name.strip() for name in text.split(",")]
    return names or None


def print_effect(found: ColumnEffect) -> None:
    """Print the places of one column as a table."""
    kind = "yes/no" if found.kind == "yesno" else found.kind
    name = printable(found.column, LONGEST)
    if not found.points:
        print(f"{name} ({kind}): no two places have enough rows")
        return
    print(f"{name} ({kind}): standard deviation {found.size:.3f} nats")
    apart = [p for p in (found.missing, found.other) if p is not None]
    rows = [_cells(point) for point in (*found.points, *apart)]
    print_table(("", "effect", "band", "odds", "rows"), rows)


def _cells(point: EffectPoint) -> tuple[str, ...]:
    known = isfinite(point.low) and isfinite(point.high)
    return (
        printable(point.cell, LONGEST),
        f"{point.effect:+.3f}",
        f"{point.low:+.3f} to {point.high:+.3f}" if known else "unknown",
        f"× {factor_text(exp(min(max(point.effect, -700.0), 700.0)))}",
        f"{point.rows:,}",
    )
