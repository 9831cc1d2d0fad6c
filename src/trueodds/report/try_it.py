"""The section "Try it": a form whose row the page scores itself, with the bits of Python."""

from trueodds.model.data import ModelData
from trueodds.report.evidence import ColumnImportance
from trueodds.report.form_fields import form_fields, usual_cells
from trueodds.report.page_model import encoded_model
from trueodds.report.section import Section
from trueodds.report.wording import count, percent, quoted

KEY, TITLE = "try", "Try it"
OPEN_FIELDS = 12
"""So many fields are shown at once; the others open on demand."""
MOST_FIELDS = 400
"""Of more columns, the least important ones keep their usual cells."""


def try_it(model: ModelData, importance: tuple[ColumnImportance, ...]) -> Section:
    """Make the section with the model in it."""
    if not model.schema.used:
        return _without("The model uses no column, so there is nothing to try.")
    try:
        encoded = encoded_model(model)
    except ValueError as error:
        return _without(f"The model cannot be put into this page ({error}).")
    fields = form_fields(model.schema, model.profile, importance)
    hidden = len(fields) - MOST_FIELDS
    return Section(
        KEY,
        TITLE,
        values={
            "missing": "",
            "open": fields[:OPEN_FIELDS],
            "more": fields[OPEN_FIELDS:MOST_FIELDS],
            "hidden": count(hidden) if hidden > 0 else "",
            "yes": quoted(model.target_yes),
            "base_rate": percent(model.scores.base_rate),
            "usual": model.profile is not None,
        },
        data={"usual": usual_cells(model.schema, model.profile)},
        packed={"model": encoded},
    )


def too_large(limit: int) -> Section:
    """The section of a model that would make the page larger than so many bytes."""
    return _without(
        "The model is too large for this page, which would have more than "
        f"{limit / 1e6:.1f} MB: forecast rows with trueodds predict."
    )


def _without(reason: str) -> Section:
    return Section(KEY, TITLE, values={"missing": reason})
