"""Errors and warnings that a user can meet, each one clear sentence: what, where, what to do."""

import sys
import warnings

LONGEST = 600


class TrueOddsError(ValueError):
    """Base of all errors raised on purpose; the command line prints it and exits with 1.

    Names and cells in a sentence come from strangers: what is not printable (line ends, escape
    sequences, marks that turn the writing direction) is shown escaped, and at most 600 characters.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(_printable(sentence))


class UsageError(TrueOddsError):
    """Options that cannot go together or name something that is not there (exit code 2)."""


class TableError(TrueOddsError):
    """A table that cannot be read or used: names the file, and the column and row if known."""


class TargetError(TableError):
    """A target column that is not a yes/no question: names the labels and their counts."""


class TrainingError(TrueOddsError):
    """Training could not produce a model from a table that was read well."""


class ModelFileError(TrueOddsError):
    """A file that is not a usable .odds model: damaged, foreign or too new."""


class KernelError(TrueOddsError):
    """A compiled function that can be neither loaded nor compiled."""


class TableWarning(UserWarning):
    """What was guessed, left out or could not be read in a table: the column and an example.

    The command line prints the same sentence as a note. The text is shown as that of a
    `TrueOddsError`.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(_printable(sentence))


class LeakWarning(TableWarning):
    """Columns that give the target away, or almost: names them, the evidence and what to do."""


class CacheWarning(UserWarning):
    """Compiled functions cannot be kept on disk, so every process compiles them again."""


def warn(warning: Warning) -> None:
    """Warn at the line of the caller that is outside of this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals["__name__"].startswith("trueodds."):
        level, frame = level + 1, frame.f_back
    warnings.warn(warning, stacklevel=level)


def _printable(sentence: object) -> str:
    text = str(sentence)[: LONGEST + 1]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
