"""What exported models give on real rows, beside Python: the largest difference, and the sizes.

    python bench/export_figures.py --epochs 2 --shown 2000
    python bench/export_figures.py --tables titanic german_credit

A model of each table is exported, and every row of the table is scored: by onnxruntime all of them,
by the JavaScript module and the queries the first. Cells are the file's own: text, categories and
missing cells; every tenth row gets a level that no training row had. With --epochs networks of
the recipe's size are trained for a short time: the exports do the same work, the fit takes less.
"""

import argparse
import json
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import onnxruntime
import polars as pl

import machine
import tables
import trueodds.main_job as main_job
from trueodds.columns import read_target
from trueodds.errors import TrueOddsError
from trueodds.export import onnx_inputs, to_javascript, to_onnx, to_sql
from trueodds.model import Model
from trueodds.table import as_frame, read_table
from trueodds.training.recipe import Recipe, recipe_for

PACKAGES = ("trueodds", "onnx", "onnxruntime", "duckdb", "numpy", "polars")
STANDARD = ("german_credit", "titanic")
"""Tables whose models have soft splits; the others are quick, which a query can be made of."""
EXPORTS = ("ONNX", "JavaScript", "DuckDB")
BATCH = 2048
NODE = """
import { readFileSync } from "node:fs";
const { score } = await import(process.argv[2]);
const rows = JSON.parse(readFileSync(0, "utf-8"));
console.log(JSON.stringify(rows.map((row) => score(row).probability)));
"""


@dataclass(frozen=True)
class Case:
    """A table's model, and all rows of the table."""

    name: str
    effort: str
    model: Model
    rows: pl.DataFrame


def case(name: str, effort: str, shown: int, epochs: int) -> Case:
    about = next(entry for entry in tables.manifest() if entry["name"] == name)
    frame = read_table(machine.DATA / about["file"])
    target = about["target"]
    y = frame.column(target)
    known = (y.is_not_null() & (y.str.strip_chars() != "")).to_numpy()
    frame = frame.take(np.flatnonzero(known))
    chosen = np.sort(np.random.default_rng(0).permutation(frame.rows)[:shown])
    train = frame.take(chosen)
    with warnings.catch_warnings(), brief(epochs):
        warnings.simplefilter("ignore", UserWarning)
        asked = read_target(train.column(target), name=target, positive=about["positive"].strip())
        inputs = train.without([target])
        model = main_job.learn(inputs, asked, drop=about["drop"], effort=effort, jobs=1).model
    rows = frame.without([target]).data
    texts = [c.name for c in model.schema.used if c.kind == "category" and not c.words]
    tenth = pl.int_range(pl.len()) % 10 == 0
    odd = [
        pl.when(tenth).then(pl.lit("never seen")).otherwise(pl.col(f"^{name}$")).alias(name)
        for name in texts[:1]
        if name.isidentifier()
    ]
    return Case(name, effort, model, rows.with_columns(odd))


@contextmanager
def brief(epochs: int) -> Iterator[None]:
    """Within the block, networks are trained for so many epochs; 0 for those of the recipe."""
    full = main_job.recipe_for

    def short(effort: str) -> Recipe:
        return replace(recipe_for(effort), epochs=epochs, least_steps=1)

    if epochs:
        main_job.recipe_for = short
    try:
        yield
    finally:
        main_job.recipe_for = full


def parts_of(model: Model) -> str:
    """What the model has that an export may get wrong."""
    encodings = [table for tables in model.target_encodings for table in tables]
    has = {
        "soft splits": bool(model.networks.soft),
        "target encodings": any(t.cross is None and t.text is None for t in encodings),
        "crosses": any(t.cross is not None for t in encodings),
        "words": any(t.text is not None for t in encodings),
        "dates": any(column.kind == "date" for column in model.schema.used),
    }
    return ", ".join(name for name, there in has.items() if there)


def by_onnx(found: Case, expected: np.ndarray) -> tuple[str, ...]:
    data = to_onnx(found.model)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    far = 0.0
    began = time.process_time()
    for start in range(0, found.rows.height, BATCH):
        inputs = onnx_inputs(found.model, found.rows[start : start + BATCH])
        (made,) = session.run(["probability"], inputs)
        far = max(far, float(np.abs(made[:, 0] - expected[start : start + BATCH]).max()))
    micros = 1e6 * (time.process_time() - began) / found.rows.height
    return f"{found.rows.height:,}", f"{far:.1e}", f"{len(data) / 1e3:,.0f}", f"{micros:.0f}"


