"""How often numbered checks fire on healthy tables, and whether they find planted faults.

Healthy tables of 400 to 1,000 rows are fitted with ``quick`` effort. Each model is checked, and so
are its scores, its decisions and its drift on fresh rows of the same distribution. Then the fault
of each code is planted in such a table, in its training (`bench/planted.py`), or in the new rows.
Every table is a line of NAME.jsonl: started again, the run goes on where it was. A rate above 2 %
is an error.
"""

import argparse
import json
import multiprocessing
import os
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import warnings  # noqa: E402

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

import machine  # noqa: E402
from check_tables import FIT_PLANTS, FRESH, KINDS, USE_PLANTS, healthy, new_rows  # noqa: E402
from planted import PLANTS, record_of  # noqa: E402
from trueodds.columns import read_target  # noqa: E402
from trueodds.columns.roles import RoleColumns  # noqa: E402
from trueodds.evaluation.costs import Costs  # noqa: E402
from trueodds.main_job import learn  # noqa: E402
from trueodds.model import Model  # noqa: E402
from trueodds.model.checks import (  # noqa: E402
    RULES,
    checks_of_decision,
    checks_of_drift,
    checks_of_evaluation,
)
from trueodds.model.checks.health import CODES  # noqa: E402
from trueodds.model.drift import drift  # noqa: E402
from trueodds.table import as_frame  # noqa: E402
from trueodds.training.training_record import MemberRecord  # noqa: E402

PAGES = Path(__file__).parents[1] / "docs" / "checks"
MOST = 0.02
"""Largest share of healthy tables on which a check may fire."""
FIRST = 2_000
"""The first seed of the committed run; lower seeds set thresholds and rules."""
Job = tuple[str, int]
"""A kind of healthy table or the code of a plant, and a seed."""


def fitted(table: pl.DataFrame, seed: int) -> Model:
    """A model of the table's column y; ``person`` and ``moment`` are groups and times."""
    roles = {"person": "groups", "moment": "time"}
    given = {role: table[name].to_numpy() for name, role in roles.items() if name in table.columns}
    inputs = table.drop("y", *roles, strict=False)
    return learn(
        as_frame(inputs),
        read_target(table["y"], name="y", positive="yes"),
        effort="quick",
        seed=seed,
        jobs=1,
        roles=RoleColumns(
            group="person" if "groups" in given else None,
            time="moment" if "time" in given else None,
        ),
        costs=Costs(1.0, 2.0, 0.0),
        **given,
    ).model


