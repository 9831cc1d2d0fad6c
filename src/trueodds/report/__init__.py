"""The report: one self-contained page about a model and how good its probabilities are."""

from trueodds.report.evidence import ColumnImportance
from trueodds.report.held_out import HeldOut
from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.page import write_report
from trueodds.report.report import Report, report_on

__all__ = ["ColumnImportance", "HeldOut", "OutOfFold", "Report", "report_on", "write_report"]
