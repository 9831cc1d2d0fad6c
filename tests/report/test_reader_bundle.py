import json
import shutil
import subprocess
from pathlib import Path

import pytest

from trueodds.report.bundle import read_asset
from trueodds.report.reader_bundle import READER, build

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "readers" / "js"


def test_the_reader_in_the_page_is_the_reader() -> None:
    assert build(MODULES) == read_asset(READER), "python -m trueodds.report.reader_bundle"


def test_the_reader_can_stand_inside_a_script_element() -> None:
    for trap in ("</script", "<script", "<!--", "\r", "\0"):
        assert trap not in read_asset(READER).lower()


def modules(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.mjs").write_text(text)
    return folder


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
def test_modules_keep_their_own_names(tmp_path: Path) -> None:
    folder = modules(
        tmp_path,
        a='import { size, twice } from "./b.mjs";\nimport { one } from "./c.mjs";\n'
        "const WORD = 3;\n"
        "export function all(x) {\n  return twice(x) + size + WORD + one;\n}\nexport { one };\n",
        b='// A comment.\nimport { one } from "./c.mjs";\nconst WORD = 20;\n'
        "export const size = WORD;\n"
        "export async function later() {}\nexport function* some() {}\n"
        "export const twice = (x) => 2 * x * one;\n",
        c="export const one = 100;\n",
    )
    script = f"{build(folder, 'a.mjs')}\nconst {{ all, one }} = trueoddsReader;"
    done = subprocess.run(
        ["node", "-e", f"{script}\nconsole.log(JSON.stringify([all(1), one]))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [200 + 20 + 3 + 100, 100]
    assert "A comment" not in script


@pytest.mark.parametrize(
    "text",
    ['import * as b from "./b.mjs";', 'import fs from "node:fs";', "export default 3;"],
)
def test_other_imports_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.mjs has a line that the bundle cannot take"):
        build(modules(tmp_path, a=f"{text}\n", b=""), "a.mjs")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    text = 'import {{ x }} from "./{}.mjs";\nexport const y = 1;\n'
    with pytest.raises(ValueError, match="imports itself"):
        build(modules(tmp_path, a=text.format("b"), b=text.format("a")), "a.mjs")
