"""The schemas of what the commands print with --json, and whether something fits them."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from trueodds.cli.json_versions import VERSIONS, format_of

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def schema(command: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{command}-{VERSIONS[command]}.json").read_text("utf-8"))


def strict(part: Any) -> Any:
    """The schema, which then allows no field that it does not name."""
    if isinstance(part, list):
        return [strict(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: strict(each) for key, each in part.items()}
    return {**made, "additionalProperties": False} if "properties" in part else made


def fits(stdout: str, command: str) -> dict[str, Any]:
    """What a command printed, which must be as its schema says, field by field."""
    found = json.loads(stdout)
    assert found["format"] == format_of(command)
    for wrong in Draft202012Validator(strict(schema(command))).iter_errors(found):
        pytest.fail(f"{command}, {wrong.json_path}: {wrong.message[:300]}")
    return found
