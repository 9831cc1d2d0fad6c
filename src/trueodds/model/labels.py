"""The target's labels as values of their type: a model file holds their text."""

from math import isfinite
from typing import Any

from trueodds.table.cells import number_text, parse_number

_TRUTH = {"false": False, "true": True}


def typed_labels(no: str, yes: str) -> tuple[Any, Any]:
    """Both labels as booleans, integers or floats where both are such, else as text.

    >>> typed_labels("0", "1"), typed_labels("false", "true"), typed_labels("0", "yes")
    ((0, 1), (False, True), ('0', 'yes'))
    """
    if no in _TRUTH and yes in _TRUTH:
        return _TRUTH[no], _TRUTH[yes]
    numbers = [number for label in (no, yes) if (number := _number(label)) is not None]
    if len(numbers) < 2:
        return no, yes
    if all(number == int(number) for number in numbers):
        return int(numbers[0]), int(numbers[1])
    return numbers[0], numbers[1]


def _number(label: str) -> float | None:
    """The number whose own text a label is."""
    number = parse_number(label)
    if number is None or not isfinite(number) or number_text(number) != label:
        return None
    return number
