"""The section "How a column acts": the effects of the most important columns."""

from trueodds.model.effect import Effects
from trueodds.report.effect_charts import effect_figures, effects_lead
from trueodds.report.section import Section


def how_columns_act(effects: Effects | None, yes: str) -> Section | None:
    """Make the section, or None if no effect was measured.

    ``yes`` is the label as the page quotes it.
    """
    figures = effect_figures(effects, yes)
    if not figures:
        return None
    return Section(
        "effects",
        "How the columns act",
        values={"lead": effects_lead(effects)},
        figures={figure.key: figure for figure in figures},
    )
