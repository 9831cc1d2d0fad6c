"""Printing: results go to stdout, notes and errors to stderr."""

import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from trueodds.cli.json_versions import format_of
from trueodds.errors import CacheWarning, TableWarning
from trueodds.json_text import json_text
from trueodds.text import printable

LABEL_WIDTH = 11


def note(text: str) -> None:
    """Print a note to stderr."""
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Within the block, warnings of trueodds are notes; others look as Python shows them."""
    shown = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        if issubclass(category, CacheWarning | TableWarning):
            note(f"Note: {message}")
        else:
            shown(message, category, *rest, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = shown


def fail(text: str) -> None:
    """Print an error to stderr, red on a terminal."""
    sentence = printable(text)
    if sys.stderr.isatty():
        sentence = f"\x1b[31m{sentence}\x1b[0m"
    print(sentence, file=sys.stderr, flush=True)


def print_json(command: str, data: dict[str, Any]) -> None:
    """Print the JSON object of a command to stdout; numbers that are not finite become null."""
    print(json_text({"format": format_of(command), **data}, indent=2))


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print labelled lines to stdout, wrapped on a terminal; an empty label continues a list."""
    terminal = sys.stdout.isatty()
    width = max(40, shutil.get_terminal_size().columns) if terminal else 0
    for label, text in facts:
        head = f"{label:<{LABEL_WIDTH}} "
        body = printable(text)
        if terminal:
            body = textwrap.fill(
                body, width, initial_indent=head, subsequent_indent=" " * len(head)
            )
            print(f"\x1b[1m{body[: len(head)]}\x1b[0m{body[len(head) :]}")
        else:
            print(f"{head}{body}".rstrip())


def print_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)
) -> None:
    """Print an aligned table to stdout; the columns ``left`` are aligned left, the others right."""
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for number, row in enumerate(cells):
        parts = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "   ".join(parts).rstrip()
        if number == 0 and sys.stdout.isatty():
            line = f"\x1b[1m{line}\x1b[0m"
        print(line)


def shortened(names: Sequence[str], most: int = 6) -> str:
    """List names; of more than ``most`` names only the first."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
