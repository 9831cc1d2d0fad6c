"""Models, and columns of probabilities, compared on the same labelled rows.

`trueodds.compare` and ``trueodds compare`` both call `compare`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds import functions
from trueodds.columns.roles import number_reading, read_groups
from trueodds.columns.schema import Column
from trueodds.columns.sketch import row_hashes
from trueodds.columns.values import Values, read_numbers
from trueodds.errors import TableError, TableWarning, UsageError, warn
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.paired import paired_differences
from trueodds.evaluation.scores import score
from trueodds.model.calls import CostGiven, costs_for
from trueodds.model.comparison import Comparison, Contender
from trueodds.model.evaluate import ENOUGH
from trueodds.model.labelled import LabelledRows, labelled_rows
from trueodds.model.model import LEAST, MOST, Model, load
from trueodds.model.overlap import overlap
from trueodds.table.anywhere import fingerprint
from trueodds.table.sources import Source, as_source
from trueodds.text import printable

Models = Sequence[Model | str | Path] | Mapping[str, Model | str | Path]


def compare(
    models: Models,
    X: Any,
    y: ArrayLike | None = None,
    *,
    columns: Sequence[str] | str = (),
    cost_fp: CostGiven | None = None,
    cost_fn: CostGiven | None = None,
    benefit: CostGiven | None = None,
    sample_weight: ArrayLike | str | bool = True,
    seed: int = 0,
) -> Comparison:
    """Compare models on the same labelled rows, as ``trueodds compare`` does.

    This is the front door in Python: ``trueodds.compare(["a.odds", "b.odds"], rows)``. The first
    model is what the others are compared with. Warns (TableWarning) if rows trained a model, and of
    remarks on the table. If enough rows equal no training row of any model, only these count.

    Parameters
    ----------
    models
        Models or their files, one or more; a mapping gives them names. The first model with a
        column of weights in training gives the weights, the first with groups the groups, and the
        first with costs the costs.
    X
        A table as for `Model.log_odds`, or where it lies, as `trueodds.table.read_table` takes it.
    y
        Labels, one for each row; None takes the target column of ``X``.
    columns
        Columns of ``X`` with probabilities of "yes" from 0 to 1, which are compared too.
    cost_fp, cost_fn, benefit
        As `Model.decide` takes them. None takes a model's costs; without any there are no costs.
    sample_weight
        As `Model.evaluate` takes it.
    seed
        Of the bootstrap.

    Raises
    ------
    UsageError
        If there are fewer than two forecasts, or a model has another target or another "yes".
    TableError, TargetError
        As `Model.evaluate` does, or if a column is missing or holds no probability.

    Examples
    --------
    >>> found = trueodds.compare({"mine": model, "the file": "german_credit.odds"}, labelled)
    >>> [each.name for each in found.contenders]
    ['mine', 'the file']
    """
    asked = [columns] if isinstance(columns, str) else list(columns)
    found = _named(models)
    if not found or len(found) + len(asked) < 2:
        raise UsageError("compare needs a model and one more forecast: a model, or a column")
    first = next(iter(found.values()))
    _require_same_target(found)
    leader = next((m for m in found.values() if m.roles.weight is not None), first)
    rows = labelled_rows(leader, leader.read, leader.log_odds_of, X, y, sample_weight)
    table = rows.frame.take(rows.kept)
    notes = list(rows.notes)
    forecasts: dict[str, NDArray[np.float64]] = {}
    known: dict[str, float | None] = {}
    fresh = np.ones(len(rows.y), np.bool_)
    stamp = fingerprint(as_source(X)) if isinstance(X, str | Path | Source) else ""
    for name, model in found.items():
        values = rows.values if model is leader else model.read(table)
        notes += [note for note in values.notes if note not in notes]
        forecasts[name] = rows.log_odds if model is leader else model.log_odds_of(values)
        known[name], unseen = _seen(model, values, rows, stamp)
        fresh &= unseen
    overlap_text, part = _overlap_text(known, fresh, rows.source)
    for column in asked:
        name = f"column {column}"
        forecasts[name] = _probabilities(rows, column, notes)
    clusters = _clusters(found, rows, notes)
    if rows.weights_lacking:
        notes.append(f"weights: {rows.weighting}")
    given = (cost_fp, cost_fn, benefit)
    stored = next((m.costs for m in found.values() if m.costs is not None), None)
    costs: Costs | None = None
    if stored is not None or any(cost is not None for cost in given):
        costs = costs_for(given, stored, rows.frame, rows.kept).of_rows(part)
    weight = None if rows.weight is None else rows.weight[part]
    near = None if clusters is None else clusters[part]
    comparison = Comparison(
        contenders=tuple(
            Contender(name, score(rows.y[part], z[part], weight, clusters=near), known.get(name))
            for name, z in forecasts.items()
        ),
        pairs=paired_differences(
            rows.y[part],
            [z[part] for z in forecasts.values()],
            weight,
            clusters=near,
            costs=costs,
            seed=seed,
        ),
        source=rows.source,
        overlap=overlap_text,
        clustered=clusters is not None,
        weighting=rows.weighting,
        left_out=rows.left_out,
        notes=tuple(notes),
    )
    for text in (overlap_text, *notes):
        if text:
            warn(TableWarning(text))
    return comparison


def _named(models: Models) -> dict[str, Model]:
    """The models by name: that of the mapping, the file's, or "model 1"."""
    if isinstance(models, Mapping):
        return {name: m if isinstance(m, Model) else load(m) for name, m in models.items()}
    given = [models] if isinstance(models, Model | str | Path) else list(models)
    paths = [None if isinstance(one, Model) else Path(one) for one in given]
    short = [path.name for path in paths if path is not None]
    found: dict[str, Model] = {}
    for number, (one, path) in enumerate(zip(given, paths, strict=True), 1):
        name = f"model {number}"
        if path is not None:
            name = path.name if short.count(path.name) == 1 else str(path)
        found[name if name not in found else f"{name} ({number})"] = (
            one if isinstance(one, Model) else load(one)
        )
    return found


