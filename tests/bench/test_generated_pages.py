"""The pages and schemas that are written from the commands are up to date."""

import command_page
import json_schemas
from trueodds.cli.json_types import TYPES


def test_the_page_of_commands() -> None:
    assert command_page.PAGE.read_text("utf-8") == command_page.page()


def test_the_schemas_and_their_page() -> None:
    for command in TYPES:
        path = json_schemas.DOCS / "schemas" / json_schemas.name_of(command)
        made = json_schemas.text_of(json_schemas.schema_of(command))
        assert path.read_text("utf-8") == made, path.name
    assert (json_schemas.DOCS / "json.md").read_text("utf-8") == json_schemas.page()
