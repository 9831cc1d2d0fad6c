"""The model as the page carries it: what scoring needs, and nothing else."""

from dataclasses import replace

from trueodds.columns.roles import RoleColumns
from trueodds.columns.schema import Schema
from trueodds.model.data import ModelData
from trueodds.model.file import to_bytes
from trueodds.report.packed import by_halves, packed


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
    """The file of `scoring_part`, packed as text by halves (`trueodds.report.packed`).

    With the model's background, if it has one: the page gives the reasons of a row.

    Raises
    ------
    ValueError
        If the model does not fit into a file.
    """
    part = replace(scoring_part(model), background=model.background)
    return packed(by_halves(to_bytes(part)))
