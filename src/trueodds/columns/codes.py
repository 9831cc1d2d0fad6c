"""Digits that are codes and no amounts: postcodes, card numbers, identifiers of many digits."""

import re

import polars as pl

RARE = 0.01
"""A sign of codes counts if more than this fraction of the cells have it."""
FEWEST_DISTINCT = 5
"""Fewer different numbers do not show that they have check digits."""
CARD_DIGITS = 15
MOST_EXACT = 15
"""Every whole number of so many digits is a float64."""
EPOCHS = ((10**15, 22 * 10**14, 1), (10**18, 22 * 10**17, 1000))
"""Microseconds since 1970 (of 2001 to 2039), and nanoseconds that are multiples of 1,000. They are
as long as card numbers, but they are amounts."""

_NAMED_AS_CODE = re.compile(
    r"(^|[\W_])(zip|zips|zip[\W_]?codes?|post[\W_]?codes?|postal([\W_]?codes?)?|plz|postleitzahl|fips"
    r"([\W_]?codes?)?|naics|sic[\W_]?codes?|iban|bic|ean|upc|gtin|isbn|imei|card[\W_]?(number|num|no"
    r"|nr)|phone([\W_]?(number|num|no|nr))?)$",
    re.IGNORECASE,
)
_WHOLE = r"^[+-]?(\d+|\d{1,3}(([.,' \x{a0}\x{202f}\x{2019}])\d{3})+)([.,]0*)?$"
_AMOUNTS = r"^(\d{1,2}|([01]\d|2[0-3])[0-5]\d)$"
"""One or two digits, or the hours and minutes of a day."""


def codes_in_text(text: pl.Series) -> str:
    """Why a column of text, all of it numbers, holds codes; empty where it holds amounts.

    Expects the stripped cells that are whole numbers. They are codes when more than one in a
    hundred has a leading zero, when some have more digits than a float64 holds, or when they are
    long and end in check digits, see `codes_in_integers`. Padded numbers of two digits (01 to 12)
    and the times of a day (0830) are amounts.
    """
    padded = text.str.contains(r"^[+-]?0\d")
    if padded.sum() > RARE * len(text) and not text.str.contains(_AMOUNTS).all():
        return f'read as codes, since leading zeros count, such as "{text.filter(padded)[0]}"'
    if not text.str.len_chars().gt(11).any():
        return ""
    integers = text.str.strip_prefix("+").cast(pl.Int128, strict=False)
    if integers.null_count():
        longest = text.filter(integers.is_null())[0]
        return f'read as codes, since no number has all their digits, such as "{longest}"'
    return codes_in_integers(integers)


def codes_in_integers(integers: pl.Series) -> str:
    """Why a column of integers holds codes; empty where it holds amounts.

    They are codes when more than one in a hundred is not exactly a float64 (beyond 2⁵³), when 95 in
    100 have 15 digits or more, or 12 to 14 of which the last is GS1's check digit. Moments of time
    in microseconds or nanoseconds since 1970 are amounts.
    """
    if not len(integers) or integers.abs().max() < 10**11:  # type: ignore[operator]
        return ""
    distinct = integers.unique().sort().to_list()
    for low, high, step in EPOCHS:
        if low <= distinct[0] and distinct[-1] <= high and not any(v % step for v in distinct):
            return ""
    inexact = codes_beyond_floats(integers)
    if inexact:
        return inexact
    digits = [str(abs(value)) for value in distinct]
    if sum(len(word) >= CARD_DIGITS for word in digits) >= 0.95 * len(digits):
        return f"read as codes, since they have {CARD_DIGITS} digits or more, such as {distinct[0]}"
    checked = sum(12 <= len(word) <= 14 and _gs1(word) for word in digits)
    if len(digits) >= FEWEST_DISTINCT and checked >= 0.95 * len(digits):
        return f"read as codes, since the last digit checks the others, such as {distinct[0]}"
    return ""


def codes_in_other_text(text: pl.Series, distinct: int) -> str:
    """Why a column of numbers in text holds codes, where not all of them are digits alone.

    They are codes when more than one in a hundred has a leading zero and two of them are one number
    (01.1 and 01.10) or one has an exponent (00E1), or when all are whole, in groups or with zeros
    behind a point, and some have more digits than a float64 holds.

    Parameters
    ----------
    text
        The stripped cells that are numbers.
    distinct
        How many different numbers they are.
    """
    padded = text.str.contains(r"^0\d+[.eE]")
    exponents = text.str.contains(r"^0\d+[eE]")
    if padded.sum() > RARE * len(text) and (text.n_unique() > distinct or exponents.any()):
        return f'read as codes, since leading zeros count, such as "{text.filter(padded)[0]}"'
    if not text.str.len_chars().gt(MOST_EXACT).any():
        return ""
    whole = text.str.replace(r"[.,]0*$", "").str.replace_all(r"[.,' \x{a0}\x{202f}\x{2019}]", "")
    if not whole.str.contains(r"^[+-]?\d+$").all() or not text.str.contains(_WHOLE).all():
        return ""
    integers = whole.str.strip_prefix("+").cast(pl.Int128, strict=False)
    return "" if integers.null_count() else codes_beyond_floats(integers)


def codes_beyond_floats(integers: pl.Series) -> str:
    """Why a column of integers holds codes: float64 does not hold more than one in a hundred."""
    distinct = integers.unique().sort().to_list()
    inexact = [value for value in distinct if int(float(value)) != value]
    if not inexact or integers.is_in(inexact).sum() <= RARE * len(integers):
        return ""
    return f"read as codes, since no number has all their digits, such as {inexact[0]}"


def named_as_code(name: str) -> bool:
    """Whether a column's name says that its numbers are codes."""
    return bool(_NAMED_AS_CODE.search(name))


def _gs1(digits: str) -> bool:
    """Whether the last digit is the check digit of a GTIN (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return total % 10 == 0
