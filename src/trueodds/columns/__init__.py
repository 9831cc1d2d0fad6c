"""What the columns of a table mean: kinds, numbers, dates, labels, the target, leaks.

:func:`read_target` gives the yes/no column; :func:`infer_schema` says what the other columns are;
:func:`to_values` gives their cells as numbers and codes; :func:`suspect_leaks` names columns that
give the target away.
"""

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
