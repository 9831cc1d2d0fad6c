"""A page with nothing but the form "Try it", for a server of models."""

from collections.abc import Sequence
from urllib.parse import quote

from trueodds.model.data import ModelData
from trueodds.report.bundle import read_asset
from trueodds.report.packed import packed_asset
from trueodds.report.page import environment, policy
from trueodds.report.reader_bundle import READER
from trueodds.report.section import script_json
from trueodds.report.try_it import try_it
from trueodds.report.wording import clean, quoted

SCRIPTS = ("unpack.js", "try.js")
NO_REASONS = (
    "Reasons need training rows, and this page holds none: a report of trueodds fit gives the "
    "reasons of a row, and so does trueodds predict --explain."
)


def form_page(model: ModelData, name: str, names: Sequence[str]) -> str:
    """Text of a page that scores one row in the browser; it loads nothing from elsewhere.

    Parameters
    ----------
    model
        The model, which the page carries without training rows.
    name, names
        Its name, and those of all models that are served, to which the page links as ``?model=``.
    """
    from markupsafe import Markup

    scripts = [read_asset(script) for script in SCRIPTS]
    section = try_it(model, (), NO_REASONS)
    packed = {"reader": packed_asset(READER), **section.packed}
    return (
        environment()
        .get_template("form.html.j2")
        .render(
            policy=policy([read_asset(READER), *scripts]),
            style=Markup(read_asset("page.css")),
            packed={part: Markup(text) for part, text in packed.items()},
            scripts=[Markup(script) for script in scripts],
            script_json=lambda values: Markup(script_json(values)),
            section=section,
            title=clean(model.target_name, 80),
            yes=quoted(model.target_yes),
            name=clean(name, 80),
            others=[(clean(other, 80), quote(other)) for other in names if other != name],
        )
    )
