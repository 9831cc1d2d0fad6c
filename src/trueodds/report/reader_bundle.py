"""The JavaScript reader of model files in every page: one file, kept in assets/.

``python -m trueodds.report.reader_bundle`` makes this file again from ``readers/js``; a test says
when that is due.
"""

import re
from pathlib import Path

READER = "reader.js"
NAME = "trueoddsReader"
"""The one global name that the file defines: an object with what ``reader.mjs`` exports."""
ENTRY = "reader.mjs"

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+\.mjs)";$', re.M)
_DECLARED = re.compile(r"^export ((?:async )?function\*?|const) (\w+)", re.M)
_LISTED = re.compile(r"^export \{ ([\w, ]+) \};$", re.M)
_COMMENT = re.compile(r"^ *//.*\n", re.M)
_LEFT = re.compile(r"^ *(?:import|export)\b.*", re.M)


def build(folder: Path, entry: str = ENTRY) -> str:
    """One classic script of ES modules that import each other by relative names.

    Every module becomes a function scope that returns what the module exports, after the modules
    that it imports. Comments of whole lines are left out.

    Parameters
    ----------
    folder
        Where the modules are, such as ``readers/js``.
    entry
        The module whose exports become `NAME`.

    Raises
    ------
    ValueError
        If a module has an ``import`` or ``export`` of another form, or modules import each other
        in a circle.
    """
    done: dict[str, str] = {}
    _add(folder, entry, done, ())
    modules = "\n".join(done.values())
    return (
        "// The whole of readers/js, so over 300 lines. Do not edit it.\n"
        "// Make it again with python -m trueodds.report.reader_bundle.\n"
        f'"use strict";\nconst {NAME} = (() => {{\n{modules}\nreturn {_variable(entry)};\n}})();\n'
    )


def _add(folder: Path, name: str, done: dict[str, str], importers: tuple[str, ...]) -> None:
    """Put a module behind those that it imports."""
    if name in importers:
        raise ValueError(f"{name} imports itself by way of {' and '.join(importers)}")
    if name in done:
        return
    text = (folder / name).read_text(encoding="utf-8")
    for _, other in _IMPORT.findall(text):
        _add(folder, other, done, (*importers, name))
    done[name] = _scope(name, text)


def _scope(name: str, text: str) -> str:
    exported = [found for _, found in _DECLARED.findall(text)]
    for names in _LISTED.findall(text):
        exported += names.split(", ")
    text = _COMMENT.sub("", text)
    text = _IMPORT.sub(lambda m: f"const {{ {m[1]} }} = {_variable(m[2])};", text)
    text = _DECLARED.sub(r"\1 \2", text)
    text = _LISTED.sub("", text)
    if left := _LEFT.search(text):
        raise ValueError(f"{name} has a line that the bundle cannot take: {left[0]}")
    returned = f"return {{ {', '.join(exported)} }};"
    return f"const {_variable(name)} = (() => {{\n{text.strip()}\n{returned}\n}})();"


def _variable(name: str) -> str:
    return f"module_{name.removesuffix('.mjs')}"


if __name__ == "__main__":
    here = Path(__file__)
    made = build(here.parents[3] / "readers" / "js")
    here.with_name("assets").joinpath(READER).write_text(made, encoding="utf-8")
