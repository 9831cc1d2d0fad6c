"""Which columns of a file or an Arrow table hold the index (row labels) of a pandas frame.

pandas and pyarrow write an index as a column and name it in the schema's metadata, as JSON under
the key ``pandas`` (https://pandas.pydata.org/docs/development/developer.html). A frame's index is
no feature, and neither is such a column.
"""

import json
import re
from collections.abc import Iterable

_UNNAMED = re.compile(r"__index_level_\d+__")
_KEY = re.compile(rb'"index_columns"\s*:\s*')


def index_columns(names: Iterable[str], metadata: bytes = b"") -> tuple[str, ...]:
    """Return which of the columns are an index.

    Parameters
    ----------
    names
        Of all columns. The name that pandas gives an index without one tells by itself.
    metadata
        Bytes that hold the metadata's JSON, or nothing.
    """
    index = _index_names(metadata)
    return tuple(name for name in names if name in index or _UNNAMED.fullmatch(name))


def file_metadata(raw: bytes) -> bytes:
    """Return the part of a Parquet, Arrow or Arrow stream file that holds its schema."""
    if raw.startswith(b"PAR1"):
        size = int.from_bytes(raw[-8:-4], "little")
        return raw[-8 - size : -8]
    if raw.startswith(b"ARROW1"):
        size = int.from_bytes(raw[-10:-6], "little")
        return raw[-10 - size : -10]
    size = int.from_bytes(raw[4:8], "little")  # behind the mark of a stream's first message
    return raw[8 : 8 + size]


def _index_names(metadata: bytes) -> set[str]:
    found = _KEY.search(metadata)
    if found is None:
        return set()
    try:
        text = metadata[found.end() :].decode("utf-8", "ignore")
        columns, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return set()
    # An index that just counts is no column but a dict with its start and step.
    return (
        {name for name in columns if isinstance(name, str)} if isinstance(columns, list) else set()
    )
