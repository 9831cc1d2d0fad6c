"""The report: one HTML page that is complete and loads nothing from the network."""

import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from trueodds.errors import TrueOddsError
from trueodds.files import whole_file
from trueodds.model import Model
from trueodds.report.baseline_words import baseline_text
from trueodds.report.bundle import BUNDLE, read_asset
from trueodds.report.chart import load_altair
from trueodds.report.decision_words import cost_text, costs_text
from trueodds.report.effect_charts import effect_figures, effects_lead
from trueodds.report.figure import Figure
from trueodds.report.figures import all_figures
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.reliability import reliability_bins
from trueodds.report.sample import sample_of
from trueodds.report.tables import (
    bin_rows,
    column_rows,
    member_rows,
    score_rows,
    treatment_lines,
    warning_rows,
)
from trueodds.report.wording import (
    averaging,
    clean,
    count,
    headline,
    percent,
    quoted,
    sentence,
    setting,
)

SHOWN_AS_RESULT = ("folds", "members", "many_members")
"""Settings that the page does not list, because it shows their result."""


def write_report(
    model: Model, out_of_fold: OutOfFold, path: Path, scratch: Path | None = None
) -> None:
    """Write the report of a model as one self-contained HTML file.

    The same model and forecast give the same bytes. The file appears complete or not at all: until
    it is complete, it has a temporary name in the folder ``scratch``, or else in the folder of
    ``path``.

    Raises
    ------
    TrueOddsError
        If the arrays of the out-of-fold forecast do not fit together, a library cannot draw the
        page here, or the file cannot be
        written.
    """
    path = Path(path)
    try:
        page = render(model, out_of_fold).encode()
    except (TrueOddsError, MemoryError):
        raise
    except Exception as error:  # of the libraries that draw it
        raise TrueOddsError(
            f"The report {path} could not be made ({type(error).__name__}: {error})."
        ) from error
    try:
        with whole_file(path, scratch) as file:
            file.write(page)
    except OSError as error:
        raise TrueOddsError(
            f"The report {path} could not be written ({error.strerror or error}); "
            "choose a folder that exists and can be written to."
        ) from error


def render(model: Model, out_of_fold: OutOfFold) -> str:
    """Return the text of the page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    load_altair()
    sample = sample_of(out_of_fold)
    bins = reliability_bins(sample)
    figures = all_figures(model, sample, bins, out_of_fold.importance)
    effects = effect_figures(out_of_fold.effects, quoted(model.target_yes))
    figures |= {figure.key: figure for figure in effects}
    columns, columns_hidden = column_rows(model.schema, out_of_fold.importance)
    style, script, bundle = (read_asset(n) for n in ("page.css", "page.js", BUNDLE))
    # Only the scripts with these hashes may run, and the page may load nothing.
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'unsafe-inline'; script-src {_hash_source(bundle)} {_hash_source(script)}"
    )
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(read_asset("page.html.j2")).render(
        policy=policy,
        style=Markup(style),
        script=Markup(script),
        bundle=Markup(bundle),
        specifications=Markup(_specifications(figures)),
        figures=figures,
        effects=effects,
        effects_lead=effects_lead(out_of_fold.effects),
        title=clean(model.target_name, 80),
        yes=quoted(model.target_yes),
        no=quoted(model.target_no),
        target_rule=clean(model.target_rule),
        headline=headline(model.scores, quoted(model.target_yes)),
        scores=score_rows(model.scores, out_of_fold.logistic_regression),
        averaging=averaging(model.scores),
        rows=count(model.scores.rows),
        positives=count(model.scores.positives),
        base_rate=percent(model.scores.base_rate),
        left_out=count(sample.left_out) if sample.left_out else "",
        weighted=out_of_fold.weight is not None,
        bins=bin_rows(bins),
        members=member_rows(model.record),
        columns=columns,
        columns_hidden=count(columns_hidden) if columns_hidden else "",
        columns_total=count(len(model.schema.columns)),
        columns_used=count(len(model.schema.used)),
        decision=_decision(model, out_of_fold),
        warnings=warning_rows(model.schema),
        health=[clean(line, 1000) for line in model.health],
        treatments=[clean(line, 1000) for line in treatment_lines(model.record)],
        notes=[clean(line, 1000) for line in model.notes],
        made=_how_made(model),
    )


def _decision(model: Model, out_of_fold: OutOfFold) -> list[str]:
    """What the networks add; with costs, whom to call and what that costs. In sentences."""
    texts = [baseline_text(out_of_fold.logistic_regression)]
    if out_of_fold.decision is not None and model.costs is not None:
        texts += [costs_text(model.costs), f"this costs {cost_text(out_of_fold.decision)}"]
    return [f"{sentence(text)}." for text in texts]


def _how_made(model: Model) -> list[tuple[str, str]]:
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
    return made


def _specifications(figures: dict[str, Figure]) -> str:
    """All chart specifications as JSON that cannot end the script element around it."""
    specs: dict[str, Any] = {d.key: d.spec for f in figures.values() for d in f.drawings}
    text = json.dumps(specs, allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash_source(script: str) -> str:
    """Return the Content-Security-Policy source that allows only this inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
