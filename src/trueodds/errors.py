"""Every error a user can meet, each one clear sentence: what was wrong, where, what to do."""

from trueodds.text import printable

LONGEST = 600


class TrueOddsError(ValueError):
    """Base of all errors raised on purpose; the command line prints it and exits with 1.

    Names and cells in a sentence come from strangers: its text is `printable`, at most 600
    characters.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(printable(sentence, LONGEST))


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


class LeakWarning(UserWarning):
    """Columns that give the target away, or almost: names them, the evidence and what to do.

    Its text is shown as that of a `TrueOddsError`.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(printable(sentence, LONGEST))
