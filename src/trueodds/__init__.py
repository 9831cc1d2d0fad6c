"""trueodds: probabilities you can trust, from a table with a yes/no column.

``TrueOddsClassifier`` learns, ``load`` reads a model back, ``Model`` scores rows, ``compare`` tells
which of several models is better, and ``write_report`` draws the page. Each is imported when first
asked for, so that scoring starts fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueodds.classifier import TrueOddsClassifier
    from trueodds.errors import LeakWarning, TableWarning, TrueOddsError
    from trueodds.model import Model, load
    from trueodds.model.compare import compare
    from trueodds.report import write_report

__all__ = [
    "LeakWarning",
    "Model",
    "TableWarning",
    "TrueOddsClassifier",
    "TrueOddsError",
    "compare",
    "load",
    "write_report",
]
__version__ = "0.1.0"

_HOMES = {
    "LeakWarning": "trueodds.errors",
    "Model": "trueodds.model",
    "TableWarning": "trueodds.errors",
    "TrueOddsClassifier": "trueodds.classifier",
    "TrueOddsError": "trueodds.errors",
    "compare": "trueodds.model.compare",
    "load": "trueodds.model",
    "write_report": "trueodds.report",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'trueodds' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