def by_javascript(found: Case, expected: np.ndarray, most: int) -> tuple[str, ...]:
    module = to_javascript(found.model)
    rows = found.rows.head(most)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mjs"
        path.write_text(module, encoding="utf-8")
        done = subprocess.run(
            ["node", "--input-type=module", "-e", NODE, "-", path.as_uri()],
            input=json.dumps(rows.to_dicts()),
            capture_output=True,
            text=True,
            check=True,
        )
    made = np.array(json.loads(done.stdout))
    far = float(np.abs(made - expected[:most]).max())
    return f"{rows.height:,}", f"{far:.1e}", f"{len(module) / 1e3:,.0f}", ""


def by_duckdb(found: Case, expected: np.ndarray, most: int) -> tuple[str, ...]:
    try:
        query = to_sql(found.model, "duckdb", "new_rows")
    except TrueOddsError as error:
        print(f"{found.name}: {error}", flush=True)
        return "", "refused", "", ""
    values = found.model.read(found.rows.head(most))
    columns = [pl.Series("nr", range(values.rows))]
    for column in found.model.schema.used:
        if column.coded:
            columns.append(found.rows[column.name].head(most).alias(column.name))
            continue
        numbers = pl.Series(column.name, values.numbers[column.name]).fill_nan(None)
        if column.kind == "date":
            numbers = pl.from_epoch((numbers * 1e6).round().cast(pl.Int64), "us")
        columns.append(numbers.alias(column.name))
    typed = pl.DataFrame(columns)
    with duckdb.connect() as base:
        base.register("new_rows", typed.to_arrow())
        made = pl.DataFrame(base.sql(query)).sort("nr")["probability"].to_numpy()
    far = float(np.abs(made - expected[: len(made)]).max())
    return f"{len(made):,}", f"{far:.1e}", f"{len(query) / 1e3:,.0f}", ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", help="all, if none is named")
    parser.add_argument("--shown", type=int, default=10**9, help="training rows, at most")
    parser.add_argument("--epochs", type=int, default=0, help="0 for those of the recipe")
    parser.add_argument("--few", type=int, default=200, help="rows of JavaScript and queries")
    parser.add_argument("--name", default="export")
    given = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    header = [
        "table",
        "effort",
        "networks",
        "it has",
        "export",
        "rows",
        "difference",
        "kB",
        "µs a row",
    ]
    lines, rows, far = [], 0, dict.fromkeys(EXPORTS, 0.0)
    for name in given.tables or [entry["name"] for entry in tables.manifest()]:
        effort = "standard" if name in STANDARD else "quick"
        found = case(name, effort, given.shown, given.epochs)
        expected = found.model.predict(as_frame(found.rows))
        parts = (
            by_onnx(found, expected),
            by_javascript(found, expected, given.few),
            by_duckdb(found, expected, given.few),
        )
        made = dict(zip(EXPORTS, parts, strict=True))
        rows += found.rows.height
        for kind, cells in made.items():
            far[kind] = max(far[kind], float(cells[1]) if cells[0] else 0.0)
        networks = str(len(found.model.networks.members))
        about = [name, found.effort, networks, parts_of(found.model)]
        lines += [[*about, kind, *cells] for kind, cells in made.items()]
        print(lines[-3:], flush=True)
    trained = f"networks trained for {given.epochs} epochs" if given.epochs else "full recipe"
    shown = f"at most {given.shown:,} training rows" if given.shown < 10**9 else "all training rows"
    text = (
        machine.heading(machine.describe(PACKAGES, 1))
        + f"\nLargest difference of a probability from Python's ({trained}, {shown})\n\n"
        + machine.table(header, lines)
        + f"\n{len(lines) // len(EXPORTS)} tables, {rows:,} rows by ONNX. Largest differences: "
        + ", ".join(f"{kind} {most:.1e}" for kind, most in far.items())
        + ".\n"
    )
    machine.RESULTS.joinpath(f"{given.name}.txt").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
