"""One row of the speed table: what is aimed at, what was found, and what explains a miss.

A row that was not measured has neither figures nor a verdict.
"""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    work: str
    target: str
    limit: str
    """What explains a miss, in a sentence."""
    why: str
    """The same in a few words."""
    detail: str = ""
    """On what it was measured; stands behind the work where there is room."""
    ours: str = "–"
    peers: str = "–"
    ratio: str = "–"
    brief: tuple[str, str, str] = ("–", "–", "–")
    """Ours, the peers' and the ratio in a few words."""
    met: bool | None = None
    """None where it was not measured."""

    @property
    def verdict(self) -> str:
        """Met, missed, or open."""
        return {True: "met", False: "missed", None: "not measured"}[self.met]

    @property
    def whole(self) -> str:
        """The work, and on what it was measured."""
        return self.work + self.detail

    def found(self, **fields: Any) -> "Row":
        """Give this row with its figures."""
        return replace(self, **fields)


ROWS = {
    "one row": Row(
        "one row from a dict",
        "≤ LightGBM's, < 40 µs",
        "all networks are summed for each row, and the cells are read in Python",
        "all networks are summed",
    ),
    "many networks": Row(
        "one row, the most networks",
        "30 networks in < 80 µs",
        "the first sums of all networks are added from tables, for each row",
        "the first sums of all networks",
    ),
    "batches": Row(
        "batches from a frame",
        "≤ LightGBM's, ≤ 2 × CatBoost's",
        "each row of a batch adds the same rows of tables, and each gate of soft splits takes a σ",
        "sums from tables, a σ for each gate",
    ),
    "networks": Row(
        "networks alone",
        "≤ onnxruntime float32's",
        "sums in float64, exact in any order, where onnxruntime rounds in float32",
        "exact sums in float64",
    ),
    "csv": Row(
        "`predict` of a CSV",
        "≥ 150,000 rows/s on 2 cores, same memory",
        "cells are read by the schema, and each row runs through all networks",
        "all networks for each row",
    ),
    "start": Row(
        "cold `predict` of one row",
        "< 0.3 s",
        "NumPy and polars alone are about half of its processor time, and more than the aim; "
        "all regular expressions together are 4 %",
        "NumPy and polars take half",
    ),
    "fits": Row(
        "`fit`, quick and standard, processor time",
        "< CatBoost's, < CatBoost × 5's, same log-loss",
        "each fold trains networks of four kinds, with few rows in twice as many folds",
        "networks of four kinds",
    ),
    "first": Row(
        "`fit`, beside 0.1.0, processor time",
        "≤ half of 0.1.0's, same log-loss",
        "networks of four kinds are trained where 0.1.0 has one kind, with few rows in ten folds "
        "where it has five, until 0.1 % of the loss is left and not 0.5 %",
        "four kinds of networks, not one",
    ),
    "million": Row(
        "`fit`, 10⁶ rows, standard",
        "≤ 100 s, `--memory` ≤ 1.5 × that",
        "20 networks of four kinds see 65,536 rows an epoch; one core encodes all rows and scores",
        "one core encodes and scores",
    ),
    "import": Row(
        "import of the estimator",
        "< 0.7 s of processor time",
        "scikit-learn's base class alone takes most of it: it loads SciPy and pandas",
        "scikit-learn's base class",
    ),
}
"""All rows in their order, not measured yet."""


def span(values: list[float], form: str = ".2f") -> str:
    """From the least to the greatest."""
    ends = [f"{end:{form}}" for end in (min(values), max(values))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def rough(value: float) -> str:
    """A figure of two digits."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"


def rough_span(values: list[float]) -> str:
    """From the least to the greatest, of two digits each."""
    ends = [rough(min(values)), rough(max(values))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
