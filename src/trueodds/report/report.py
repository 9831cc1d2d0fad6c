"""The report as an object: its page, the same facts as Markdown, and as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from trueodds.errors import TableWarning, warn
from trueodds.model import Model
from trueodds.model.calls import CostGiven
from trueodds.report.evidence import Evidence
from trueodds.report.facts import facts_of
from trueodds.report.held_out import held_out
from trueodds.report.markdown import markdown_of
from trueodds.report.page import render, write_report


@dataclass(frozen=True, eq=False)
class Report:
    """A model, and the evidence of how good it is.

    ``Report(fitted.model_, fitted.evidence_)`` is the report of a fit of `TrueOddsClassifier`,
    `report_on` makes that of other rows.

    Examples
    --------
    >>> report = trueodds.report.report_on(model, labelled)
    >>> report.to_json()["scores"]["rows"]
    200
    """

    model: Model
    evidence: Evidence

    def to_html(self) -> str:
        """The page, complete in itself, at most 2.5 MB with the model in it."""
        return render(self.model, self.evidence)

    def to_markdown(self) -> str:
        """The facts of the page as Markdown, for a terminal, a wiki or a pull request."""
        return markdown_of(self.model, self.evidence)

    def to_json(self) -> dict[str, Any]:
        """The facts of the page as plain values; NaN where a figure is not defined."""
        return facts_of(self.model, self.evidence)

    def write(self, path: str | Path) -> None:
        """Write the page to ``path``, as `write_report` does."""
        write_report(self.model, self.evidence, Path(path))

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def report_on(
    model: Model,
    X: Any,
    y: ArrayLike | None = None,
    *,
    by: Sequence[str] | str = (),
    cost_fp: CostGiven | None = None,
    cost_fn: CostGiven | None = None,
    benefit: CostGiven | None = None,
    sample_weight: ArrayLike | str | bool = True,
    show_rows: int = 0,
) -> Report:
    """Report how good a model is on labelled rows, as ``trueodds evaluate --report`` does.

    Errors and warnings are those of `Model.evaluate`, and so are the parameters ``X``, ``y``,
    ``cost_fp``, ``cost_fn``, ``benefit`` and ``sample_weight``.

    Parameters
    ----------
    model
        The model that forecasts the rows.
    by
        Columns that give the scores by group; without it, those with few levels.
    show_rows
        How many rows of the largest log-loss the report shows, with their cells; at most 200.

    Examples
    --------
    >>> trueodds.report.report_on(model, labelled, by="housing").write("held_out.html")
    """
    evidence = held_out(
        model,
        X,
        y,
        by=by,
        cost_fp=cost_fp,
        cost_fn=cost_fn,
        benefit=benefit,
        sample_weight=sample_weight,
        show_rows=show_rows,
    )
    found = evidence.evaluation
    for remark in (*found.notes, *found.remarks):
        warn(TableWarning(remark))
    return Report(model, evidence)
