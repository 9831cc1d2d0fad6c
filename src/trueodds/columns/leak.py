"""A finding about columns that may have been written down after the answer was known."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

MOST_NAMES = 6
"""Columns named in one sentence."""


@dataclass(frozen=True, slots=True)
class Leak:
    """Columns that give the target away, and the evidence.

    ``tier``: ``leak`` where no honest column is known to do this, ``look`` where some are.
    ``kind``: ``alone`` for one column, ``together`` for up to three columns (and those that stand
    in for one of them), ``score`` for the whole model's AUC and its most important columns.
    """

    columns: tuple[str, ...]
    tier: Literal["leak", "look"]
    kind: Literal["alone", "together", "score"]
    auc: float | None
    """0 … 1, of rows kept apart; None in model files that do not hold it."""
    evidence: str
    """In words, without the names."""
    stand_ins: tuple[str, ...] = ()
    """Further columns, each of which does as well in the place of one of ``columns``."""

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that the finding is about."""
        return (*self.columns, *self.stand_ins)

    def message(self, *, command: bool = True) -> str:
        """One sentence; with ``command`` it says which options of ``fit`` leave the columns out."""
        return f"{self.finding()}; {self.remedy(command=command)}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``."""
        return {
            "columns": list(self.named),
            "tier": self.tier,
            "kind": self.kind,
            "auc": self.auc,
            "evidence": self.evidence,
            "text": self.message(),
        }

    def finding(self) -> str:
        """What was found."""
        names = listed(self.columns)
        if self.kind == "score":
            text = f"{self.evidence}; the most important columns are {names}"
        elif self.kind == "together":
            how = "give the answer away" if self.tier == "leak" else "almost give the answer away"
            text = f"{names} together {how}: {self.evidence}"
        elif self.tier == "leak":
            text = f"{names} alone gives the answer away: {self.evidence}"
        elif self.auc is not None and self.auc < 0.95:
            text = f"{names} is {self.evidence}"
        else:
            text = f"{names} alone almost gives the answer away: {self.evidence}"
        if self.stand_ins:
            do = "does" if len(self.stand_ins) == 1 else "do"
            text += f"; {listed(self.stand_ins)} {do} as well in the place of one of them"
        return text

    def remedy(self, *, command: bool = True) -> str:
        """What to do."""
        one = len(self.named) == 1
        which = "it is" if one else "they are"
        it = "it" if one else "them"
        if not command:
            return f"if {which} not known when you forecast, fit without {it}"
        options = " ".join(f"--drop {shlex.quote(name)}" for name in self.named[:MOST_NAMES])
        more = " and so on" if len(self.named) > MOST_NAMES else ""
        return f"if {which} not known when you forecast, leave {it} out with {options}{more}"


def listed(names: Sequence[str]) -> str:
    """Name columns in a sentence, the first few of many."""
    shown = [f'"{name}"' for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        return f"{', '.join(shown)} and {len(names) - MOST_NAMES:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
