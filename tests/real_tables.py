"""The real tables of ../shared/data, where they are at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / "shared"
DATA = SHARED / "data"
MANIFEST: list[dict[str, Any]] = (
    json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    if (DATA / "manifest.json").exists()
    else []
)
"""What each table is: its name, file, target and columns; empty where the tables are not."""
NAMES = [about["name"] for about in MANIFEST]
LACKING = f"needs the real tables: there is no {DATA / 'manifest.json'}"
needs_tables = pytest.mark.skipif(not MANIFEST, reason=LACKING)
