"""``trueodds inspect``: what a model file holds."""

from collections.abc import Sequence
from math import ceil, log2
from pathlib import Path
from typing import Any

from trueodds.cli.console import print_facts, print_json, print_table
from trueodds.cli.facts import (
    health_messages,
    print_scores,
    print_warnings,
    scored_text,
    target_text,
)
from trueodds.cli.layers import print_layers
from trueodds.model import Model, load
from trueodds.report.decision_words import costs_text
from trueodds.report.tables import KIND_WORDS, member_rows, treatment_lines
from trueodds.report.wording import averaging, calibration_verdict
from trueodds.text import printable

MOST_COLUMNS = 40
MOST_MEMBERS = 20
MOST_CROSSES = 8
LONGEST_CELL = 40


def run_inspect(model_file: Path, *, health: bool, as_json: bool) -> None:
    """Read a model file, which checks its checksum, and print what it holds."""
    model = load(model_file)
    if as_json:
        print_json("inspect", inspect_json(model_file, model))
    elif health:
        print_layers(model)
    else:
        print_model(model_file, model)


def print_model(model_file: Path, model: Model) -> None:
    """Print the parts of the model, each in a paragraph."""
    record = model.record
    print_facts(
        [
            ("Model", f"{model_file} ({model_file.stat().st_size / 1000:,.0f} kB, checksum good)"),
            ("Target", target_text(model)),
            ("Table", f"{model.source}, {model.schema.rows:,} rows"),
            *([("Roles", roles_text(model))] if roles_text(model) else []),
            ("SHA-256", model.source_sha256 or "not a file"),
            ("Network", network_text(model)),
            ("Exactness", rounding_text(model)),
            ("Training", f"{record.fold_rule}, effort {record.effort}, seed {record.seed}"),
            (
                "Calibrator",
                f"log-odds × {model.calibrator.slope:.4f} {model.calibrator.shift:+.4f}",
            ),
            *([("Decision", costs_text(model.costs))] if model.costs else []),
            ("Made with", ", ".join(f"{k} {v}" for k, v in model.versions.items())),
        ]
    )
    print()
    _print_columns(model)
    print()
    members = member_rows(record)
    print_table(
        ("member", "kind", "columns seen", "weight", "epochs", "kept", "log-loss"),
        members[:MOST_MEMBERS],
        left=(0, 1),
    )
    _more(len(members) - MOST_MEMBERS, "members")
    print()
    checks = model.checks()
    print_warnings(checks)
    print_scores(model.scores)
    print()
    health = health_messages(checks)
    print_facts(
        [
            ("Rows", scored_text(model)),
            ("Calibration", calibration_verdict(model.scores) or "not tested"),
            *_listed("Averaging", [text] if (text := averaging(model.scores)) else []),
            *_listed("Together", crosses_text(model)),
            *_listed("Health", health or ["all layers learn well"]),
            *_listed("Healed", treatment_lines(model.record)),
            *_listed("Notes", model.notes),
        ]
    )


def roles_text(model: Model) -> str:
    """The columns that were weights, groups or times and not inputs; empty if none."""
    texts = []
    roles = model.roles
    named = (("weight", roles.weight), ("group", roles.group), ("time", roles.time))
    for role, name in named:
        if name is not None:
            texts.append(f'{role} "{name}"' if name else f"{role} from an array")
    return ", ".join(texts)


def crosses(model: Model) -> dict[str, int]:
    """Crosses by name: columns read together, numbers read by value; in how many folds' networks.

    Those of most folds come first.
    """
    found: dict[str, int] = {}
    for tables in model.target_encodings:
        for table in tables:
            if table.cross is not None:
                found[table.source] = found.get(table.source, 0) + bool(table.log_odds.any())
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def crosses_text(model: Model) -> list[str]:
    """One line for each cross, at most `MOST_CROSSES`."""
    folds, found = len(model.target_encodings), crosses(model)
    lines = [f"{name} (in {count} of {folds} folds)" for name, count in found.items()]
    more = len(lines) - MOST_CROSSES
    return lines[:MOST_CROSSES] + ([f"… and {more:,} more: --json lists all"] if more > 0 else [])


