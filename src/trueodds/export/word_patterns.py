"""Regular expressions (RE2) that match a cell if it has a word of a column of text.

They know the words of `trueodds.columns.words`: single words, pairs of neighbours and pieces.
"""

from trueodds.columns.words import BLANK, DIGITS, LETTERS

_LETTER, _OTHER_LETTER = f"[{LETTERS}]", f"[^{LETTERS}]"
_NEITHER = f"[^0-9{LETTERS}]"


def pattern_of(word: str) -> str:
    """Pattern that a whole cell matches if it has the word, in any case.

    Parameters
    ----------
    word
        A word, a pair or a piece, not empty.
    """
    return f"(?is){_inner(word)}"


def _inner(word: str) -> str:
    if " " in word:
        return _pair(*word.split(" "))
    if BLANK not in word:
        return f"{_before(word)}{word}{_behind(word)}"
    part = word.strip(BLANK)
    if part[0] in DIGITS:
        return f"{_before(part)}{part}[0-9].*"
    if word[0] == BLANK and word[-1] == BLANK:
        return f".*{part}.*"
    if word[-1] == BLANK:
        return f"{_before(part)}{part}{_LETTER}.*"
    return f".*{_LETTER}{part}{_behind(part)}"


def _pair(one: str, other: str) -> str:
    same = (one[0] in DIGITS) == (other[0] in DIGITS)
    between = f"{_NEITHER}{'+' if same else '*'}"
    return f"{_before(one)}{one}{between}{other}{_behind(other)}"


def _before(word: str) -> str:
    return f"(?:.*{_stranger(word)})?"


def _behind(word: str) -> str:
    return f"(?:{_stranger(word)}.*)?"


def _stranger(word: str) -> str:
    """A character that cannot belong to the word."""
    return "[^0-9]" if word[0] in DIGITS else _OTHER_LETTER
