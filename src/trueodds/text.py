"""Names, cells and messages as they are shown: in errors, on the terminal and on the page."""


def printable(text: object, longest: int | None = None) -> str:
    r"""Return text on one line that cannot steer a terminal or a page.

    Each character that is not printable is shown as its escape: line ends, tabs, escape sequences,
    marks that turn the writing direction, halves of surrogate pairs.

    Parameters
    ----------
    text
        Anything; its ``str`` is shown.
    longest
        Most characters of the result; a longer text ends with "…". None has no limit.

    Examples
    --------
    >>> printable("a\tb\x1b[2J")
    'a\\tb\\x1b[2J'
    >>> printable("a long name", 7)
    'a long…'
    """
    shown = str(text)[: None if longest is None else longest + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 1]}…"


def first_line(text: str, otherwise: str = "no reason given") -> str:
    """Return the first line of another program's message, or other words if it is blank."""
    lines = text.strip().splitlines()
    return lines[0] if lines else otherwise
