"""Writes docs/schemas and docs/json.md, about --json: python bench/json_schemas.py.

msgspec makes the schemas of the types in `trueodds.cli.json_types`; the words beside a field are
those below it in its class.
"""

import ast
import dataclasses
import inspect
import json
import textwrap
from pathlib import Path
from typing import Any

import msgspec

from trueodds.cli.json_types import TYPES
from trueodds.cli.json_versions import VERSIONS, format_of

DOCS = Path(__file__).parents[1] / "docs"
MAY_LACK = ("MemberRecord", "HealthRecord")
"""Classes whose fields with defaults are left out where an older model file lacks them."""
HEAD = """# Results as JSON

*`python bench/json_schemas.py` writes this page and the schemas from the types of the results.*

`--json` prints one object to standard output and nothing else. Each object has a field `format`,
such as `trueodds-evaluate/1`: the command and the version of its result. Within a version fields
may come; none goes, and none changes its type or meaning. JSON Schema files (draft 2020-12)
describe them:

{links}

A number that is not defined is null: an AUC of rows with one label, an interval of too few rows.
Where a command fails ([exit codes](commands.md#exit-codes) 1, 2 and 130), standard output has no
object; `prove` alone prints the wrong results that it found.
"""


def name_of(command: str) -> str:
    """The file of a command's schema."""
    return f"{command}-{VERSIONS[command]}.json"


def lineage(cls: type) -> list[type]:
    """The class and those that it extends, the first one first; a TypedDict forgets its bases."""
    bases = [base for base in getattr(cls, "__orig_bases__", ()) if inspect.isclass(base)]
    return [*(each for base in bases for each in lineage(base)), *reversed(cls.__mro__)]


def words(cls: type) -> dict[str, str]:
    """What stands below each field of a class, and of the classes that it extends."""
    found: dict[str, str] = {}
    for base in lineage(cls):
        if not str(getattr(base, "__module__", "")).startswith("trueodds."):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, text in zip(body.body, body.body[1:], strict=False):
            match field, text:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(said))):
                    found[name] = plain(said)
    return found


def plain(text: str) -> str:
    """A docstring as one line, in the words of JSON."""
    return " ".join(text.replace("``", "`").replace("NaN", "null").replace("None", "null").split())


def classes() -> dict[str, type]:
    """All classes of the package, by name, that the modules of the results know."""
    found: dict[str, type] = {}
    todo: list[Any] = list(TYPES.values())
    while todo:
        cls = todo.pop()
        for part in getattr(cls, "__args__", ()):
            todo.append(part)
        if (
            inspect.isclass(cls)
            and cls.__module__.startswith("trueodds.")
            and (cls.__name__ not in found)
        ):
            found[cls.__name__] = cls
            todo += inspect.get_annotations(cls, eval_str=True).values()
            todo += getattr(cls, "__orig_bases__", ())
    return found


def nullable(schema: Any) -> Any:
    """The schema where every number may be null: JSON has no NaN."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: nullable(each) for key, each in schema.items()}
    if made.get("type") == "number":
        made["type"] = ["number", "null"]
    return made


def schema_of(command: str) -> dict[str, Any]:
    """The schema of what a command prints."""
    known = classes()
    _, parts = msgspec.json.schema_components([TYPES[command]], ref_template="#/$defs/{name}")
    for name, part in parts.items():
        cls = known[name]
        part["description"] = plain(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0])
        for field, text in words(cls).items():
            if field in part["properties"]:
                part["properties"][field]["description"] = text
        part["properties"] = {
            field: {
                key: each for key, each in part["properties"][field].items() if key != "default"
            }
            for base in lineage(cls)
            for field in inspect.get_annotations(base)
            if field in part["properties"]
        }
        if dataclasses.is_dataclass(cls) and name not in MAY_LACK:
            part["required"] = list(part["properties"])
        part["required"] = [name for name in part["properties"] if name in part["required"]]
    whole = parts.pop(TYPES[command].__name__)
    del whole["title"]
    whole["properties"] = {"format": {"const": format_of(command)}, **whole["properties"]}
    whole["required"] = ["format", *whole["required"]]
    about = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:trueodds:json:{command}:{VERSIONS[command]}",
    }
    return nullable({**about, **whole, **({"$defs": parts} if parts else {})})  # type: ignore[no-any-return]


def text_of(schema: dict[str, Any]) -> str:
    """The schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def kind(field: dict[str, Any]) -> str:
    """The type of a field in a few words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return " or ".join(f"`{json.dumps(each)}`" for each in field["enum"])
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(kind(each) for each in field["anyOf"]))
    told = field.get("type", "any")
    if told == "array":
        items = field.get("items") or (field.get("prefixItems") or [{}])[0]
        return f"list of {kind(items)}"
    if told == "object":
        values = field.get("additionalProperties")
        return f"object of {kind(values)}" if isinstance(values, dict) and values else "object"
    return "number" if told == ["number", "null"] else str(told)


def table(part: dict[str, Any]) -> str:
    """The fields of an object as a Markdown table."""
    lines = ["| field | type | what |", "| --- | --- | --- |"]
    for name, field in part["properties"].items():
        left_out = "" if name in part["required"] else " May be left out."
        text = (field.get("description", "") + left_out).strip().replace("|", "\\|")
        lines.append(f"| `{name}` | {kind(field)} | {text} |")
    return "\n".join(lines)


def page() -> str:
    """docs/json.md."""
    schemas = {command: schema_of(command) for command in TYPES}
    links = "\n".join(f"- [{name_of(each)}](schemas/{name_of(each)})" for each in TYPES)
    text = [HEAD.format(links=links)]
    parts: dict[str, Any] = {}
    for command, schema in schemas.items():
        parts |= schema.get("$defs", {})
        text.append(f"## trueodds {command}\n\n{schema['description']}\n\n{table(schema)}\n")
    for name in sorted(parts):
        text.append(f"## {name}\n\n{parts[name]['description']}\n\n{table(parts[name])}\n")
    return "\n".join(text)


def main() -> None:
    (DOCS / "schemas").mkdir(exist_ok=True)
    for command in TYPES:
        path = DOCS / "schemas" / name_of(command)
        path.write_text(text_of(schema_of(command)), encoding="utf-8")
    (DOCS / "json.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
