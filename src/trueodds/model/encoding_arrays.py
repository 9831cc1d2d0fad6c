"""Target encodings in a model file: log-odds of each fold, and what all folds share.

The folds share the cuts of numbers, the crosses and the texts: none of these depends on a fold.
"""

from typing import Any

from trueodds.features.cross import Cross
from trueodds.features.target_encoding import TargetEncoding
from trueodds.features.text import Text
from trueodds.model.arrays import Arrays, array_called
from trueodds.model.header import CrossHeader, Header, TextHeader

Encodings = tuple[tuple[TargetEncoding, ...], ...]
"""The target encodings of every fold."""


def encoding_arrays(encodings: Encodings) -> Arrays:
    """Return the arrays ``rates/FOLD/POSITION`` and ``crosses/POSITION``."""
    found = {
        f"rates/{fold}/{position}": table.log_odds
        for fold, tables in enumerate(encodings)
        for position, table in enumerate(tables)
    }
    crosses = enumerate(_crosses(encodings).values())
    return found | {f"crosses/{position}": cross.keys for position, cross in crosses}


def encoding_headers(encodings: Encodings) -> dict[str, Any]:
    """Return the header's ``rates`` and ``cuts``; ``crosses`` and ``texts`` where there are any."""
    tables = [table for of_fold in encodings for table in of_fold]
    crosses = [CrossHeader(name, cross.parts) for name, cross in _crosses(encodings).items()]
    found = {table.source: table.text for table in tables if table.text is not None}
    texts = [TextHeader(name, text.column, text.places) for name, text in found.items()]
    return {
        "rates": [[table.source for table in of_fold] for of_fold in encodings],
        "cuts": {table.source: table.cuts for table in tables if table.cuts},
        **({"crosses": crosses} if crosses else {}),
        **({"texts": texts} if texts else {}),
    }


def encodings_of(header: Header, arrays: Arrays) -> Encodings:
    """Return the target encodings that a file has.

    Raises
    ------
    ValueError
        If an array is missing.
    """
    crosses = {
        cross.name: Cross(cross.parts, array_called(arrays, f"crosses/{position}"))
        for position, cross in enumerate(header.crosses)
    }
    texts = {text.name: Text(text.column, text.places) for text in header.texts}
    return tuple(
        tuple(
            TargetEncoding(
                source,
                array_called(arrays, f"rates/{fold}/{position}"),
                header.cuts.get(source, ()),
                crosses.get(source),
                texts.get(source),
            )
            for position, source in enumerate(sources)
        )
        for fold, sources in enumerate(header.target_encodings)
    )


def _crosses(encodings: Encodings) -> dict[str, Cross]:
    """Crosses by their names."""
    tables = (table for of_fold in encodings for table in of_fold)
    return {table.source: table.cross for table in tables if table.cross is not None}
