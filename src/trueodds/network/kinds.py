"""The kinds of networks; each has a layout of its own."""

from typing import TypeAlias

from trueodds.network.engine import Engine
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits

AnyLayout: TypeAlias = Layout | SoftSplits
AnyEngine: TypeAlias = Engine | SoftEngine

LAYOUTS: dict[str, type[Layout] | type[SoftSplits]] = {"mlp": Layout, "soft_splits": SoftSplits}
"""Layouts by the names that checkpoints give them."""


def kind_of(layout: AnyLayout) -> str:
    """Return the name of a layout's kind in `LAYOUTS`."""
    return next(name for name, kind in LAYOUTS.items() if isinstance(layout, kind))
