"""The kinds of networks there are, each known by its layout."""

from typing import Any, TypeAlias

from trueodds.network.engine import Engine
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_splits import SoftSplits

AnyLayout: TypeAlias = Layout | SoftSplits
AnyEngine: TypeAlias = Engine | SoftEngine


def layout_from_json(data: dict[str, Any]) -> AnyLayout:
    """Inverse of every layout's ``to_json``."""
    soft = data.get("kind") == SoftSplits.kind
    return SoftSplits.from_json(data) if soft else Layout.from_json(data)
