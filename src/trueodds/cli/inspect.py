"""``trueodds inspect``: what is inside a model file."""

from collections.abc import Sequence
from math import ceil, log2
from pathlib import Path
from typing import Any

from trueodds.cli.console import clean, print_facts, print_json, print_table
from trueodds.cli.health import tell_layers
from trueodds.cli.summary import print_leaks, print_scores, told_scored, told_target
from trueodds.model import Model, load
from trueodds.report.tables import KIND_WORDS, member_rows, treatment_lines
from trueodds.report.wording import averaging, calibration_verdict

MOST_COLUMNS = 40
MOST_MEMBERS = 20
LONGEST_CELL = 40


def run_inspect(model_file: Path, *, health: bool, as_json: bool) -> None:
    """Read a model file, which checks its checksum, and tell what it holds."""
    model = load(model_file)
    if as_json:
        print_json(inspect_json(model_file, model))
    elif health:
        tell_layers(model)
    else:
        tell_model(model_file, model)


def tell_model(model_file: Path, model: Model) -> None:
    """Print the model's parts, one paragraph each."""
    record = model.record
    print_facts(
        [
            ("Model", f"{model_file} ({model_file.stat().st_size / 1000:,.0f} kB, checksum good)"),
            ("Target", told_target(model)),
            ("Table", f"{model.source}, {model.schema.rows:,} rows"),
            *([("Roles", told_roles(model))] if told_roles(model) else []),
            ("SHA-256", model.source_sha256 or "not a file"),
            ("Network", told_network(model)),
            ("Exactness", told_rounding(model)),
            ("Training", f"{record.fold_rule}, effort {record.effort}, seed {record.seed}"),
            (
                "Calibrator",
                f"log-odds × {model.calibrator.slope:.4f} {model.calibrator.shift:+.4f}",
            ),
            ("Made with", ", ".join(f"{k} {v}" for k, v in model.versions.items())),
        ]
    )
    print()
    _print_columns(model)
    print()
    members = member_rows(record)
    print_table(
        ("member", "columns seen", "weight", "epochs", "kept", "log-loss"), members[:MOST_MEMBERS]
    )
    _more(len(members) - MOST_MEMBERS, "members")
    print()
    print_leaks(model)
    print_scores(model.scores)
    print()
    health = list(model.health) or ["all layers learn well"]
    print_facts(
        [
            ("Rows", told_scored(model)),
            ("Calibration", calibration_verdict(model.scores) or "not tested"),
            *_listed("Averaging", [told] if (told := averaging(model.scores)) else []),
            *_listed("Health", health),
            *_listed("Healed", treatment_lines(model.record)),
            *_listed("Notes", model.notes),
        ]
    )


def told_roles(model: Model) -> str:
    """Which columns were no inputs but weights, groups or times; empty when none."""
    told = []
    for role, name in model.roles.to_json().items():
        if name is not None:
            told.append(f'{role} "{name}"' if name else f"{role} from an array")
    return ", ".join(told)


def told_network(model: Model) -> str:
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


def told_rounding(model: Model) -> str:
    """What exact scoring changes, and the proof's margin."""
    cost = model.rounding
    return (
        f"probabilities change by at most {cost.probability:.0e}, log-loss by {cost.log_loss:+.0e} "
        f"against float64; sums stay below 2^{ceil(log2(max(cost.largest_sum, 1.0)))}"
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
        "schema": model.schema.to_json(),
        "network": {
            "sizes": [list(member.sizes) for member in model.networks.members],
            "activation": model.networks.activation,
            "members": len(model.networks.members),
            "parameters": sum(member.parameters for member in model.networks.members),
        },
        "rounding": model.rounding.to_json(),
        "calibrator": model.calibrator.to_json(),
        "record": model.record.to_json(),
        "scores": model.scores.to_json(),
        "layers": [[state.to_json() for state in states] for states in model.layers],
        "health": list(model.health),
        "notes": list(model.notes),
        "versions": model.versions,
    }


def _print_columns(model: Model) -> None:
    columns = model.schema.columns
    rows = []
    for column in columns[:MOST_COLUMNS]:
        aside = column.kind == "aside"
        rows.append(
            (
                _short(column.name),
                "set aside" if aside else KIND_WORDS[column.kind],
                f"{column.missing:,}" if column.missing else "",
                f"{max(column.distinct, len(column.levels)):,}",
                _short(column.reason or ("may leak the target" if column.leak else "")),
            )
        )
    print_table(("column", "kind", "missing", "distinct", ""), rows, left=(0, 1, 4))
    _more(len(columns) - MOST_COLUMNS, "columns")


def _more(count: int, what: str) -> None:
    if count > 0:
        print(f"… and {count:,} more {what}: --json lists all")


def _listed(label: str, texts: Any) -> list[tuple[str, str]]:
    return [(label if i == 0 else "", text) for i, text in enumerate(texts)]


def _short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
