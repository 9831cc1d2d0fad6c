"""Writes docs/commands.md from the commands' own help: python bench/command_page.py."""

from pathlib import Path

import click
import typer

from trueodds.cli.exit_codes import MEANINGS

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = f"""# Commands

*`python bench/command_page.py` writes this page from what `trueodds COMMAND --help` shows.*

Every command prints what it guesses to standard error and its result to standard output.
`--json` prints one JSON object instead ([schemas](json.md)).

## Exit codes

| code | what |
| --- | --- |
{"".join(f"| {code} | {meaning} |{chr(10)}" for code, meaning in MEANINGS.items())}
With 1, 2 and 130 a sentence on standard error says why. With 3 and 4 everything is printed and
written first. [A pipeline](pipelines.md) can rely on these codes.
"""


def cell(text: str | None) -> str:
    """Text in a cell of a Markdown table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def value(option: click.Parameter, context: click.Context) -> str:
    """What an option takes: its metavar, its choices, or nothing for a flag."""
    if getattr(option, "is_flag", False):
        return ""
    if option.metavar:
        return f" {option.metavar}"
    if isinstance(option.type, click.Choice):
        return f" {' or '.join(map(str, option.type.choices))}"
    return f" {option.make_metavar(context)}"


def default(option: click.Parameter) -> str:
    """The default in words; nothing for a flag and for what must be given."""
    shown = getattr(option, "show_default", None)
    if isinstance(shown, str):
        return shown
    if option.required or getattr(option, "is_flag", False) or option.default in (None, [], ()):
        return ""
    return str(option.default)


def rows(command: click.Command, context: click.Context) -> list[str]:
    """One row of the table for each argument and each option."""
    lines = ["| argument or option | what it does | without it |", "| --- | --- | --- |"]
    for each in command.params:
        if isinstance(each, click.Argument):
            name = each.metavar or str(each.name).upper()
        else:
            name = ", ".join([*each.opts[:1], *each.opts[1:]]) + value(each, context)
        without = "must be given" if each.required else cell(default(each))
        lines.append(f"| `{name}` | {cell(getattr(each, 'help', ''))} | {without} |")
    return lines


def page() -> str:
    """The whole page."""
    from trueodds.cli.app import app

    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    parts = [HEAD]
    for name, command in group.commands.items():
        if command.hidden:
            continue
        context = click.Context(command, info_name=f"trueodds {name}")
        usage = " ".join([f"trueodds {name}", *command.collect_usage_pieces(context)])
        lines = "\n".join(rows(command, context))
        parts.append(f"## {name}\n\n{cell(command.help)}\n\n    {usage}\n\n{lines}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
