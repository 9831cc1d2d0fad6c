"""OpenAPI 3.1 of what is served: the columns of each model with kinds, levels and examples."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from trueodds import __version__
from trueodds.columns.schema import Column
from trueodds.model import Model
from trueodds.report.form_fields import usual_cells
from trueodds.serve.problems import MEDIA_TYPE
from trueodds.serve.registry import Served
from trueodds.serve.rows import FORMATS

MOST_LEVELS = 50
"""Most levels of a column that its description lists."""


def openapi(models: Mapping[str, Served]) -> dict[str, Any]:
    """The document, with a path and two schemas for each model."""
    paths: dict[str, Any] = {
        "/v2/health/live": _simple("Whether the server runs."),
        "/v2/health/ready": _simple("Whether the models are read."),
        "/metrics": _simple("What Prometheus reads.", "text/plain"),
    }
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for name, served in models.items():
        key, place = f"{_key(name)}.row", quote(name, safe="")
        while key in schemas:
            key += "_"
        paths[f"/models/{place}/predict"] = {"post": _predict(name, key, served)}
        paths[f"/v2/models/{place}"] = _simple("The model's inputs and outputs.")
        paths[f"/v2/models/{place}/infer"] = {"post": _INFER}
        schemas[key] = row_schema(served.model)
    return {
        "openapi": "3.1.0",
        "info": {"title": "trueodds", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def row_schema(model: Model) -> dict[str, Any]:
    """JSON Schema of one row; the example of a column is a cell that training rows often had."""
    examples = usual_cells(model.schema, model.profile)
    columns = zip(model.schema.used, examples, strict=True)
    return {
        "type": "object",
        "properties": {column.name: _cell(column, usual) for column, usual in columns},
        "required": [column.name for column in model.schema.used if not column.missing],
        "additionalProperties": True,
    }


def _cell(column: Column, usual: float | int | None) -> dict[str, Any]:
    about = {"yesno": "yes/no"}.get(column.kind, column.kind)
    found: dict[str, Any] = {"description": about, "x-kind": column.kind}
    if column.kind == "number":
        unit = f" in {column.unit}" if column.unit else ""
        found |= {"type": ["number", "string", "null"], "description": f"{about}{unit}"}
    elif column.kind == "date":
        found |= {"type": ["string", "null"], "description": "date, such as 2026-03-01"}
    else:
        found["type"] = ["string", "number", "boolean", "null"]
    if column.levels:
        found["x-levels"] = [*column.levels[:MOST_LEVELS]]
        if len(column.levels) > MOST_LEVELS:
            found["description"] = f"{about}, one of {len(column.levels):,} levels"
    if usual is not None and column.kind != "date":
        found["examples"] = [column.levels[int(usual)] if column.levels else usual]
    return found


def _key(name: str) -> str:
    """A name as OpenAPI allows it among its components."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _predict(name: str, key: str, served: Served) -> dict[str, Any]:
    row = {"$ref": f"#/components/schemas/{key}"}
    rows = {"oneOf": [row, {"type": "array", "items": row, "minItems": 1}]}
    content = {kind: {} if kind != "application/json" else {"schema": rows} for kind in FORMATS}
    model = served.model
    return {
        "summary": f'The probability that "{model.target_name}" is "{model.target_yes}".',
        "operationId": f"predict_{name}",
        "parameters": [
            _option("interval", "boolean", "Bounds of the share of yes, lower and upper."),
            _option("explain", "integer", "So many reasons for each row."),
            _option("decide", "boolean", "A decision for each row, by costs."),
            _option("cost_fp", "number", "Cost of a call where the label is no."),
            _option("cost_fn", "number", "Cost of no call where the label is yes."),
            _option("benefit", "number", "Gain of a call where the label is yes."),
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {
                "description": "One entry for each row, in their order.",
                "content": {"application/json": {"schema": _ANSWER}},
            },
            "default": _REFUSED,
        },
    }


def _option(name: str, kind: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": {"type": kind}}


def _simple(about: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"get": {"summary": about, "responses": {"200": {
        "description": about, "content": {media_type: {}}}}}}  # fmt: skip


_PROBABILITY = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
_ANSWER = {
    "type": "object",
    "required": ["model", "version", "target", "yes", "rows", "notes"],
    "properties": {
        "model": {"type": "string"},
        "version": {"type": "string"},
        "target": {"type": "string"},
        "yes": {"type": "string"},
        "notes": {"type": "array", "items": {"type": "string"}},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["probability", "log_odds"],
                "properties": {
                    "probability": _PROBABILITY,
                    "log_odds": {"type": "number"},
                    "lower": {"type": "number"},
                    "upper": {"type": "number"},
                    "decision": {"enum": ["call", "no call"]},
                    "reasons": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "row": {"type": "integer", "minimum": 0},
                    "pointer": {"type": "string"},
                },
            },
        },
    },
}
_REFUSED = {
    "description": "A problem (RFC 9457).",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_INFER = {
    "summary": "Open Inference Protocol: tensors in, tensors out.",
    "requestBody": {"required": True, "content": {"application/json": {}}},
    "responses": {"200": {"description": "Tensors."}, "default": _REFUSED},
}
