"""A model as one JavaScript module, which needs no package and gives the bits of Python."""

import zlib
from base64 import b64encode

from trueodds.errors import TrueOddsError
from trueodds.json_text import json_text
from trueodds.model import Model
from trueodds.model.file import to_bytes
from trueodds.report.bundle import read_asset
from trueodds.report.page_model import scoring_part
from trueodds.report.reader_bundle import NAME, READER


def to_javascript(model: Model) -> str:
    """An ES module that scores rows, for browsers and for Node from version 18 on.

    It holds the reader of model files and the part of the model that scoring needs, without cells
    of training rows. It exports ``score(row)``, which gives ``{ logOdds, probability }`` of an
    object of cells by column name; ``interval(logOdds)``, which gives ``{ lower, upper }`` or null;
    ``columns``, with a name, kind and levels each; and ``target``, with a name, yes and no. Text is
    read as trueodds reads it.

    Raises
    ------
    TrueOddsError
        If the model does not fit into a module.

    Examples
    --------
    >>> "export" in trueodds.export.to_javascript(model)
    True
    """
    try:
        encoded = b64encode(zlib.compress(to_bytes(scoring_part(model)), 9)).decode()
    except ValueError as error:
        raise TrueOddsError(f"the model does not fit into a module: {error}") from error
    columns = [
        {"name": column.name, "kind": column.kind, "levels": column.levels}
        for column in model.schema.used
    ]
    target = {"name": model.target_name, "yes": model.target_yes, "no": model.target_no}
    return _MODULE.format(
        reader=read_asset(READER),
        name=NAME,
        encoded=encoded,
        columns=json_text(columns),
        target=json_text(target),
    )


_MODULE = """\
// A model of trueodds: import {{ score }} from "./this.mjs"; score({{ age: 39, job: "clerk" }}).
// It is made by trueodds export; it is over 300 lines, as it holds the reader and the model.
{reader}
export const target = {target};
export const columns = {columns};
const packed = Uint8Array.from(atob("{encoded}"), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const model = {name}.read(await new Response(unpacked).arrayBuffer());

// Calibrated log-odds of "yes" in nats and its probability for an object of cells by column name.
export const score = (row) => {name}.score(model, row);

// 95 % bounds of the share of yes among rows with these log-odds; null if the model has none.
export const interval = (logOdds) => {name}.interval(model, logOdds);
"""
