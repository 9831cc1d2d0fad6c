"""The model as the page carries it: what scoring needs, and nothing else."""

import zlib
from base64 import b64encode
from dataclasses import replace

from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.model.data import ModelData
from trueodds.model.file import to_bytes


def scoring_part(model: ModelData) -> ModelData:
    """The same forecasts and bounds, without cells of training rows and without the model's story.

    The background, the reference profile and the hashes of training rows are left out; so are the
    notes, the record of training, and columns that are not used.
    """
    columns = tuple(
        replace(column, missing=0, distinct=0, reason="", leak="") for column in model.schema.used
    )
    return replace(
        model,
        schema=Schema(columns, 0),
        background=None,
        profile=None,
        sketch=None,
        costs=None,
        roles=RoleColumns(),
        record=replace(model.record, members=(), treatments=(), settings={}),
        layers=(),
        health=(),
        notes=(),
        versions={},
        source="",
        source_sha256="",
        target_rule="",
    )


def encoded_model(model: ModelData) -> str:
    """The file of `scoring_part`, compressed (RFC 1950), as base64.

    Raises
    ------
    ValueError
        If the model does not fit into a file.
    """
    return b64encode(zlib.compress(to_bytes(scoring_part(model)), 9)).decode()
