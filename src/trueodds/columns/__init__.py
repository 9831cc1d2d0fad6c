"""What the columns of a table mean: kinds, numbers, dates, labels, the target, leaks.

:func:`read_target` gives the yes/no column; :func:`infer_schema` says what the other columns are;
:func:`to_values` gives their cells as numbers and codes; :func:`suspect_leaks` names columns that
give the target away. Each is imported when first asked for: scoring needs a few of them only.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueodds.columns.kinds import infer_schema
    from trueodds.columns.leak import Leak
    from trueodds.columns.leaks import rare_auc, suspect_leaks
    from trueodds.columns.schema import Column, Kind, Schema
    from trueodds.columns.target import Target, apply_target, read_target
    from trueodds.columns.values import Values, to_values

__all__ = [
    "Column",
    "Kind",
    "Leak",
    "Schema",
    "Target",
    "Values",
    "apply_target",
    "infer_schema",
    "rare_auc",
    "read_target",
    "suspect_leaks",
    "to_values",
]

_HOMES = {
    "Column": "schema",
    "Kind": "schema",
    "Leak": "leak",
    "Schema": "schema",
    "Target": "target",
    "Values": "values",
    "apply_target": "target",
    "infer_schema": "kinds",
    "rare_auc": "leaks",
    "read_target": "target",
    "suspect_leaks": "leaks",
    "to_values": "values",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