def network_text(model: Model) -> str:
    """Layer sizes, activation, members and parameters."""
    networks = model.networks
    members = networks.members
    kinds = []
    if networks.mlps:
        layers = zip(*(members[number].sizes for number in networks.mlps), strict=True)
        sizes = " → ".join(_from_to(layer) for layer in layers)
        kinds.append(f"{sizes}, {networks.activation}")
    if networks.soft:
        trees = [members[n].sizes[1] // members[n].depth for n in networks.soft]
        depths = [members[n].depth for n in networks.soft]
        kinds.append(f"soft splits: {_from_to(trees)} trees of {_from_to(depths)} levels")
    return (
        f"{'; '.join(kinds)}; σ at the end; {len(members)} member"
        f"{'s' if len(members) != 1 else ''}, {sum(m.parameters for m in members):,} parameters"
    )


def _from_to(numbers: Sequence[int]) -> str:
    """The least and the largest number, or the one that all are."""
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,}–{most:,}"


def rounding_text(model: Model) -> str:
    """How much exact scoring changes the forecast, and the largest sum."""
    cost = model.rounding
    return (
        f"compared with float64, probabilities change by at most {cost.probability:.0e} and the "
        f"log-loss by {cost.log_loss:+.0e}; sums stay below "
        f"2^{ceil(log2(max(cost.largest_sum, 1.0)))}"
    )


def inspect_json(model_file: Path, model: Model) -> dict[str, Any]:
    """Return what ``inspect --json`` prints."""
    return {
        "model": str(model_file),
        "bytes": model_file.stat().st_size,
        "target": {
            "name": model.target_name,
            "yes": model.target_yes,
            "no": model.target_no,
            "rule": model.target_rule,
        },
        "warnings": [leak.to_json() for leak in model.schema.warnings],
        "source": model.source,
        "source_sha256": model.source_sha256,
        "roles": model.roles.to_json(),
        "schema": schema_json(model),
        "network": {
            "sizes": [list(member.sizes) for member in model.networks.members],
            "activation": model.networks.activation,
            "members": len(model.networks.members),
            "parameters": sum(member.parameters for member in model.networks.members),
        },
        "crosses": crosses(model),
        "rounding": model.rounding,
        "calibrator": model.calibrator,
        "record": model.record.to_json(),
        "scores": model.scores,
        "layers": model.layers,
        "health": list(model.health),
        "checks": [check.to_json() for check in model.checks()],
        "notes": list(model.notes),
        "versions": model.versions,
    }


def schema_json(model: Model) -> dict[str, Any]:
    """Return the schema with the kind "ignored", which the model file calls "aside"."""
    schema: dict[str, Any] = model.schema.to_json()
    for column in schema["columns"]:
        if column["kind"] == "aside":
            column["kind"] = "ignored"
    return schema


def _print_columns(model: Model) -> None:
    columns = model.schema.columns
    rows = []
    for column in columns[:MOST_COLUMNS]:
        rows.append(
            (
                printable(column.name, LONGEST_CELL),
                KIND_WORDS[column.kind],
                f"{column.missing:,}" if column.missing else "",
                f"{max(column.distinct, len(column.levels)):,}",
                printable(
                    column.reason or ("may leak the target" if column.leak else ""), LONGEST_CELL
                ),
            )
        )
    print_table(("column", "kind", "missing", "distinct", ""), rows, left=(0, 1, 4))
    _more(len(columns) - MOST_COLUMNS, "columns")


def _more(count: int, what: str) -> None:
    if count > 0:
        print(f"… and {count:,} more {what}: --json lists all")


def _listed(label: str, texts: Any) -> list[tuple[str, str]]:
    return [(label if i == 0 else "", text) for i, text in enumerate(texts)]
