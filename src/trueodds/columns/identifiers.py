"""Columns that name a row instead of describing it."""

import re

import polars as pl

FEWEST_ROWS = 20
"""Smaller tables do not show what is an identifier, except an unnamed index."""
NEARLY_UNIQUE = 0.9

_NAMED_AS_ID = re.compile(
    r"(^|[\W_])(id|ids|uid|uuid|guid|key|index|idx|row|rownum|rownames|rowid|serial|nr|pk)$"
    r"|(^|[\W_])(account|customer|client|patient|hospital|order|invoice|policy|serial|phone|record"
    r"|row|card|ticket|member|employee|student|case|file|loan)[\W_]?(number|num|no|nr)$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"[a-z](Id|ID)$")
_TWO_WORDS = r"\p{L}{2,}[^\p{L}]+\p{L}{2,}"
_UNNAMED = re.compile(r"Unnamed: \d+(\.\d+)?$")


def integer_identifier(values: pl.Series, name: str, header: str, rows: int) -> str:
    """Return why a column of integers is an identifier, or an empty string.

    It is one when no two are equal and they run without a gap (a row number, 20 rows or more) or
    the column has no name; or when its name says so (``id``, ``customerId``, ``order_number``) and
    at least 9 in 10 are different. A column that holds fractions never is.
    """
    present = len(values)
    distinct = values.n_unique()
    if present < 2 or present < rows * 0.5:
        return ""
    low, high = values.min(), values.max()
    assert isinstance(low, int)
    assert isinstance(high, int)
    gapless = distinct == present and high - low + 1 == present
    if distinct == present and (not header.strip() or _UNNAMED.match(name)):
        return f"identifier: {present:,} different integers under no name, as an index has"
    if present < FEWEST_ROWS:
        return ""
    if gapless:
        return f"identifier: numbers the rows from {low} to {high}"
    if distinct >= NEARLY_UNIQUE * present and named_as_id(name):
        return f"identifier: {distinct:,} different integers in {present:,} rows, and its name"
    return ""


def text_identifier(distinct: int, words: pl.Series) -> str:
    """Return why a column of text is an identifier or free text, or an empty string.

    It is when more than 9 in 10 cells are different, in a column of 20 cells or more: free text
    when at least half of them hold two words or more, else an identifier.

    Parameters
    ----------
    distinct
        How many different cells there are.
    words
        The cells that are not missing, stripped.
    """
    present = len(words)
    if present < FEWEST_ROWS or distinct <= NEARLY_UNIQUE * present:
        return ""
    counts = f"{distinct:,} different texts in {present:,} rows"
    if 2 * int(words.str.contains(_TWO_WORDS).sum()) >= present:
        return f"free text: {counts}"
    return f"identifier: {counts}"


def named_as_id(name: str) -> bool:
    """Whether a column's name says that it identifies rows."""
    return bool(_NAMED_AS_ID.search(name) or _CAMEL.search(name))
