"""What a table's columns are: the plain values that reading hands on to encoding."""

from dataclasses import dataclass, replace
from typing import Literal

from trueodds.columns.leak import Leak

Kind = Literal["number", "category", "yesno", "date", "aside"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the training table and how its cells are read.

    ``kind``: ``number`` (float64, NaN when missing), ``category`` and ``yesno`` (int32 codes into
    ``levels``), ``date`` (float64 seconds since 1970-01-01 UTC), ``aside`` (not used; ``reason``
    says why: constant, empty, identifier, dropped, …).
    """

    name: str
    kind: Kind
    reason: str = ""
    missing: int = 0
    distinct: int = 0
    levels: tuple[str, ...] = ()
    """Category levels, most frequent first, ties by text; a yes/no column has its "no" first."""
    date_format: str = ""
    """strptime pattern of a date held as text; empty for a true date or timestamp column."""
    number_style: str = ""
    """How text writes numbers: empty 1234.5, ``thousands`` 1,234.5, ``comma`` 1.234,5."""
    leak: str = ""
    """Non-empty when the column, alone or with others, gives the target away: the evidence."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of the training table in their order, the target left out."""

    columns: tuple[Column, ...]
    rows: int
    leaks: tuple[Leak, ...] = ()
    """Columns that give the target away, and what to look at."""

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that the network sees."""
        return tuple(c for c in self.columns if c.kind != "aside")

    @property
    def warnings(self) -> tuple[Leak, ...]:
        """``leaks``, also of a model file of before there were any: its marked columns."""
        return self.leaks or tuple(
            Leak((c.name,), "leak", "alone", None, c.leak) for c in self.columns if c.leak
        )

    def with_leaks(self, *leaks: Leak) -> "Schema":
        """Return the same schema with further findings, and the columns of leaks marked."""
        marks = {
            name: leak.evidence if leak.kind == "alone" else leak.finding()
            for leak in leaks
            if leak.tier == "leak"
            for name in leak.named
        }
        columns = tuple(replace(c, leak=marks.get(c.name, c.leak)) for c in self.columns)
        return replace(self, columns=columns, leaks=(*self.leaks, *leaks))
