"""The report: one HTML page that is complete and loads nothing from the network."""

import hashlib
from base64 import b64encode
from pathlib import Path

from trueodds.errors import TrueOddsError
from trueodds.files import whole_file
from trueodds.model import Model
from trueodds.report.acting import how_columns_act
from trueodds.report.bundle import BUNDLE, read_asset
from trueodds.report.chart import load_altair
from trueodds.report.details import forecast, health, how_made, training
from trueodds.report.figures import all_figures
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.reader_bundle import READER
from trueodds.report.reliability import reliability_bins
from trueodds.report.sample import sample_of
from trueodds.report.section import Section, script_json
from trueodds.report.try_it import KEY, too_large, try_it
from trueodds.report.verdict import verdict
from trueodds.report.what_to_do import what_to_do
from trueodds.report.why import why
from trueodds.report.wording import clean, count, percent, quoted

SCRIPTS = (BUNDLE, READER, "page.js", "decide.js", "try.js")
"""The scripts of the page, in the order in which they run."""
MOST_BYTES = 2_500_000
"""A page that would be larger does not carry the model."""


def write_report(
    model: Model, out_of_fold: OutOfFold, path: Path, scratch: Path | None = None
) -> None:
    """Write the report of a model as one self-contained HTML file.

    The same model and forecast give the same bytes. The file appears complete or not at all: until
    it is complete, it has a temporary name in the folder ``scratch``, or else in the folder of
    ``path``.

    Parameters
    ----------
    model
        The trained model.
    out_of_fold
        Its evidence: ``evidence_`` of the estimator.
    path
        The page, such as ``"loans.html"``.
    scratch
        A folder on the same disk; None takes that of ``path``.

    Raises
    ------
    TrueOddsError
        If the arrays of the out-of-fold forecast do not fit together, a library cannot draw the
        page here, or the file cannot be written.
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
    """Text of the page, at most `MOST_BYTES` with the model in it."""
    load_altair()
    sections = _sections(model, out_of_fold)
    page = _drawn(model, sections)
    if len(page.encode()) <= MOST_BYTES:
        return page
    return _drawn(model, [too_large(MOST_BYTES) if s.key == KEY else s for s in sections])


def _drawn(model: Model, sections: list[Section]) -> str:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    drawings = [d for s in sections for f in s.figures.values() for d in f.drawings]
    scripts = [read_asset(name) for name in SCRIPTS]
    # Only the scripts with these hashes may run, and the page may load nothing.
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'unsafe-inline'; script-src {' '.join(map(_hash_source, scripts))}"
    )
    environment = Environment(
        loader=FunctionLoader(read_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        policy=policy,
        style=Markup(read_asset("page.css")),
        scripts=[Markup(script) for script in scripts],
        script_json=lambda values: Markup(script_json(values)),
        specifications={drawing.key: drawing.spec for drawing in drawings},
        sections=sections,
        title=clean(model.target_name, 80),
        yes=quoted(model.target_yes),
        no=quoted(model.target_no),
        target_rule=clean(model.target_rule),
        rows=count(model.scores.rows),
        positives=count(model.scores.positives),
        base_rate=percent(model.scores.base_rate),
    )


def _sections(model: Model, out_of_fold: OutOfFold) -> list[Section]:
    """All sections in the order of the page; the list of contents stands after the first."""
    sample = sample_of(out_of_fold)
    bins = reliability_bins(sample)
    figures = all_figures(model, sample, bins, out_of_fold.importance)
    sections = (
        verdict(model, sample, out_of_fold),
        what_to_do(model, out_of_fold, sample),
        try_it(model, out_of_fold.importance),
        why(model, out_of_fold, figures),
        how_columns_act(out_of_fold.effects, quoted(model.target_yes)),
        forecast(figures, bins),
        training(model, figures),
        health(model, figures),
        how_made(model),
    )
    return [section for section in sections if section is not None]


def _hash_source(script: str) -> str:
    """Return the Content-Security-Policy source that allows only this inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
