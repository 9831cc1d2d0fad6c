"""The section "Why": which columns the forecast depends on, and what is known of each column."""

from trueodds.model import Model
from trueodds.report.evidence import Evidence
from trueodds.report.figure import Figure
from trueodds.report.section import Section
from trueodds.report.tables import column_rows, surprise_row
from trueodds.report.wording import count, quoted


def why(model: Model, evidence: Evidence, figures: dict[str, Figure]) -> Section:
    """Make the section."""
    columns, hidden = column_rows(model.schema, evidence.importance)
    return Section(
        "columns",
        "Why",
        values={
            "columns": columns,
            "hidden": count(hidden) if hidden else "",
            "total": count(len(model.schema.columns)),
            "used": count(len(model.schema.used)),
            "surprises": [surprise_row(row) for row in evidence.surprises],
            "forecasts": evidence.forecasts,
            "yes": quoted(model.target_yes),
        },
        figures={"importance": figures["importance"]},
    )
