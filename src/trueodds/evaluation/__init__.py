"""Proper scores of a forecast, their intervals, and tests of calibration."""
