"""The report: one HTML page that is complete and loads nothing from the network."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trueodds.errors import TrueOddsError
from trueodds.files import whole_file
from trueodds.model import Model
from trueodds.report.acting import how_columns_act
from trueodds.report.bundle import BUNDLE, read_asset
from trueodds.report.details import forecast, health, how_made, training
from trueodds.report.evidence import Evidence
from trueodds.report.figures import all_figures
from trueodds.report.fired import checks_section
from trueodds.report.groups import groups_of_rows
from trueodds.report.packed import packed, packed_asset
from trueodds.report.reader_bundle import READER
from trueodds.report.reliability import reliability_bins
from trueodds.report.sample import sample_of
from trueodds.report.section import Section, script_json
from trueodds.report.try_it import KEY, smaller, try_it
from trueodds.report.verdict import verdict
from trueodds.report.what_to_do import what_to_do
from trueodds.report.why import why
from trueodds.report.wording import clean, count, percent, quoted

if TYPE_CHECKING:
    from jinja2 import Environment

PACKED = {"charts": BUNDLE, "reader": READER}
"""Large scripts, which ``unpack.js`` runs when they are needed."""
SCRIPTS = ("unpack.js", "page.js", "decide.js", "try.js", "why.js")
"""The other scripts of the page, in the order in which they run."""
MOST_BYTES = 2_500_000
"""A page that would be larger does not carry the model."""


def write_report(model: Model, evidence: Evidence, path: Path, scratch: Path | None = None) -> None:
    """Write the report of a model as one self-contained HTML file.

    The same model and forecast give the same bytes. The file appears complete or not at all: until
    it is complete, it has a temporary name in the folder ``scratch``, or else in the folder of
    ``path``.

    Raises
    ------
    TrueOddsError
        If the arrays of the evidence do not fit together, a library cannot draw the page here, or
        the file cannot be written.

    Examples
    --------
    >>> fitted = trueodds.TrueOddsClassifier(effort="quick").fit(rows, answers)
    >>> trueodds.write_report(fitted.model_, fitted.evidence_, Path("report.html"))
    """
    path = Path(path)
    try:
        page = render(model, evidence).encode()
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


def render(model: Model, evidence: Evidence) -> str:
    """Text of the page, at most `MOST_BYTES` with the model in it."""
    sections = sections_of(model, evidence)
    page = _drawn(model, evidence, sections)
    for other in smaller(model, evidence.importance, MOST_BYTES):
        if len(page.encode()) <= MOST_BYTES:
            break
        page = _drawn(model, evidence, [other if s.key == KEY else s for s in sections])
    return page


def _drawn(model: Model, evidence: Evidence, sections: list[Section]) -> str:
    from markupsafe import Markup

    drawings = [d for s in sections for f in s.figures.values() for d in f.drawings]
    scripts = [read_asset(name) for name in SCRIPTS]
    specifications = script_json({drawing.key: drawing.spec for drawing in drawings})
    packed_parts = {name: packed_asset(asset) for name, asset in PACKED.items()}
    packed_parts["specifications"] = packed(specifications.encode())
    for section in sections:
        packed_parts |= section.packed
    scores = evidence.scores_of(model)
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            policy=policy([*map(read_asset, PACKED.values()), *scripts]),
            style=Markup(read_asset("page.css")),
            packed={name: Markup(text) for name, text in packed_parts.items()},
            scripts=[Markup(script) for script in scripts],
            script_json=lambda values: Markup(script_json(values)),
            sections=sections,
            kicker=evidence.kicker,
            title=clean(model.target_name, 80),
            yes=quoted(model.target_yes),
            no=quoted(model.target_no),
            target_rule=clean(model.target_rule),
            rows=count(scores.rows),
            positives=count(scores.positives),
            base_rate=percent(scores.base_rate),
        )
    )


def environment() -> "Environment":
    """Templates of the assets, whose values are escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(read_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def policy(scripts: Sequence[str]) -> str:
    """Content-Security-Policy: only these scripts may run, and the page may load nothing."""
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'unsafe-inline'; script-src {' '.join(map(_hash_source, scripts))}"
    )


def sections_of(model: Model, evidence: Evidence) -> list[Section]:
    """All sections in the order of the page; the list of contents stands after the first."""
    sample = sample_of(evidence)
    bins = reliability_bins(sample)
    figures = all_figures(model, sample, bins, evidence)
    sections = (
        verdict(model, sample, evidence),
        what_to_do(model, evidence, sample),
        try_it(model, evidence.importance),
        why(model, evidence, figures),
        how_columns_act(evidence.effects, quoted(model.target_yes)),
        groups_of_rows(evidence.slices),
        forecast(figures, bins),
        training(model, figures),
        health(model, figures),
        checks_section(evidence.checks_of(model)),
        how_made(model),
    )
    return [section for section in sections if section is not None]


def _hash_source(script: str) -> str:
    """Return the Content-Security-Policy source that allows only this inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
