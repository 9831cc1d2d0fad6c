"""The site: Sphinx reads these settings; ``make docs`` builds it into build/site."""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "docs")]

import numpy as np  # noqa: E402
import numpy.typing  # noqa: E402

from trueodds import __version__  # noqa: E402

# A page shows the name of this type, not the union that it stands for.
numpy.typing.ArrayLike = type("ArrayLike", (), {"__module__": "numpy.typing"})  # type: ignore[misc]

project = "trueodds"
author = "the trueodds authors"
copyright = "the trueodds authors, Apache-2.0"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
language = "en"

myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]  # the gallery of a page may start below its second level

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
default_role = "py:obj"

html_theme = "furo"
html_title = "trueodds"
html_static_path = ["_static"]
html_css_files = ["site.css"]
FIGURES = ("plot", "slope", "depth", "penalty", "neuron", "corner", "reliability", "start")
html_js_files = [(f"figures/{name}.js", {"defer": "defer"}) for name in FIGURES]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}


class Named(type):
    """A class for every name of a library that is not installed: only signatures are read."""

    def __getattr__(cls, name: str) -> "Named":
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(name, (), {"__module__": "torch"})


def without_torch() -> None:
    """Let the modules for PyTorch be imported where it is not installed."""
    for name in ("torch", "torch.nn", "torch.nn.modules", "torch.nn.modules.module"):
        module = ModuleType(name)
        module.__getattr__ = Named.__getattr__.__get__(Named("any", (), {}))  # type: ignore[method-assign]
        sys.modules[name] = module


def without_signature(
    app: Any, what: str, name: str, found: Any, options: Any, lines: list[str]
) -> None:
    """NumPy puts a ufunc's signature into its docstring, where the stars would be markup."""
    if isinstance(found, np.ufunc):
        lines[:] = [line for line in lines if not line.startswith(f"{found.__name__}(")]


ELSEWHERE = {
    "](../README.md": "](index.md",
    "](../CHANGELOG.md": "](changelog.md",
    "](../CONTRIBUTING.md": "](contributing.md",
    "](../../examples/ATTRIBUTION.md": "](tables.md",
    "](../../src/trueodds/data/ATTRIBUTION.md": "](tables.md",
}
"""Links of pages to files outside of docs, and the pages of the site that hold these."""


def within_the_site(app: Any, name: str, source: list[str]) -> None:
    """Lead links to files outside of docs to their pages."""
    for written, page in ELSEWHERE.items():
        source[0] = source[0].replace(written, page)


def setup(app: Any) -> None:
    """Connect the steps above."""
    if find_spec("torch") is None:
        without_torch()
    app.connect("autodoc-process-docstring", without_signature)
    app.connect("source-read", within_the_site)
