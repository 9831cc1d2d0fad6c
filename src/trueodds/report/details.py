"""The last sections of the page: the forecast in detail, the training, the health, the settings."""

from trueodds.model import Model
from trueodds.report.figure import Figure
from trueodds.report.reliability import Bin
from trueodds.report.section import Section
from trueodds.report.tables import bin_rows, member_rows, treatment_lines
from trueodds.report.wording import clean, count, setting

SHOWN_AS_RESULT = ("folds", "fold_factor", "members", "many_members")
"""Settings that the page does not list, because it shows their result."""
FORECAST = ("reliability", "log-odds", "roc", "precision", "spread")


def forecast(figures: dict[str, Figure], bins: tuple[Bin, ...]) -> Section:
    """Whether the probabilities come true, and how well they rank."""
    return Section(
        "forecast",
        "How good the probabilities are",
        values={"bins": bin_rows(bins)},
        figures={key: figures[key] for key in FORECAST},
    )


def training(model: Model, figures: dict[str, Figure]) -> Section:
    """How the members learned."""
    return Section(
        "training",
        "The training",
        values={"members": member_rows(model.record)},
        figures={"learning": figures["learning"]},
        folded=True,
    )


def health(model: Model, figures: dict[str, Figure]) -> Section:
    """What the layers did while they learned, and the notes of the fit."""
    return Section(
        "health",
        "Health and notes",
        values={
            "health": [clean(line, 1000) for line in model.health],
            "treatments": [clean(line, 1000) for line in treatment_lines(model.record)],
            "notes": [clean(line, 1000) for line in model.notes],
        },
        figures={key: figures[key] for key in ("curve", "flow")},
        folded=True,
    )


def how_made(model: Model) -> Section:
    """The table, the settings and the versions."""
    record = model.record
    made = [
        ("Training table", clean(model.source)),
        ("SHA-256", clean(model.source_sha256) or "not a file"),
        ("Rows", count(model.schema.rows)),
        ("Folds", clean(record.fold_rule)),
        ("Members", count(len(record.members))),
        ("Effort", clean(record.effort)),
        ("Seed", str(record.seed)),
    ]
    made += [
        (clean(k).replace("_", " ").capitalize(), setting(v))
        for k, v in record.settings.items()
        if k not in SHOWN_AS_RESULT
    ]
    made += [(f"{clean(k)} version", clean(v)) for k, v in model.versions.items()]
    return Section("made", "How it was made", values={"made": made}, folded=True)
