"""Every sentence about input stands in some test: a walk over the sources and the tests."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/trueodds"

EXEMPT = {
    "columns/date_text.py": "names of months and of days",
    "columns/durations.py": "names of units",
    "table/write.py": "an argument of our own code",
    "table/databases.py": "queries",
    "table/write_database.py": "queries",
    "model/checks": "titles and remedies of numbered checks, which docs/checks shows",
    "model/summary.py": "lines of tables",
    "model/effect.py": "lines of tables",
    "model/evaluate.py": "lines of tables",
    "model/pair_words.py": "lines of tables; tests/model/test_pair_effect.py shows the sentences",
    "model/soft_scorer.py": "an assertion",
    "model/compiled_scorer.py": "an assertion",
    "model/lookups.py": "why NumPy scores instead, which nobody reads",
    "model/consistent.py": "a damaged file: tests/model/fuzz.py damages all parts",
    "model/fixed.py": "a damaged file",
    "model/arrays.py": "a damaged file",
}
"""Files whose texts need no test each, and why."""


def test_every_sentence_is_in_a_test() -> None:
    shown = "\n".join(
        _plain(text) for path in (ROOT / "tests").rglob("*.py") for text in _texts(path)
    )
    lacking = []
    for path in _sources():
        name = path.relative_to(PACKAGE).as_posix()
        if any(name.startswith(exempt) for exempt in EXEMPT):
            continue
        for text in _texts(path):
            pieces = [_plain(piece).split() for piece in text.split("\0")]
            pieces = [words for words in pieces if len(words) > 2 and _is_prose(text)]
            threes = [" ".join(w[i : i + 3]) for w in pieces for i in range(len(w) - 2)]
            if threes and not any(three in shown for three in threes):
                lacking.append(f"{name}: {text}")
    assert not lacking, "\n".join(lacking)


def _sources() -> list[Path]:
    files = [PACKAGE / "estimator_inputs.py", PACKAGE / "classifier.py"]
    for package in ("table", "columns", "model"):
        files += sorted((PACKAGE / package).rglob("*.py"))
    return files


def _texts(path: Path) -> list[str]:
    """String literals of a file, docstrings left out; a zero byte for what an f-string fills in."""
    found: list[str] = []

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (v.value if isinstance(v, ast.Constant) else "\0" for v in node.values)
            found.append("".join(map(str, parts)))
        else:
            for child in ast.iter_child_nodes(node):
                walk(child)

    walk(ast.parse(path.read_text(encoding="utf-8")))
    return found


def _plain(text: str) -> str:
    """Words of a text or of a regular expression, parted by single blanks."""
    return " ".join(re.sub(r"[\\^$.*+?(){}\[\]|\"']", " ", text).split())


def _is_prose(text: str) -> bool:
    """Whether a text is for people and no regular expression."""
    return not re.search(r"[\\|^\[]|\(\?|%[A-Za-z]|</", text)
