"""Figures of the comparison, from bench/results/main_job.json: python bench/readme_table.py.

docs/benchmark.md gets all of them, README one table; both are rewritten between their two marks.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, median
from typing import Any

import machine
import paired
import summary
from journal import OURS, Line

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: bench/readme_table.py -->\n", "<!-- end of figures -->"
NAMES = {
    "logreg": "logistic regression",
    "hgb_temperature": "HistGB temperature",
    "xgboost_cv5": "XGBoost × 5",
    "xgboost_searched": "XGBoost × 5, searched",
    "lightgbm_cv5": "LightGBM × 5",
    "lightgbm_searched": "LightGBM × 5, searched",
    "catboost": "CatBoost",
    "catboost_cv5": "CatBoost × 5",
    "autogluon": "AutoGluon",
    "realmlp": "RealMLP",
    "tabm": "shortened TabM",
    "trueodds_quick": "trueodds quick",
    "trueodds": "trueodds",
    "trueodds_best": "trueodds best",
}
"""Contenders that are shown; bench/results/main_job.txt has them all."""
NOT_IN_README = ("hgb_temperature", "xgboost_cv5", "realmlp", "autogluon")
IN_README = tuple(c for c in NAMES if c not in NOT_IN_README)
"""… README leaves out three that others are ahead of, and one that ran on some tables only."""
SETS = {"tuned": "that chose the recipe", "untouched": "that did not"}
"""README's words for the two sets of tables."""
SUMMARIES = (  # title, measure, how it is drawn together over the tables, decimals
    ("**mean of {tables}**", "relative_log_loss", mean, 3),
    ("calibration error, × of the perfect", "calibration_ratio", mean, 2),
    ("fit, median seconds of processor time", "cpu_seconds", median, 1),
    ("peak memory, median MB", "peak_mb", median, 0),
)


def markdown(header: list[str], rows: Iterable[list[str]]) -> str:
    """Lay out a table as Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def listed(names: Iterable[str]) -> str:
    """Names as words: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def losses(lines: list[Line], names: list[str], contenders: list[str]) -> str:
    """Log-loss of every table and contender, and what sums it up: the mean over folds in a cell."""
    found = summary.values(lines, "relative_log_loss")

    def cells(figures: dict[str, float], decimals: int) -> list[str]:
        return [f"{figures[c]:.{decimals}f}" if c in figures else "–" for c in contenders]

    rows = [[name, *cells(found.get(name, {}), 3)] for name in names]
    for title, measure, together, decimals in SUMMARIES:
        each = summary.values(lines, measure)
        whole = summary.complete(each, names, contenders)
        figures = {c: together(each[n][c] for n in names) for c in whole}
        rows.append([title.format(tables=len(names)), *cells(figures, decimals)])
        if measure == "relative_log_loss":
            ranks = summary.ranks(found, names, contenders)
            rows.append([f"mean rank of {len(ranks)}", *cells(ranks, 1)])
    return markdown(["table", *(NAMES[c] for c in contenders)], rows)


def difference(each: paired.Compared) -> str:
    """One of ours less a peer: mean, interval, tables won, lost and even."""
    even = each["tables"] - each["won"] - each["lost"]
    told = f"{each['mean']:+.3f} ({paired.interval(each['low'], each['high'], 3)})"
    return f"{told}; {each['won']}, {each['lost']}, {even}".replace("-", "−")


def differences(found: list[paired.Compared], names: dict[str, str]) -> str:
    """Each of ours less every peer: mean, interval, tables won, lost and even."""
    ours = [c for c in OURS if any(each["ours"] == c for each in found)]
    cells = {}
    for each in found:
        cells[each["peer"], each["ours"]] = difference(each)
    peers = [c for c in names if c not in OURS and (c, ours[0]) in cells]
    rows = [[NAMES[peer], *(cells[peer, c] for c in ours)] for peer in peers]
    return markdown(["less", *(NAMES[c] for c in ours)], rows)


