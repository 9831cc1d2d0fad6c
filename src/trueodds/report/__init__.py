"""The report: one self-contained page about a model and how good its probabilities are."""

from trueodds.report.out_of_fold import ColumnImportance, OutOfFold
from trueodds.report.page import write_report

__all__ = ["ColumnImportance", "OutOfFold", "write_report"]