def codes_in_use(model: Model, labelled: pl.DataFrame) -> set[str]:
    """Checks of new rows that fired: of scores, of decisions, of drift."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = model.read(labelled)
        found = [
            *checks_of_evaluation(model, model.evaluate(labelled)),
            *checks_of_decision(model.decide(labelled).decision),
            *checks_of_drift(drift(model, values, model.log_odds_of(values))),
        ]
    return {check.code for check in found}


def one_table(job: Job) -> dict[str, Any]:
    """Codes that fire on one table: those of the fit, and those of new rows."""
    name, seed = job
    rng = np.random.default_rng([seed, *map(ord, name)])
    if name in CODES.values():
        return {"name": name, "seed": seed, "fit": _planted_in_training(name, seed), "use": []}
    kind, plant = FIT_PLANTS.get(name, (name if name in KINDS else "mixed", None))
    rows = healthy(kind, int(rng.integers(400, 1001)), rng)
    table, fresh = rows.labelled(rng), healthy(kind, FRESH, rng, start=1.0)
    model = fitted(table if plant is None else plant(table, rng), seed)
    use = set[str]()
    if name in KINDS:
        use = codes_in_use(model, fresh.labelled(rng))
    elif name in USE_PLANTS:
        use = codes_in_use(model, new_rows(name, table, fresh, rng))
    fit = sorted({check.code for check in model.checks()})
    return {"name": name, "seed": seed, "fit": fit, "use": sorted(use)}


def _planted_in_training(code: str, seed: int) -> list[str]:
    """Codes of a model whose only member was trained with a planted fault."""
    from trueodds.model.checks.health import health_checks

    (kind,) = [kind for kind, of in CODES.items() if of == code]
    plant = next(plant for plant in PLANTS if kind in plant.truth)
    health = record_of(plant, seed)
    member = MemberRecord(0, 0, 1, 1, 1, (), (), health=health)
    model = _any_model()
    record = replace(model.record, members=(member,))
    return sorted({check.code for check in health_checks(replace(model, record=record))})


def _any_model() -> Model:
    """A model whose record is replaced: that of the golden files."""
    import trueodds

    return trueodds.load(Path(__file__).parents[1] / "tests" / "golden" / "relu.odds")


def run(jobs: list[Job], processes: int, path: Path | None) -> list[dict[str, Any]]:
    """All tables, those of the journal among them."""
    lines = path.read_text().splitlines() if path is not None and path.exists() else []
    done = [json.loads(line) for line in lines]
    ready = {(one["name"], one["seed"]) for one in done}
    todo = [job for job in jobs if job not in ready]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for found in pool.imap_unordered(one_table, todo):
            done.append(found)
            if path is not None:
                with path.open("a") as journal:
                    print(json.dumps(found), file=journal)
    wanted = set(jobs)
    return [one for one in done if (one["name"], one["seed"]) in wanted]


def judged(done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each code: healthy tables, those on which it fires, planted faults, those found."""
    out = []
    for code in RULES:
        tables = [one for one in done if one["name"] in KINDS]
        if code == "TO107":
            tables = [one for one in tables if one["name"] == "time"]
        alarms = [one for one in tables if code in one["fit"] or code in one["use"]]
        planted = [one for one in done if one["name"] == code]
        found = [one for one in planted if code in one["fit"] or code in one["use"]]
        out.append(
            {
                "code": code,
                "title": RULES[code].title,
                "healthy": len(tables),
                "alarms": len(alarms),
                "rate": len(alarms) / max(1, len(tables)),
                "planted": len(planted),
                "found": len(found),
            }
        )
    return out


def table_of(found: list[dict[str, Any]]) -> str:
    header = ["check", "", "healthy tables", "fired", "rate", "planted", "found"]
    rows = [
        [
            one["code"],
            one["title"],
            f"{one['healthy']}",
            f"{one['alarms']}",
            f"{one['rate']:.1%}",
            f"{one['planted']}",
            f"{one['found']}",
        ]
        for one in found
    ]
    return machine.table(header, rows)


def measured(one: dict[str, Any]) -> str:
    """What a check's page says of the run."""
    return (
        f"**Measured.** It fired on {one['alarms']} of {one['healthy']} healthy tables "
        f"({one['rate']:.1%}), and found {one['found']} of {one['planted']} planted faults "
        "([check_alarms.txt](../../bench/results/check_alarms.txt))."
    )


def write_pages(found: list[dict[str, Any]]) -> None:
    """Put the figures of the run at the end of the checks' pages."""
    for one in found:
        page = PAGES / f"{one['code']}.md"
        text = page.read_text(encoding="utf-8").split("**Measured.**")[0]
        page.write_text(text + textwrap.fill(measured(one), 100) + "\n", encoding="utf-8")


def all_jobs(tables: int, plants: int, first: int) -> list[Job]:
    """Planted faults of each code, and healthy tables of each kind."""
    jobs = [(code, first + n) for n in range(plants) for code in RULES]
    return jobs + [(KINDS[n % len(KINDS)], first + n // len(KINDS)) for n in range(tables)]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=200, help="healthy ones")
    parser.add_argument("--plants", type=int, default=5, help="of each code")
    parser.add_argument("--first", type=int, default=FIRST, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default="check_alarms", help="of the files written")
    parser.add_argument("--out", type=Path, default=machine.RESULTS)
    options = parser.parse_args()
    jobs = all_jobs(options.tables, options.plants, options.first)
    done = run(jobs, options.processes, options.out / f"{options.name}.jsonl")
    found = judged(done)
    about = machine.describe(("numpy", "numba"), 1)
    text = machine.heading(about) + "\n" + table_of(found)
    machine.save(options.name, text, {"about": about, "checks": found}, options.out)
    if options.out == machine.RESULTS:
        write_pages(found)
    wrong = [one for one in found if one["rate"] > MOST or one["found"] < one["planted"]]
    for one in wrong:
        print(f"{one['code']}: {one['rate']:.1%} alarms, {one['found']} of {one['planted']} found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
