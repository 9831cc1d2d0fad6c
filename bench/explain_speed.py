"""How long the explanation of a row takes, and how exact it is, beside shap's by permutations.

    python bench/explain_speed.py
    python bench/explain_speed.py --tables adult --effort standard --rows 20

Both compare with the model's background and call the same exact scorer with the same cells, on one
thread. The error of a row is the largest error of its columns, as a part of its largest value. The
values that it is measured from are the mean of many runs with other seeds. shap's permutation
explainer (Lundberg & Lee 2017) gets 1, 2, 4, … times its fewest calls, until its error is at most
trueodds'.
"""

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import shap
from numpy.typing import NDArray

import machine
import tables
from trueodds.columns import read_target
from trueodds.columns.values import Values
from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.table import as_frame

Floats = NDArray[np.float64]
PACKAGES = ("trueodds", "shap", "numpy", "numba")
REFERENCE = 24
"""Runs whose mean is the reference."""
MOST = 256
"""Most times its fewest calls that shap gets."""


def fitted(name: str, effort: str) -> tuple[Model, pd.DataFrame]:
    """A model of at most 10,000 rows of a table, and its other rows."""
    X, y = tables.load(name, 12_000)
    shown = np.arange(len(y)) % 6 > 0
    labels = as_frame(pd.DataFrame({"y": y[shown].astype(int)})).column("y")
    frame = as_frame(X[shown].reset_index(drop=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        target = read_target(labels, name="y", positive="1")
        model = learn(frame, target, effort=effort, jobs=1).model
    return model, X[~shown].reset_index(drop=True)


def matrix(values: Values) -> Floats:
    """Cells as one matrix of floats, which is what shap takes; missing numbers are infinite."""
    numbers = [np.where(np.isnan(x), np.inf, x) for x in values.numbers.values()]
    return np.column_stack([*numbers, *(codes.astype(float) for codes in values.codes.values())])


def forecast(model: Model, like: Values) -> Callable[[Floats], Floats]:
    """The forecast of such a matrix."""
    names = [*like.numbers, *like.codes]

    def log_odds(X: Floats) -> Floats:
        columns = dict(zip(names, X.T, strict=True))
        numbers = {n: np.where(np.isinf(columns[n]), np.nan, columns[n]) for n in like.numbers}
        codes = {n: columns[n].astype(np.int32) for n in like.codes}
        return model.log_odds_of(Values(len(X), numbers, codes))

    return log_odds


def error(found: Floats, reference: Floats) -> Floats:
    """Largest error of each row as a part of its largest value."""
    return np.abs(found - reference).max(axis=1) / np.abs(reference).max(axis=1)


def compare(name: str, effort: str, rows: int) -> dict[str, object]:
    """Explain some rows with both, at the same error."""
    model, X = fitted(name, effort)
    frame, values = model.read_frame(X.iloc[:rows])
    order = [[*values.numbers, *values.codes].index(c.name) for c in model.schema.used]
    model.explain_rows(*model.read_frame(X.iloc[:1]))
    began = time.process_time()
    found = model.explain_rows(frame, values)
    seconds = (time.process_time() - began) / rows
    seeds = range(1, REFERENCE + 1)
    reference = np.mean([model.explain_rows(frame, values, seed=s).values for s in seeds], axis=0)
    ours = error(found.values, reference)
    claimed = found.standard_errors.max(axis=1) / np.abs(found.values).max(axis=1)
    background = matrix(model.require_background().values())
    explainer = shap.PermutationExplainer(
        forecast(model, values),
        shap.maskers.Independent(background, max_samples=len(background)),
        seed=0,
    )
    explainer(matrix(values)[:1], max_evals=2 * len(order) + 1, silent=True)  # compiles
    theirs: list[dict[str, float]] = []
    times = 1
    while times <= MOST:
        calls = times * (2 * len(order) + 1)
        began = time.process_time()
        shapley = explainer(matrix(values), max_evals=calls, silent=True).values[:, order]
        spent = (time.process_time() - began) / rows
        other = error(shapley, reference)
        theirs.append(
            {"times": times, "ms": 1000 * spent, "error": float(np.sqrt((other**2).mean()))}
        )
        if theirs[-1]["error"] <= np.sqrt((ours**2).mean()):
            break
        times *= 2
    return {
        "table": name,
        "effort": effort,
        "columns": len(order),
        "networks": len(model.networks.members),
        "rows": rows,
        "ms": 1000 * seconds,
        "error": float(np.sqrt((ours**2).mean())),
        "standard_error": float(claimed.mean()),
        "largest_standard_error": float(claimed.max()),
        "shap": theirs,
    }


def text_of(results: list[dict[str, object]]) -> str:
    """The figures as a table."""
    header = ["table", "effort", "columns", "networks", "ms a row", "error", "standard error"]
    header += ["(largest)", "shap, ms", "its error", "slower"]
    lines = []
    for one in results:
        last = one["shap"][-1]
        reached = "" if last["error"] <= one["error"] else "> "
        lines.append(
            [
                *(str(one[key]) for key in ("table", "effort", "columns", "networks")),
                f"{one['ms']:.1f}",
                f"{one['error']:.2%}",
                f"{one['standard_error']:.2%}",
                f"{one['largest_standard_error']:.2%}",
                f"{last['ms']:.0f}",
                f"{last['error']:.2%}",
                f"{reached}{last['ms'] / one['ms']:.1f} ×",
            ]
        )
    return machine.table(header, lines)


def main() -> None:
    """Compare on all tables and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=["adult", "german_credit", "bank_marketing"])
    parser.add_argument("--effort", nargs="*", default=["quick", "standard"])
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--name", default="explain_speed")
    args = parser.parse_args()
    results = []
    for name in args.tables:
        for effort in args.effort:
            results.append(compare(name, effort, args.rows))
            print(results[-1], flush=True)
    about = machine.describe(PACKAGES, threads=1)
    text = (
        f"{machine.heading(about)}\nProcessor time a row on one thread; errors are root mean "
        "squares over rows, as parts of a row's largest value\n\n" + text_of(results)
    )
    machine.save(args.name, text, {"about": about, "results": results})


if __name__ == "__main__":
    main()
