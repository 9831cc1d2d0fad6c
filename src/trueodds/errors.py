"""Errors and warnings for users: each message is one sentence of what, where and what to do."""

import sys
import warnings
from types import FrameType

from trueodds.text import printable

__all__ = [
    "CacheWarning",
    "KernelError",
    "LeakWarning",
    "ModelFileError",
    "TableError",
    "TableWarning",
    "TargetError",
    "TrainingError",
    "TrueOddsError",
    "UsageError",
]

LONGEST = 600
"""Most characters of a message."""


class TrueOddsError(ValueError):
    """Base of all errors for users; the command line prints the message and exits with 1.

    Names and cells in a message come from untrusted files. Characters that are not printable (line
    ends, escape sequences, marks of the writing direction) are escaped, and the message is cut to
    `LONGEST` characters.

    Examples
    --------
    >>> try:
    ...     trueodds.load("no such file.odds")
    ... except trueodds.TrueOddsError as error:
    ...     print(type(error).__name__)
    ModelFileError
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(printable(message, LONGEST))


class UsageError(TrueOddsError):
    """Options that exclude each other or name something that does not exist (exit code 2)."""


class TableError(TrueOddsError):
    """A table that cannot be read or used; the message names the file, column and row if known."""


class TargetError(TableError):
    """A target column without exactly two labels; the message names the labels and their counts."""


class TrainingError(TrueOddsError):
    """A table that was read but from which no model can be trained."""


class ModelFileError(TrueOddsError):
    """A file that is no usable .odds model: it is damaged, of another kind or too new."""


class KernelError(TrueOddsError):
    """A compiled function that can be neither loaded nor compiled."""


class TableWarning(UserWarning):
    """What was guessed, left out or could not be read in a table: the column and an example.

    The command line prints the same sentence as a note. The message is escaped and
    cut as that of a `TrueOddsError`.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", trueodds.LeakWarning)  # stop at a column that tells all
    ...     learned = trueodds.TrueOddsClassifier(effort="quick").fit(rows, answers)
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(printable(message, LONGEST))


class LeakWarning(TableWarning):
    """Columns that give the target away, or nearly: the message names them and the evidence."""


class CacheWarning(UserWarning):
    """Compiled functions cannot be kept on disk, so every process compiles them again.

    Examples
    --------
    >>> import warnings
    >>> warnings.simplefilter("ignore", trueodds.errors.CacheWarning)
    """


def warn(warning: Warning) -> None:
    """Warn at the line of the caller that is outside of this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and _name(frame).startswith("trueodds."):
        level, frame = level + 1, frame.f_back
    warnings.warn(warning, stacklevel=level)


def _name(frame: FrameType) -> str:
    """Name of a frame's module; code that `exec` runs may have none."""
    return str(frame.f_globals.get("__name__", ""))