def verdict(found: list[paired.Compared], ours: str) -> str:
    """Against which peers the interval of one of ours excludes zero, in a sentence."""
    mine = [e for e in found if e["ours"] == ours and e["peer"] in NAMES and e["peer"] not in OURS]
    known = [each for each in mine if each["low"] is not None]
    parts = []
    for word, peers in (
        ("lower log-loss than", [e["peer"] for e in known if e["high"] < 0.0]),
        ("higher log-loss than", [e["peer"] for e in known if e["low"] > 0.0]),
    ):
        if peers:
            parts.append(f"a {word} {listed(NAMES[p] for p in peers)}")
    open_ones = [NAMES[e["peer"]] for e in known if e["low"] <= 0.0 <= e["high"]]
    texts = [f"beyond chance it has {' and '.join(parts)}"] if parts else []
    if open_ones:
        texts.append(f"the interval holds zero against {listed(open_ones)}")
    return f"{NAMES[ours]}: {'; '.join(texts) or 'too few tables for an interval'}."


def part(lines: list[Line], found: list[paired.Compared], title: str, names: list[str]) -> str:
    """What docs/benchmark.md says of one set of tables."""
    mine = [line for line in lines if line["table"] in names]
    run = [c for c in NAMES if any(line["contender"] == c for line in mine)]
    lacking = [NAMES[c] for c in NAMES if c not in run and c not in OURS]
    texts = [f"### {title}: {len(names)}", losses(mine, names, run)]
    if lacking:
        verb = "was" if len(lacking) == 1 else "were"
        texts.append(f"{listed(lacking)} {verb} not run on these tables.")
    if any(each["ours"] in run for each in found):
        texts.append(differences(found, NAMES))
        texts.append(" ".join(verdict(found, c) for c in OURS if c in run))
    return "\n\n".join(texts)


def figures(result: dict[str, Any]) -> str:
    """All that docs/benchmark.md has between its marks, from the result of `main_job.py`."""
    lines = result["lines"]
    return "\n\n".join(
        part(lines, result["differences"][name], summary.TITLES[name], members)
        for name, members in summary.sets(lines).items()
    )


def overview(result: dict[str, Any]) -> str:
    """README's table: mean and rank in each set, and how much trueodds' loss is lower or higher."""
    sets = summary.sets(result["lines"])
    header, columns, less = [""], [], []
    for name, members in sets.items():
        mine = [line for line in result["lines"] if line["table"] in members]
        run = [c for c in IN_README if any(line["contender"] == c for line in mine)]
        found = summary.values(mine, "relative_log_loss")
        whole = summary.complete(found, members, run)
        ranks = summary.ranks(found, members, run)
        means = {c: f"{mean(found[t][c] for t in members):.3f}" for c in whole}
        header += [f"{len(members)} tables {SETS[name]}: mean", f"rank of {len(ranks)}"]
        columns += [means, {c: f"{rank:.1f}" for c, rank in ranks.items()}]
        told = [
            each
            for each in result["differences"][name]
            if each["ours"] == "trueodds" and each["peer"] not in OURS
        ]
        if any(each["low"] is not None for each in told):
            header.append("trueodds less it")
            columns.append({each["peer"]: difference(each) for each in told})
        else:
            less.append(
                f"Too few of the tables {SETS[name]} have the losses of single rows of peers."
            )
    rows = [
        [NAMES[c], *(column.get(c, "–") for column in columns)]
        for c in IN_README
        if any(c in column for column in columns)
    ]
    return "\n\n".join([markdown(header, rows), *less])


def rewritten(text: str, figures: str) -> str:
    """A page with these figures between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{figures}\n\n{END}{rest.split(END)[1]}"


PAGES = {"docs/benchmark.md": figures, "README.md": overview}


if __name__ == "__main__":
    result = json.loads((machine.RESULTS / "main_job.json").read_text())
    for name, part_of_page in PAGES.items():
        page = ROOT / name
        page.write_text(rewritten(page.read_text(), part_of_page(result)))
