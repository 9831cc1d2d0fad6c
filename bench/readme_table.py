"""README's table of peers, from bench/results/main_job.json: python bench/readme_table.py."""

import json
from statistics import mean, median
from typing import Any

import machine
import paired

NAMES = {
    "logreg": "logistic regression",
    "sk_mlp": "scikit-learn MLP",
    "hgb": "HistGB",
    "hgb_isotonic": "HistGB isotonic",
    "hgb_temperature": "HistGB temperature",
    "xgboost": "XGBoost",
    "xgboost_cv5": "XGBoost × 5",
    "lightgbm": "LightGBM",
    "lightgbm_cv5": "LightGBM × 5",
    "catboost": "CatBoost",
    "catboost_cv5": "CatBoost × 5",
    "realmlp_s": "RealMLP-S",
    "realmlp": "RealMLP",
    "tabm": "TabM",
    "trueodds_quick": "trueodds quick",
    "trueodds": "trueodds",
    "trueodds_best": "trueodds best",
}
SUMMARIES = (  # title, measure, how it is drawn together over the tables, decimals
    ("**mean of {tables}**", "relative_log_loss", mean, 3),
    ("calibration error, × of the perfect", "calibration_ratio", mean, 2),
    ("fit, median seconds of processor time", "cpu_seconds", median, 1),
    ("peak memory, median MB", "peak_mb", median, 0),
)


def table(lines: list[dict[str, Any]]) -> str:
    """Lay out the lines of `main_job.py` as Markdown: the mean over folds in every cell."""
    contenders = [c for c in NAMES if any(line["contender"] == c for line in lines)]
    names = list(dict.fromkeys(line["table"] for line in lines))

    def value(name: str, contender: str, measure: str) -> float:
        of = [x[measure] for x in lines if (x["table"], x["contender"]) == (name, contender)]
        return mean(of)

    losses = {n: {c: value(n, c, "relative_log_loss") for c in contenders} for n in names}
    rows = [["table", *(NAMES[c] for c in contenders)], ["---"] * (len(contenders) + 1)]
    rows += [[name, *(f"{loss:.3f}" for loss in found.values())] for name, found in losses.items()]
    for title, measure, together, decimals in SUMMARIES:
        figures = [together([value(n, c, measure) for n in names]) for c in contenders]
        cells = (f"{figure:.{decimals}f}" for figure in figures)
        rows.append([title.format(tables=len(names)), *cells])
        if measure == "relative_log_loss":
            ranks = paired.mean_ranks(losses, contenders)
            rows.append(["mean rank", *(f"{rank:.1f}" for rank in ranks)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table(json.loads((machine.RESULTS / "main_job.json").read_text())["lines"]))
