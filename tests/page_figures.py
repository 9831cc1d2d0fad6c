"""Figures of the pages and where each comes from.

A comment below a paragraph names its figures and their sources, one a line::

    <!-- 4.9 %: calibration_test.txt "^mean of those +(\\S+) %$"
    5 %: src/trueodds/model/explain.py "^TOLERANCE = (\\S+)" = 100 * a -->

Before the colon stand words of the paragraph, apart by semicolons, then the file and a pattern
that it holds exactly once. The n-th number of the words is the n-th group of the pattern, rounded
to the digits that the page shows; ``= 100 * a; b / 2`` behind the pattern computes them from the
groups a, b, …. A name without a folder is a file of ``bench/results``; others start at the
repository's root, so that a limit of the program is held to its source. In place of a file,
``example`` says that a number is invented to explain something, ``aim`` that it was to be reached.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
NUMBER = r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?![\d.]*\w)"
UNIT = r"(?:[µm]?s|seconds?|microseconds?|minutes?|[kMG]i?B(?:/s)?|%|nats?|times)(?![\w%])"
FIGURE = re.compile(
    rf"{NUMBER}(?: (?:to|and|or) {NUMBER})?[ -]?{UNIT}|\d+\.\d{{3,}}(?!\w)|× ?{NUMBER}"
)
COMMENT = re.compile(r"<!--(.*?)-->", re.S)
SOURCE = re.compile(
    r'(?P<words>[^:]+): (?:(?P<file>\S+) "(?P<pattern>.*?)"(?: = (?P<values>.*))?|example|aim)'
)
MARKED = r"<!-- (?:(?:figures|speed|numbers|cells|sources|places): .*?|gallery )-->"
FENCED = r"(?:^<!-- printed -->\n)?^```.*?^```$"
WRITTEN = re.compile(rf"{FENCED}|^{MARKED}$.*?^<!-- end.*?-->$", re.M | re.S)
"""Code, and parts that a program writes: tests of their own hold them."""
LEVEL = r"95 % (?:(?:bootstrap )?interval|bounds|band)"
NO_FIGURE = re.compile(rf"`[^`]*`|\]\([^)]*\)|{LEVEL}|× 5(?!\d| %)")
"""Inline code, targets of links, the level of intervals, and the peers that are five models."""


@dataclass(frozen=True)
class Block:
    """Lines of a page without an empty one between them, in one line, and their sources."""

    text: str
    sources: tuple[str, ...]

    def words(self) -> list[str]:
        """The words that have a source."""
        found = [re.match(r"[^:]+", line) for line in self.sources]
        return [part.strip() for m in found if m for part in m[0].split(";")]

    def without_source(self) -> list[str]:
        """Figures that no comment names."""
        known = self.words()
        figures = (m[0] for m in FIGURE.finditer(NO_FIGURE.sub("", self.text)))
        return [one for one in figures if not any(one in words for words in known)]


def blocks(page: str) -> list[Block]:
    """All blocks of a page that hold prose."""
    found = []
    for part in re.split(r"\n\s*\n", WRITTEN.sub("", page)):
        sources = [line for m in COMMENT.finditer(part) for line in m[1].strip().splitlines()]
        text = " ".join(COMMENT.sub(" ", part).split())
        found.append(Block(text, tuple(line.strip() for line in sources)))
    return found


def wrong(block: Block) -> list[str]:
    """Sources of a block that cannot be read, or that give other figures than the block."""
    return [told for line in block.sources if (told := wrong_source(line, block.text))]


def wrong_source(line: str, text: str) -> str:
    """What is wrong with one source, or nothing."""
    read = SOURCE.fullmatch(line)
    if read is None:
        return f"no source: {line}"
    parts = [part.strip() for part in read["words"].split(";")]
    if missing := [part for part in parts if part not in text]:
        return f"not in the paragraph: {missing}"
    if read["file"] is None:
        return ""
    path = (ROOT if "/" in read["file"] else RESULTS) / read["file"]
    found = list(re.finditer(read["pattern"], path.read_text(encoding="utf-8"), re.M))
    if len(found) != 1:
        return f"{len(found)} places of {path.name} have {read['pattern']}"
    shown = [number for part in parts for number in re.findall(NUMBER, part)]
    groups = [float(group.replace(",", "").replace("_", "")) for group in found[0].groups()]
    names = dict(zip("abcdefgh", groups, strict=False))
    held = [eval(value, {}, names) for value in (read["values"] or ";".join(names)).split(";")]
    if len(shown) != len(held):
        return f"{len(shown)} numbers, {len(held)} values: {line}"
    if not all(rounds_to(value, one) for one, value in zip(shown, held, strict=True)):
        return f"the page has {shown}, {path.name} has {held}"
    return ""


def rounds_to(value: float, shown: str) -> bool:
    """Whether a value, rounded to the digits shown, is the number shown."""
    digits = len(shown.partition(".")[2])
    return abs(value - float(shown.replace(",", ""))) <= 0.5 * 10.0**-digits * (1 + 1e-9)
