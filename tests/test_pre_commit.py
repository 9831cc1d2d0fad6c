"""The hooks before a commit are local: tools of this repository, nothing that is downloaded."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_hooks_are_local_and_run_what_lint_runs() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert "://" not in text
    entries = re.findall(r"entry: \.venv/bin/(\w+(?: \w+)?)", text)
    assert entries == ["ruff check", "ruff format", "mypy"]
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    for entry in entries:
        assert f"$(BIN)/{entry}" in lint
