"""The one way in which values become JSON: in the header of a model file and with ``--json``."""

import json
from typing import Any

import msgspec


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return the JSON text of plain values, dataclasses and msgspec structs.

    NaN and infinities become null, NumPy scalars numbers. Floats are written as Python's ``repr``
    writes them, so they keep every bit. The text has no line ends and is ASCII without ``indent``;
    with it, other characters stand as they are.

    A dataclass with defaults needs ``slots`` when it is read from a file: without them msgspec
    does not write the fields that the file lacked.

    Raises
    ------
    UnicodeEncodeError
        If a string holds half a surrogate pair.
    """
    # msgspec knows the types, but writes 1e-05 as 0.00001: files must keep their bytes.
    plain = msgspec.json.decode(msgspec.json.encode(value, enc_hook=lambda scalar: scalar.item()))
    separators = (",", ":") if indent is None else None
    return json.dumps(plain, indent=indent, separators=separators, ensure_ascii=indent is None)
