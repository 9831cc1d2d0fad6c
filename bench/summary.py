"""What a run of the main job shows, each set of tables apart."""

from collections.abc import Iterable
from statistics import mean, median

import machine
import paired
import peers
import tables
from journal import Line, Losses

MEASURES = {  # key: (title, decimals, factor)
    "relative_log_loss": ("Log-loss divided by the base rate's", 4, 1.0),
    "log_loss": ("Log-loss", 4, 1.0),
    "brier": ("Brier score", 4, 1.0),
    "auc": ("AUC", 4, 1.0),
    "calibration_error": ("Calibration error, 15 bins of equal mass", 4, 1.0),
    "calibration_ratio": ("… divided by what a perfectly calibrated forecast would show", 2, 1.0),
    "cpu_seconds": ("Fit, seconds of processor time", 1, 1.0),
    "rows_per_second": (
        "Rows scored in a second of processor time, thousands, from a pandas frame",
        *(0, 1e-3),
    ),
    "one_row_seconds": ("One row from a pandas frame, milliseconds of processor time", 2, 1e3),
    "peak_mb": ("Peak memory of all processes together, MB, libraries and table included", 0, 1.0),
}
TITLES = {
    "tuned": "Tables used to choose the recipe of 0.1.0",
    "untouched": "Tables not used to choose the recipe of 0.1.0",
}
Values = dict[str, dict[str, float]]
"""Table → contender → figure."""


def values(lines: list[Line], measure: str) -> Values:
    """Mean of a measure over the folds of every table and contender; where one failed, nothing."""
    folds: dict[tuple[str, str], list[float | None]] = {}
    for line in lines:
        folds.setdefault((line["table"], line["contender"]), []).append(line.get(measure))
    out: Values = {}
    for (table, contender), found in folds.items():
        known = [value for value in found if value is not None]
        if len(known) == len(found):
            out.setdefault(table, {})[contender] = mean(known)
    return out


def sets(lines: list[Line]) -> dict[str, list[str]]:
    """Tables of each set that the lines tell of."""
    told = {line["table"] for line in lines}
    found = {name: [t for t in members if t in told] for name, members in tables.SETS.items()}
    return {name: members for name, members in found.items() if members}


def complete(found: Values, names: list[str], contenders: Iterable[str]) -> list[str]:
    """Contenders that have a figure for every one of the tables: a mean is told of these alone."""
    return [c for c in contenders if all(c in found.get(name, {}) for name in names)]


def ranks(found: Values, names: list[str], contenders: Iterable[str]) -> dict[str, float]:
    """Mean rank of each complete contender, among these."""
    whole = complete(found, names, contenders)
    if not whole:
        return {}
    some = {name: found[name] for name in names}
    return dict(zip(whole, paired.mean_ranks(some, whole), strict=True))


def differences(lines: list[Line], losses: Losses) -> dict[str, list[paired.Compared]]:
    """Paired differences of each set."""
    of = sets(lines)
    return {name: paired.differences(lines, members, losses) for name, members in of.items()}


def text_of(lines: list[Line], found: dict[str, list[paired.Compared]]) -> str:
    """Lay out, for each set, one table a measure and the paired differences."""
    told = {line["contender"] for line in lines}
    order = dict.fromkeys((*peers.DEFAULT, *peers.CONTENDERS))
    contenders = [contender for contender in order if contender in told]
    parts = []
    for name, members in sets(lines).items():
        parts.append(f"{TITLES[name]}: {len(members)}\n{'=' * 40}\n")
        for key in MEASURES:
            parts.append(_measure(key, values(lines, key), members, contenders))
        for ours in dict.fromkeys(each["ours"] for each in found[name]):
            title = "Paired differences of log-loss over the base rate's, on the same rows"
            parts.append(f"{title}\n{paired.table(found[name], ours)}")
    failures = [
        f"{line['table']}, {line['contender']}, fold {line['fold']}: {line['error']}"
        for line in lines
        if "error" in line
    ]
    if failures:
        parts.append("Failed\n" + "\n".join(failures) + "\n")
    return "\n".join([*parts, made_with(lines)])


def _measure(key: str, found: Values, names: list[str], contenders: list[str]) -> str:
    title, decimals, factor = MEASURES[key]

    def cell(value: float | None) -> str:
        return "–" if value is None else f"{value * factor:.{decimals}f}"

    rows = [[n, *(cell(found.get(n, {}).get(c)) for c in contenders)] for n in names]
    whole = complete(found, names, contenders)
    for label, together in (("mean", mean), ("median", median)):
        figures = {c: together(found[n][c] for n in names) for c in whole}
        rows.append([label, *(cell(figures.get(c)) for c in contenders)])
    if key == "relative_log_loss":
        of = ranks(found, names, contenders)
        rows.append(["mean rank", *(f"{of[c]:.1f}" if c in of else "–" for c in contenders)])
    return f"{title}\n{machine.table(['table', *contenders], rows)}"


def made_with(lines: list[Line]) -> str:
    """When, where and with what each contender's lines were made."""
    told = {}
    for line in lines:
        found = line.get("versions", {})  # a fit that fails tells none
        versions = ", ".join(f"{name} {number}" for name, number in found.items())
        source = f", source {line['source']}" if "source" in line else ""
        about = f"{versions}{source}; {line['cpu']}; {line['threads']} thread(s)"
        told.setdefault((line["contender"], about), set()).add(line["date"])
    rows = []
    for (contender, about), dates in told.items():
        first, last = min(dates), max(dates)
        rows.append([contender, first if first == last else f"{first} to {last}", about])
    width = max(len(row[0]) for row in rows)
    return "Made\n" + "".join(f"{c.ljust(width)}  {when}  {about}\n" for c, when, about in rows)
