"""Versions of what ``--json`` prints."""

VERSIONS = {
    "fit": 1,
    "predict": 1,
    "evaluate": 1,
    "compare": 1,
    "decide": 1,
    "effects": 1,
    "drift": 1,
    "check": 1,
    "inspect": 1,
    "prove": 1,
}
"""By command. A field that comes keeps the version; a field that goes, or gets another meaning or
type, raises it."""


def format_of(command: str) -> str:
    """The field ``format`` of what a command prints, such as "trueodds-fit/1"."""
    return f"trueodds-{command}/{VERSIONS[command]}"
