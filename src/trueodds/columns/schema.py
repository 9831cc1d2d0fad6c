"""What a table's columns are: the plain values that reading hands on to encoding."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from trueodds.columns.date_text import Order
from trueodds.columns.leak import Leak

Kind = Literal["number", "category", "yesno", "date", "text", "ignored", "aside"]
"""``aside`` is the model file's word for ``ignored``; no `Column` has it."""
READINGS = ("decimal_point", "decimal_comma", "duration")
"""Number styles that came after the first version of the format."""
NUMBER_STYLES = ("", "thousands", "comma", *READINGS)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the training table and how its cells are read.

    ``kind``: ``number`` (float64, NaN when missing), ``category`` and ``yesno`` (int32 codes into
    ``levels``), ``date`` (float64 seconds since 1970-01-01 UTC), ``ignored`` (not used; ``reason``
    says why: constant, empty, identifier, dropped, …), ``text`` (its ``words`` alone are used;
    ``reason`` says why it has no levels).
    """

    name: str
    kind: Kind
    reason: str = ""
    missing: int = 0
    distinct: int = 0
    levels: tuple[str, ...] = ()
    """Category levels, most frequent first, ties by text; a yes/no column has its "no" first."""
    date_format: str = ""
    """strptime pattern of a date held as text; empty for a true date or timestamp column, and where
    ``date_order`` reads the text."""
    number_style: str = ""
    """How text writes numbers: empty 1234.5; ``decimal_point`` 1,234.5; ``decimal_comma`` 1.234,5;
    ``duration`` 1:30:00, in seconds. Older files have ``thousands`` and ``comma``."""
    leak: str = ""
    """Non-empty when the column, alone or with others, gives the target away: the evidence."""
    unit: str = ""
    """Unit that numbers in text may have, in `trueodds.columns.units.unit_of`'s spelling."""
    date_order: Order = ""
    """Order of day, month and year in text; see `trueodds.columns.date_text.moment`."""
    century: int = 0
    """First of the hundred years that a year of two digits stands for; 0 where years have four."""
    words: tuple[str, ...] = ()
    """Words and pieces that are looked for in a column of text or of many levels; see
    `trueodds.columns.words`."""
    remarks: tuple[str, ...] = ()
    """What was guessed about the column, in sentences. Not kept in the model file, whose notes have
    them."""

    def __post_init__(self) -> None:
        if self.kind == "aside":
            object.__setattr__(self, "kind", "ignored")

    @property
    def coded(self) -> bool:
        """Whether its cells are read as positions in its levels."""
        return self.kind in ("category", "yesno", "text")

    @property
    def needs_readings(self) -> bool:
        """Whether a reader must know more than plain numbers and ``date_format`` to read it."""
        return self.number_style in READINGS or bool(self.date_order)

    def with_words(self, words: tuple[str, ...], examples: str) -> "Column":
        """The same column with these words alone; see `Schema.with_words`."""
        if self.kind != "text":
            used = (f"beside its levels, words such as {examples} are used",) if words else ()
            return replace(self, words=words, remarks=(*self.remarks, *used))
        what, _, counts = self.reason.partition(": ")
        if words:
            what = "text" if what == "identifier" else what
            reason = f"{what}: {counts}; words such as {examples} are used"
            return replace(self, words=words, reason=reason, remarks=(*self.remarks, reason))
        nothing = "" if what == "identifier" else ", whose words tell nothing"
        return replace(self, kind="ignored", words=(), reason=f"{self.reason}{nothing}")

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header; a rule of reading that is not used is left out.

        Files of before there were such rules keep their bytes when they are written again.
        """
        fields = asdict(self)
        del fields["remarks"]
        if self.kind == "ignored":
            fields["kind"] = "aside"
        for name in ("unit", "date_order", "century", "words"):
            if not fields[name]:
                del fields[name]
        return fields


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
        return tuple(c for c in self.columns if c.kind != "ignored")

    @property
    def warnings(self) -> tuple[Leak, ...]:
        """``leaks``, also of a model file of before there were any: its marked columns."""
        return self.leaks or tuple(
            Leak((c.name,), "leak", "alone", None, c.leak) for c in self.columns if c.leak
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed about the columns, one sentence a guess."""
        return tuple(f'column "{c.name}": {remark}' for c in self.columns for remark in c.remarks)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        fields = asdict(self)
        return {**fields, "columns": [column.to_json() for column in self.columns]}

    def with_words(
        self, words: Mapping[str, tuple[str, ...]], examples: Mapping[str, str]
    ) -> "Schema":
        """Return the same schema where these words of columns are all that there are.

        A text without words is ignored; of others the reason, or a remark, gives examples.

        Parameters
        ----------
        words, examples
            By column: the words that are left, and a few of them as a sentence has them.
        """
        return replace(
            self,
            columns=tuple(
                column.with_words(words.get(column.name, ()), examples.get(column.name, ""))
                if column.words
                else column
                for column in self.columns
            ),
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