def _require_same_target(models: Mapping[str, Model]) -> None:
    (first, model), *others = models.items()
    for name, other in others:
        if other.target_name != model.target_name:
            raise UsageError(
                f'{first} forecasts "{model.target_name}" and {name} forecasts '
                f'"{other.target_name}": compare models of one target'
            )
        if (other.target_yes, other.target_no) != (model.target_yes, model.target_no):
            raise UsageError(
                f'the "yes" of {first} is "{model.target_yes}" (no is "{model.target_no}") and '
                f'that of {name} is "{other.target_yes}" (no is "{other.target_no}"): '
                "fit both with one --positive"
            )


def _seen(
    model: Model, values: Values, rows: LabelledRows, stamp: str
) -> tuple[float | None, NDArray[np.bool_]]:
    """Estimated share of training rows, and which rows are surely none, shape (rows,)."""
    every = np.ones(len(rows.y), np.bool_)
    if stamp and stamp == model.source_sha256:
        return 1.0, ~every
    if model.sketch is None:
        return None, every
    found = overlap(model.sketch, row_hashes(values, model.schema, rows.y))
    if not found.seen:
        return 0.0, every
    return found.seen, found.unseen if found.exact else ~every


def _overlap_text(
    known: Mapping[str, float | None], fresh: NDArray[np.bool_], source: str
) -> tuple[str, NDArray[np.bool_]]:
    """What a reader must know of rows that trained a model, and the rows that are compared."""
    every, count = np.ones(len(fresh), np.bool_), len(fresh)
    told = []
    for name, share in known.items():
        if share:
            about = int(float(f"{share * count:.2g}"))
            part = f"About {min(about, count):,} of {count:,}"
            which = f"All {count:,}" if share == 1.0 else part
            told.append(f"{which} rows of {source} were training rows of {name}.")
    if not told:
        return "", every
    if int(fresh.sum()) >= ENOUGH:
        end = f"Only the {int(fresh.sum()):,} rows that equal no training row are compared."
        return " ".join([*told, end]), fresh
    end = "Forecasts of training rows are too good, so the comparison does not hold for new rows."
    return " ".join([*told, end, "Compare on other rows."]), every


def _probabilities(rows: LabelledRows, name: str, notes: list[str]) -> NDArray[np.float64]:
    """Log-odds of a column of probabilities of the rows that count, shape (rows,)."""
    frame = rows.frame
    name = name if name in frame else name.strip()
    cells = frame.column(name).alias("cells")
    style, unit = number_reading(frame, name)
    p, _ = read_numbers(cells, Column(name, "number", number_style=style, unit=unit))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(rows.kept & ~((p >= 0.0) & (p <= 1.0)))
    if wrong.size:
        cell = cells[int(wrong[0])]
        shown = "missing" if cell is None or cell == "" else f'"{printable(cell, 40)}"'
        more = f" (and {wrong.size - 1:,} more rows)" if wrong.size > 1 else ""
        raise TableError(
            f'{frame.place(int(wrong[0]))}: the probability "{name}" is {shown}{more}; '
            "probabilities must be numbers from 0 to 1 in every row"
        )
    p = p[rows.kept]
    if sure := int(((p == 0.0) | (p == 1.0)).sum()):
        notes.append(
            f'column "{name}": {sure:,} probabilities are exactly 0 or 1; they count as '
            f"{LEAST:.0e} and 1 − {1.0 - MOST:.0e}, as a wrong one would have an infinite log-loss"
        )
    return np.asarray(functions.logit(np.clip(p, LEAST, MOST)))


def _clusters(
    models: Mapping[str, Model], rows: LabelledRows, notes: list[str]
) -> NDArray[np.int64] | None:
    """Group numbers of the rows that count, by the first model that was fitted with groups."""
    if rows.clusters is not None:
        return rows.clusters
    for model in models.values():
        if model.roles.group and model.roles.group in rows.frame:
            return read_groups(rows.frame, model.roles.group, notes)[rows.kept]
    if not any(note.startswith("training had groups") for note in notes):
        for name, model in models.items():
            if model.roles.group is not None:
                notes.append(
                    f"{name} was trained with groups that {rows.source} lacks: intervals count "
                    "single rows here, so they may be too narrow"
                )
    return None
