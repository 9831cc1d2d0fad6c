"""Tables as they come: read them, say what each column is, turn cells into numbers, write back.

Names and files: :func:`read_table` and :func:`as_frame` give a :class:`Frame`;
:func:`as_column` a column of labels;
:func:`read_target` the yes/no column; :func:`infer_schema` what the other columns are;
:func:`to_values` their cells as numbers and codes; :func:`write_scored` the rows with their
probability.
"""

from trueodds.table.cells import MISSING_MARKERS
from trueodds.table.convert import as_column, as_frame
from trueodds.table.frame import Frame
from trueodds.table.kinds import infer_schema
from trueodds.table.leak import Leak
from trueodds.table.leaks import rare_auc, suspect_leaks
from trueodds.table.mapped import read_mapped
from trueodds.table.read import read_table
from trueodds.table.schema import Column, Kind, Schema
from trueodds.table.stream import TableStream, stream_table
from trueodds.table.target import Target, apply_target, read_target
from trueodds.table.values import Values, to_values
from trueodds.table.write import writable_ending, write_scored, write_stream

__all__ = [
    "MISSING_MARKERS",
    "Column",
    "Frame",
    "Kind",
    "Leak",
    "Schema",
    "TableStream",
    "Target",
    "Values",
    "apply_target",
    "as_column",
    "as_frame",
    "infer_schema",
    "rare_auc",
    "read_mapped",
    "read_table",
    "read_target",
    "stream_table",
    "suspect_leaks",
    "to_values",
    "writable_ending",
    "write_scored",
    "write_stream",
]
