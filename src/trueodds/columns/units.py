"""Units and currencies beside a number: which words are one, and their one spelling."""

import unicodedata

_CODES = frozenset(
    (
        *("AED", "ARS", "AUD", "BDT", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP"),
        *("CZK", "DKK", "EGP", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JOD"),
        *("JPY", "KES", "KRW", "KWD", "KZT", "LKR", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD"),
        *("OMR", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD"),
        *("THB", "TND", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "XAF", "XOF", "ZAR", "RMB"),
        *("BTC", "ETH"),
    )
)
_CURRENCY_WORDS = frozenset(
    ("kr", "rs", "fr", "sfr", "zł", "kč", "ft", "lei", "tl", "rp", "rm", "руб", "円", "元", "원")
)
_ALIASES = {
    "USD": "$",
    "US$": "$",
    "EUR": "€",
    "GBP": "£",
    "INR": "₹",
    "rs": "₹",
    "JPY": "¥",
    "円": "¥",
    "원": "₩",
    "BRL": "R$",
    "PLN": "zł",
    "fr": "CHF",
    "sfr": "CHF",
    "percent": "%",
    "pct": "%",
}
NO_CENTS = frozenset(("¥", "₩", "₫", "KRW", "VND", "IDR", "rp"))
"""Currencies whose amounts are whole: three digits behind a mark are a group."""
_SINGLE = frozenset("mglWV")
"""Letters that may stand right behind a number: 5m, 5g, 5l, 5W, 5V."""


def unit_of(word: str, *, first: bool, apart: bool) -> str | None:
    """One spelling of the unit beside a number; None for a word that is no unit.

    Before a number (``first``) only currencies stand: signs such as $ and R$, ISO 4217 codes, and a
    few words. Behind it stands any word or sign of up to 15 characters; a single letter stands
    ``apart`` or is one of m, g, l, W and V. Words from four letters on lose their case and a
    plural's "s", shorter ones their case where they do not begin with M or m (mW and MW are two).

    >>> unit_of("USD", first=True, apart=False), unit_of("Years", first=False, apart=True)
    ('$', 'year')
    """
    word = word.rstrip(".")
    if not word:
        return ""
    currency = _currency(word)
    if currency:
        return currency
    if first or not any(_meaningful(character) for character in word):
        return None
    letters = word.isalpha()
    if len(word) == 1 and letters and not apart and word not in _SINGLE:
        return None
    if len(word) > 3:
        word = word.lower()
        word = word[:-1] if word.endswith("s") and letters else word
    elif word[0] not in "mM":
        word = word.lower()
    return _ALIASES.get(word, word)


def _currency(word: str) -> str:
    upper = word.upper()
    if upper in _CODES:
        return _ALIASES.get(upper, upper)
    if unicodedata.category(word[-1]) == "Sc" and (len(word) == 1 or word[:-1].isalpha()):
        return _ALIASES.get(upper, upper)
    lower = word.lower()
    return _ALIASES.get(lower, lower) if lower in _CURRENCY_WORDS else ""


def _meaningful(character: str) -> bool:
    return character.isalpha() or character in "%‰°€$£¥µ"
