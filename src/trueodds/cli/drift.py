"""``trueodds drift``: whether new rows differ from the training rows."""

from collections.abc import Sequence
from pathlib import Path

from trueodds.cli.checks import chosen_codes, leave_if_fired
from trueodds.cli.console import note, print_facts, print_json, print_table
from trueodds.cli.exit_codes import DRIFTED
from trueodds.errors import UsageError
from trueodds.model import load
from trueodds.model.checks import checks_of_drift
from trueodds.model.drift import ColumnDrift, drift
from trueodds.table import Source, read_table

MOST_COLUMNS = 40


def run_drift(
    model_file: Path, new: Source, threshold: float, fail_on: Sequence[str], *, as_json: bool
) -> None:
    """Compare and print; the exit code is 3 if a column or the forecast has drifted.

    It is 4 if that is a check that ``fail_on`` names.
    """
    chosen = chosen_codes(fail_on, "drift")
    if not 0.0 < threshold < float("inf"):
        raise UsageError(f"--threshold must be above 0, not {threshold}")
    model = load(model_file)
    frame = read_table(new)
    values = model.read(frame)
    for text in (*frame.notes, *values.notes):
        note(f"Note: {text}")
    found = drift(model, values, model.log_odds_of(values), threshold)
    drifted = [column for column in found if column.drifted]
    checks = checks_of_drift(found)
    if as_json:
        print_json(
            "drift",
            {
                "model": str(model_file),
                "table": new.shown,
                "rows": frame.rows,
                "training_rows": model.schema.rows,
                "threshold": threshold,
                "drifted": bool(drifted),
                "score": found[0],
                "columns": found[1:],
                "checks": [check.to_json() for check in checks],
            },
        )
    else:
        score, *columns = found
        shown = sorted(columns, key=lambda column: -column.psi)
        header = ("", "PSI", "p-value", "missing before", "now", "unseen", "")
        print_table(header, [_cells(column) for column in (score, *shown[:MOST_COLUMNS])], (0, 6))
        if len(shown) > MOST_COLUMNS:
            print(f"… and {len(shown) - MOST_COLUMNS:,} more columns with a smaller PSI")
        print()
        print_facts([("Rows", f"{frame.rows:,} new, {model.schema.rows:,} in training")])
        names = ", ".join(f'"{m.column}"' if m.column else "the forecast" for m in drifted)
        verdict = (
            f"{names}: PSI at least {threshold:g}, and more than chance explains"
            if drifted
            else "none"
        )
        print_facts([("Drift", verdict)])
    leave_if_fired(chosen, checks)
    if drifted:
        raise SystemExit(DRIFTED)


def _cells(column: ColumnDrift) -> tuple[str, ...]:
    return (
        column.column or "(forecast)",
        f"{column.psi:.4f}",
        f"{column.p_value:.2g}",
        f"{column.missing_before:.1%}",
        f"{column.missing_now:.1%}",
        f"{column.unseen:,}",
        "drifted" if column.drifted else "",
    )
