"""The chart library that every page carries: one JavaScript file, made once and kept in assets/.

``python -m trueodds.report.bundle`` makes it anew (needs the developer tool vl-convert-python;
reading it needs nothing). Do so when Altair moves to another Vega-Lite, and bring
``assets/NOTICE.md`` up to date in the same change.
"""

from importlib import resources
from pathlib import Path

VEGA_LITE = "6.4"
"""The Vega-Lite release in the bundle: the one whose specifications Altair writes."""

BUNDLE = "vega-bundle.js"


def read_asset(name: str) -> str:
    """Text of a file in ``trueodds/report/assets``."""
    return (resources.files("trueodds.report") / "assets" / name).read_text(encoding="utf-8")


def build() -> str:
    """JavaScript that defines ``window.vegaEmbed``, under a comment with its notices.

    The notices go into the file because each page is itself a copy of the libraries.
    """
    import vl_convert  # type: ignore[import-not-found,import-untyped,unused-ignore]

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    notice = read_asset("NOTICE.md").replace("*/", "* /")
    # A function scope: the bundle's own top-level names must not become the page's globals.
    return f"/*!\n{notice}*/\n(() => {{\n{script.strip()}\n}})();\n"


if __name__ == "__main__":
    Path(__file__).with_name("assets").joinpath(BUNDLE).write_text(build(), encoding="utf-8")
