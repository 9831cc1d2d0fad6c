"""The section "How a column acts": the effects of the most important columns."""

from trueodds.model.effect import Effects
from trueodds.model.pair_words import pair_row, pairs_told
from trueodds.report.effect_charts import effect_figures, effects_lead
from trueodds.report.section import Section
from trueodds.report.wording import clean, count, sentence


def how_columns_act(effects: Effects | None, yes: str) -> Section | None:
    """Make the section, or None if no effect was measured.

    ``yes`` is the label as the page quotes it.
    """
    figures = effect_figures(effects, yes)
    if not figures:
        return None
    pairs = effects.pairs if effects else ()
    return Section(
        "effects",
        "How the columns act",
        values={
            "lead": effects_lead(effects),
            "pairs": pair_rows(effects),
            "told": sentence(pairs_told(pairs)) if effects else "",
            "moved": count(max((pair.rows for pair in pairs), default=0)) if effects else "",
        },
        figures={figure.key: figure for figure in figures},
    )


def pair_rows(effects: Effects | None) -> list[tuple[str, ...]]:
    """Cells of the table of pairs, the largest pair first; an empty cell is a dash."""
    pairs = effects.pairs if effects else ()
    return [tuple(clean(cell, 100) or "–" for cell in pair_row(pair)) for pair in pairs]
