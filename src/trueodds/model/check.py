"""A numbered check that fired, and the list of all rules with their sources."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from trueodds.health.findings import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that fired: what it found, with the evidence, and what to do.

    Examples
    --------
    >>> [check.code for check in model.checks() if check.severity == "failure"]
    [...]
    """

    code: str
    """Such as TO101; ``docs/checks`` has a page for each."""
    severity: Severity
    subject: str
    """The columns or the part of the model that it is about; empty for the whole."""
    sentence: str
    """What was found, with the evidence; without a full stop."""
    remedy: str
    """What to do."""

    def message(self) -> str:
        """Code, finding and remedy on one line."""
        return f"{self.code} {self.sentence}; {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json`` and for the model file."""
        return asdict(self)


def worst_first(found: Iterable[Check]) -> tuple[Check, ...]:
    """Failures, then warnings, then notes; by code within each."""
    return tuple(sorted(found, key=lambda c: (-SEVERITIES.index(c.severity), c.code)))


@dataclass(frozen=True, slots=True)
class Rule:
    """A numbered rule of the checks."""

    code: str
    """Such as TO101."""
    title: str
    """In a few words."""
    severity: Severity
    """Of what it finds, where the finding does not say."""
    source: str
    """Where the rule comes from: a module of trueodds, a paper."""

    def fired(
        self, subject: str, sentence: str, remedy: str, severity: Severity | None = None
    ) -> Check:
        """What the rule has found: a check of this code, with its words.

        ``subject``, ``sentence`` and ``remedy`` are those of `Check`; ``severity`` overrules the
        rule's.
        """
        return Check(self.code, severity or self.severity, subject, sentence, remedy)
