"""Which of two labels means "yes": one documented rule, for the target and yes/no columns."""

import re

from trueodds.table.cells import parse_number

YES_WORDS = frozenset(
    (
        *("yes", "y", "true", "t", "1", "positive", "pos", "p", "+", "present", "on"),
        *("ja", "oui", "sí", "si", "sì", "sim", "tak", "да", "evet", "はい", "是"),
        *("success", "succeeded", "won", "win", "accepted", "approved", "converted"),
        *("bad", "fraud", "fraudulent", "default", "defaulted", "bankrupt", "spam", "attack"),
        *("churn", "churned", "anomaly", "intrusion", "abnormal", "malignant"),
        *(
            "sick",
            "ill",
            "disease",
            "diseased",
            "died",
            "dead",
            "lost",
            "fail",
            "failed",
            "failure",
        ),
    )
)
"""Words that mean yes, or name the event that one wants the odds of; case does not count."""
NO_WORDS = frozenset(
    (
        *(
            "no",
            "n",
            "н",
            "false",
            "f",
            "0",
            "negative",
            "neg",
            "-",
            "absent",
            "off",
            "none",
            "never",
        ),
        *("nein", "non", "nee", "não", "nao", "nej", "nei", "nie", "нет", "hayır", "いいえ", "否"),
        *("normal", "benign", "healthy", "good", "ok", "okay", "ham", "legit", "legitimate"),
        "genuine",
    )
)
_PAIRS = {frozenset(pair) for pair in ("yn", "tf", "pn", "+-", "jn", "on", "sn", "дн", "是否")}
_NEGATION = re.compile(r"^(non|not|no|un|in|never)[\s_\-]*(?=.)")


def bare(label: str) -> str:
    """Label for comparing: lower case, without outer blanks and quotes."""
    return label.strip().strip("'\"`").strip().casefold()


_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)


def label_number(label: str) -> float | None:
    """Number that a label is, with a decimal point or a decimal comma; None for any other.

    >>> label_number("1.0"), label_number("1,0"), label_number("one")
    (1.0, 1.0, None)
    """
    word = bare(label)
    return parse_number(word.replace(",", ".") if _COMMA.fullmatch(word) else word)


def guess_yes(counts: dict[str, int]) -> tuple[str, str, str]:
    """Guess which of two labels means "yes".

    The first of these that decides:

    1. two numbers: the larger (1 of 0/1 and of -1/1), but 1 of 1/2, the coding of surveys;
    2. a word for yes (``YES_WORDS``) or, failing that, one for no (``NO_WORDS``) on one side only;
       single letters count in the pairs y/n, t/f, p/n only;
    3. ``not x``, ``non-x``, ``no x`` beside ``x``: x is yes; ``>x`` beside ``<=x``: the greater is;
    4. the rarer label; equally rare, the later in text order.

    Parameters
    ----------
    counts : two labels with their number of rows

    Returns
    -------
    no, yes : str
    rule : str, why, in words
    """
    first, second = sorted(counts)
    numbers = label_number(first), label_number(second)
    if numbers[0] is not None and numbers[1] is not None and numbers[0] != numbers[1]:
        no, yes = (first, second) if numbers[0] < numbers[1] else (second, first)
        if numbers in ((1.0, 2.0), (2.0, 1.0)):
            return yes, no, "1 of 1 and 2, as in surveys where 2 is no"
        return no, yes, "the larger number"
    for words in (YES_WORDS, NO_WORDS):
        known = [
            _knows(words, bare(x), frozenset((bare(first), bare(second)))) for x in (first, second)
        ]
        if known[0] != known[1]:
            marked, other = (first, second) if known[0] else (second, first)
            if words is YES_WORDS:
                return other, marked, "a word for yes"
            return marked, other, f'the other label, "{marked}", is a word for no'
    for yes, no in ((first, second), (second, first)):
        if _NEGATION.match(bare(no)) and _NEGATION.sub("", bare(no)) == bare(yes):
            return no, yes, f'"{no}" is its negation'
        if yes.startswith(">") and no.startswith("<"):
            return no, yes, "the greater side"
    if counts[first] == counts[second]:
        return first, second, "both are equally frequent, this is the later in text order"
    yes, no = (first, second) if counts[first] < counts[second] else (second, first)
    return no, yes, f"the rarer label, {counts[yes]:,} of {counts[yes] + counts[no]:,} rows"


def _knows(words: frozenset[str], word: str, both: frozenset[str]) -> bool:
    return word in words and (both in _PAIRS or len(word) > 1 or not word.isalpha())
