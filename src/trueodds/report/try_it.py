"""The section "Try it": a form whose row the page scores itself, with the bits of Python."""

from collections.abc import Iterator
from dataclasses import replace

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


NO_BACKGROUND = (
    "The model keeps no training rows to compare with: it was fitted with --no-background, or is "
    "older than reasons."
)


def try_it(
    model: ModelData, importance: tuple[ColumnImportance, ...], no_reasons: str = ""
) -> Section:
    """Make the section with the model in it.

    The reasons of a row need the model's background, which is training rows. ``no_reasons`` says
    why this page does not carry it; it does where the model has one and the text is empty.
    """
    if model.background is None:
        no_reasons = NO_BACKGROUND
    elif no_reasons:
        model = replace(model, background=None)
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
            "compared": count(model.background.rows) if model.background else "",
            "no_reasons": no_reasons,
        },
        data={"usual": usual_cells(model.schema, model.profile)},
        packed={"model": encoded},
    )


def smaller(
    model: ModelData, importance: tuple[ColumnImportance, ...], limit: int
) -> Iterator[Section]:
    """Sections for a page that would have more than so many bytes, the larger one first."""
    if model.background is not None:
        yield try_it(
            model,
            importance,
            "With the training rows that reasons need, the page would have more than "
            f"{limit / 1e6:.1f} MB: use trueodds predict --explain.",
        )
    yield _too_large(limit)


def _too_large(limit: int) -> Section:
    return _without(
        "The model is too large for this page, which would have more than "
        f"{limit / 1e6:.1f} MB: forecast rows with trueodds predict."
    )


def _without(reason: str) -> Section:
    return Section(KEY, TITLE, values={"missing": reason})
