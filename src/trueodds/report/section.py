"""One section of the page: a template, its values, its charts, and data for its script."""

import json
from dataclasses import dataclass, field
from typing import Any

from trueodds.report.figure import Figure


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading, which the list of contents names.

    The template is ``assets/section_KEY.html.j2``. It sees the section as ``section``.
    """

    key: str
    """The id of the heading, and the name of the template."""
    title: str
    values: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    folded: bool = False
    """Whether the section is closed until the reader opens it."""
    data: Any = None
    """Plain values for the section's script, in the element ``data-KEY``; None for none."""
    packed: dict[str, str] = field(default_factory=dict)
    """Packed parts for the section's script, in the elements ``packed-NAME``."""


def script_json(values: Any) -> str:
    """Plain values as JSON that cannot end the script element around it."""
    text = json.dumps(values, allow_nan=False, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
