"""The report: one self-contained page that shows how far the probabilities can be trusted."""

from trueodds.report.out_of_fold import ColumnImportance, OutOfFold
from trueodds.report.page import write_report

__all__ = ["ColumnImportance", "OutOfFold", "write_report"]
