"""The chart library in every page: one JavaScript file, kept in assets/.

``python -m trueodds.report.bundle`` makes this file again; it needs the developer tool
vl-convert-python. Do so for another Vega-Lite, and update ``assets/NOTICE.md`` in the same change.
A test holds every chart to the schema of this Vega-Lite, which Altair, a developer tool, knows.
"""

from importlib import resources
from pathlib import Path

VEGA_LITE = "6.4"
"""The Vega-Lite release in the bundle: the one whose schema the tests use."""

BUNDLE = "vega-bundle.js"


def read_asset(name: str) -> str:
    """Text of a file in ``trueodds/report/assets``."""
    return (resources.files("trueodds.report") / "assets" / name).read_text(encoding="utf-8")


def build() -> str:
    """JavaScript that defines ``window.vegaEmbed``, after a comment with the licences.

    The licences are in the file because every page is a copy of the libraries.
    """
    import vl_convert  # type: ignore[import-not-found,import-untyped,unused-ignore]

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    notice = read_asset("NOTICE.md").replace("*/", "* /")
    # In a function scope, the top-level names of the bundle do not become globals of the page.
    return f"/*!\n{notice}*/\n(() => {{\n{script.strip()}\n}})();\n"


if __name__ == "__main__":
    Path(__file__).with_name("assets").joinpath(BUNDLE).write_text(build(), encoding="utf-8")
