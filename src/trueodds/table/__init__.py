"""Tables of every kind: read them, stream them, write them back.

:func:`read_table` and :func:`as_frame` give a :class:`Frame`, :func:`as_column` a column of labels,
:func:`stream_table` a table in parts; :func:`write_scored` writes the rows with their probability.
"""

from trueodds.table.anywhere import TableStream, read_table, stream_table
from trueodds.table.cells import MISSING_MARKERS
from trueodds.table.convert import as_column, as_frame
from trueodds.table.frame import Frame
from trueodds.table.mapped import read_mapped
from trueodds.table.sources import Source, as_source
from trueodds.table.write import writable_ending, write_scored, write_stream

__all__ = [
    "MISSING_MARKERS",
    "Frame",
    "Source",
    "TableStream",
    "as_column",
    "as_frame",
    "as_source",
    "read_mapped",
    "read_table",
    "stream_table",
    "writable_ending",
    "write_scored",
    "write_stream",
]
