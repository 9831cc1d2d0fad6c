"""A model as an ONNX graph, from raw columns to the calibrated probability."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column
from trueodds.columns.words import one_form
from trueodds.errors import TrueOddsError
from trueodds.export.graph import Graph
from trueodds.export.onnx_features import Sources
from trueodds.export.onnx_networks import outputs
from trueodds.model import Model
from trueodds.model.model import LEAST, MOST
from trueodds.table.cells import is_missing, text_of

OUTPUTS = ("probability", "log_odds")
MOST_WORDS = 2000
"""Each word is an operator of its own."""


def to_onnx(model: Model) -> bytes:
    """The file of a graph with standard operators (opset 20, and ai.onnx.ml 2).

    Every column that the model uses is an input of shape (rows, 1) under its name: float64 for a
    number (NaN is missing) and for a date (seconds since 1970-01-01 UTC), text for all others
    (empty is missing). The outputs ``probability`` and ``log_odds`` are float64 of shape (rows, 1).
    The graph computes in whole numbers, as trueodds does; only the σ of the runtime may differ in
    its last bit. Words of texts are found by regular expressions.

    Raises
    ------
    TrueOddsError
        If the package onnx is not installed, the model uses no column, a column has the name of an
        output, or its texts have more than `MOST_WORDS` words.

    Examples
    --------
    >>> graph = trueodds.export.to_onnx(model)
    >>> written = Path("german_credit.onnx").write_bytes(graph)
    """
    _require(model)
    names = [column.name for column in model.schema.used]
    graph = Graph([*names, *OUTPUTS])
    sources = Sources.of(graph, model.schema)
    for derived in model.encoder.derived:
        sources.derive(derived)
    blocks = [sources.encoded(block) for block in model.encoder.blocks]
    own = []
    for tables in model.target_encodings:
        each = [sources.target_encoded(table) for table in tables]
        own.append(graph.concat(each) if each else "")
    mean = outputs(graph, model.networks, graph.concat(blocks) if blocks else "", own)
    probability, log_odds = OUTPUTS
    scaled = graph("Mul", mean, float(model.calibrator.slope))
    graph("Add", scaled, float(model.calibrator.shift), out=log_odds)
    graph("Clip", graph("Sigmoid", log_odds), LEAST, MOST, out=probability)
    inputs = [(column.name, column.coded) for column in model.schema.used]
    return graph.model(inputs, OUTPUTS, _properties(model))


def onnx_inputs(model: Model, X: Any) -> dict[str, NDArray[Any]]:
    """The inputs of `to_onnx`'s graph for a table that trueodds can read.

    Parameters
    ----------
    model
        The model that the graph is of.
    X
        As for `trueodds.Model.predict`.

    Returns
    -------
    dict
        For every used column an array of shape (rows, 1): float64, or objects that are text.
        Texts of words are in the form of `trueodds.columns.words.one_form`; missing ones are empty.

    Raises
    ------
    TableError
        If a needed column is missing.

    Examples
    --------
    >>> inputs = trueodds.export.onnx_inputs(model, labelled)
    >>> inputs["age"].shape, inputs["age"].dtype
    ((200, 1), dtype('float64'))
    """
    frame, values = model.read_frame(X)
    found: dict[str, NDArray[Any]] = {}
    for column in model.schema.used:
        if column.coded:
            text = text_of(frame.column(column.name)).fill_null("")
            cells = text.set(is_missing(text), "")
            forms = [one_form(cell) if column.kind == "text" else cell for cell in cells]
            found[column.name] = np.array(forms, dtype=object)[:, None]
        else:
            found[column.name] = values.numbers[column.name][:, None]
    return found


def _require(model: Model) -> None:
    """Raise TrueOddsError where there is no graph of a model."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise TrueOddsError(
            "the export to ONNX needs the package onnx, which is not installed: "
            "pip install 'trueodds[onnx]'"
        ) from None
    used = model.schema.used
    if not used:
        raise TrueOddsError("the model uses no column: there is no graph from columns to make")
    for column in used:
        if column.name in OUTPUTS:
            raise TrueOddsError(
                f'column "{column.name}" has the name of an output of the graph: rename it and fit '
                "again"
            )
        if (count := _words(model, column)) > MOST_WORDS:
            raise TrueOddsError(
                f'column "{column.name}" is used by {count:,} words: the graph may have '
                f"{MOST_WORDS:,}; use the JavaScript export, or fit without the column"
            )


def _words(model: Model, column: Column) -> int:
    """How many words of a column are looked for."""
    tables = (table for tables in model.target_encodings for table in tables)
    texts = {t.text for t in tables if t.text is not None and t.text.column == column.name}
    return sum(len(text.places) for text in texts)


def _properties(model: Model) -> dict[str, str]:
    """What the file says of itself: the question, and what the inputs are."""
    inputs = {
        "number": "number, NaN is missing",
        "date": "date in seconds since 1970-01-01 UTC, NaN is missing",
    }
    kinds = {c.name: inputs.get(c.kind, "text, empty is missing") for c in model.schema.used}
    return {
        "target": model.target_name,
        "yes": model.target_yes,
        "no": model.target_no,
        **{f"column {name}": kind for name, kind in kinds.items()},
    }
