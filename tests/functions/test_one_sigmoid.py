"""No second sigmoid in the code base: everything computes it by ``trueodds.functions``."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXACT = {"exact_values.py", "sql.py"}
"""The exact values of the proof must be independent of the kernels; a query runs in a database."""
OTHERS = re.compile(
    r"\bexpit\b|log_expit|special\.softmax|logaddexp|"
    r"1(?:\.0)?\s*/\s*\(\s*1(?:\.0)?\s*\+\s*(?:\w+\.)?exp\b|log1p\((?:\w+\.)?exp\b|"
    r"(?<!factorText\()Math\.exp"  # a factor of the odds, in words, is none
)


def test_no_second_sigmoid() -> None:
    found = []
    sources = [
        path
        for pattern in ("*.py", "*.js", "*.html", "*.j2")
        for path in (ROOT / "src").rglob(pattern)
        if path.name not in EXACT and path.name != "vega-bundle.js"
    ]
    assert len(sources) > 50
    for path in sources:
        text = path.read_text(encoding="utf-8")
        # What a docstring or a comment says is not computed.
        code = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
        code = re.sub(r"^\s*#.*$", "", code, flags=re.MULTILINE)
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in OTHERS.finditer(code)]
    assert found == []


def test_the_search_finds_one() -> None:
    for text in ("1 / (1 + np.exp(-x))", "1.0/(1.0+exp(-v))", "expit(z)", "np.log1p(np.exp(z))"):
        assert OTHERS.search(text)
