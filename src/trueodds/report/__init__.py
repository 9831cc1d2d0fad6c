"""The report: one self-contained page that shows how far the probabilities can be trusted."""

from trueodds.report.evidence import ColumnImportance, Evidence
from trueodds.report.page import write_report

__all__ = ["ColumnImportance", "Evidence", "write_report"]
