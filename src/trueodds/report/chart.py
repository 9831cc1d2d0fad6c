"""Common parts of all charts: data, size, and the conversion to plain values."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueodds.errors import TrueOddsError
from trueodds.report.theme import config

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 300
LEFT = 44
"""Least width of a y axis in pixels, so that charts above each other are aligned."""


def load_altair() -> None:
    """Import the chart library, also for a user without a home folder.

    Raises
    ------
    TrueOddsError
        If Python runs with -OO: without its docstrings the library does not load.
    """
    if "altair" in sys.modules:
        return
    if sys.flags.optimize > 1:
        raise TrueOddsError(
            "The charts cannot be drawn under python -OO, which takes the chart library's "
            "docstrings away: run without -OO for a report."
        )
    homeless = False
    try:
        Path.home()
    except RuntimeError:  # altair asks for it while it loads, and writes nothing there
        homeless = True
        os.environ["HOME"] = tempfile.gettempdir()
    try:
        import altair  # noqa: F401
    finally:
        if homeless:
            del os.environ["HOME"]


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows as the data of a chart; NumPy scalars become Python numbers."""
    import altair as alt
    import numpy as np

    plain = [
        {k: v.item() if isinstance(v, np.generic) else v for k, v in row.items()} for row in rows
    ]
    return alt.InlineData(values=plain)


def layers(*charts: Any, height: int = HEIGHT) -> alt.LayerChart:
    """One chart made of several layers, as wide as its place on the page."""
    import altair as alt

    return alt.LayerChart(
        layer=list(charts),
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )


def specification(chart: alt.LayerChart) -> dict[str, Any]:
    """Plain values of a chart; they do not depend on charts that were drawn before."""
    import altair as alt

    # The caller's Altair theme and row limit must not change the page.
    with (
        alt.theme.enable("none"),
        alt.data_transformers.enable("default", max_rows=None, consolidate_datasets=False),
    ):
        # A test validates all charts; here it would take half of the time of the page.
        found: dict[str, Any] = chart.to_dict(validate=False)
    found.pop("$schema")  # the page holds its version of Vega-Lite
    return found | {"config": config()}
