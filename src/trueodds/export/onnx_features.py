"""From raw columns to the networks' inputs, as operators of ONNX."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import MISSING, UNSEEN
from trueodds.columns.words import ABSENT
from trueodds.export.graph import Graph
from trueodds.export.known_cells import known_cells
from trueodds.export.word_patterns import pattern_of
from trueodds.features.blocks import (
    Block,
    ClippedScale,
    Indicator,
    Levels,
    Missing,
    PiecewiseLinear,
    QuantileTransform,
)
from trueodds.features.cross import Cross
from trueodds.features.derive import DAY, Derived, Part
from trueodds.features.target_encoding import TargetEncoding
from trueodds.features.text import Text

NumberBlock = ClippedScale | QuantileTransform | PiecewiseLinear | Indicator | Missing


@dataclass
class Sources:
    """What the blocks and target encodings read: columns, and what is derived from them.

    Numbers are float64, codes int64, each of shape (rows, 1).
    """

    graph: Graph
    columns: dict[str, Column]
    numbers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    _binned: dict[tuple[str, tuple[float, ...]], str] = field(default_factory=dict)
    _crossed: dict[str, str] = field(default_factory=dict)
    _worded: dict[tuple[str, tuple[int, ...]], str] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, schema: Schema) -> "Sources":
        """The used columns, each an input of the graph under its own name."""
        made = cls(graph, {column.name: column for column in schema.used})
        for column in schema.used:
            if not column.coded:
                made.numbers[column.name] = column.name
                continue
            cells = known_cells(column)
            texts = [blank + text for blank in ("", " ") for text in cells]
            made.codes[column.name] = graph(
                "LabelEncoder",
                column.name,
                keys_strings=texts,
                values_int64s=[*cells.values()] * 2,
                default_int64=UNSEEN,
            )
        return made

    def derive(self, derived: Derived) -> None:
        """Add a quantity of one date or two."""
        dates = [self.numbers[name] for name in derived.columns]
        self.numbers[derived.name] = _PARTS[derived.part](self.graph, *dates)

    def encoded(self, block: Block) -> str:
        """Inputs of a block, float64 of shape (rows, width)."""
        if isinstance(block, Levels):
            table = np.zeros((len(block.slots) + 2, block.width), np.int8)
            for row, slot in enumerate([*block.slots, block.other, block.missing]):
                table[row, slot if slot >= 0 else 0] = slot >= 0
            rows = self.graph("Gather", table, self._flat(self.codes[block.source]), axis=0)
            return self.graph.float64(rows)
        return _encoded(self.graph, block, self.numbers[block.source])

    def target_encoded(self, table: TargetEncoding) -> str:
        """One target encoding's input, float64 of shape (rows, 1)."""
        if table.text is not None:
            column = self.columns[table.text.column]
            present = self._words(table.text, column)
            return self.graph("MatMul", present, table.log_odds.astype(np.float64)[:, None])
        return self.graph.looked_up(table.log_odds, self._codes(table))

    def _flat(self, codes: str) -> str:
        return self.graph("Squeeze", codes, np.array([1]))

    def _codes(self, table: TargetEncoding) -> str:
        if table.cross is not None:
            if table.source not in self._crossed:
                self._crossed[table.source] = self._cross(table.cross)
            return self._crossed[table.source]
        return self._bins(table.source, table.cuts) if table.cuts else self.codes[table.source]

    def _bins(self, source: str, cuts: tuple[float, ...]) -> str:
        """Bin of a number, −1 where it is missing."""
        key = (source, cuts)
        if key not in self._binned:
            number = self.numbers[source]
            found = self.graph.counted(number, cuts)
            gone = self.graph("IsNaN", number)
            self._binned[key] = self.graph("Where", gone, np.array([[MISSING]]), found)
        return self._binned[key]

    def _cross(self, cross: Cross) -> str:
        key = ""
        for part in cross.parts:
            codes = self._bins(part.source, part.cuts) if part.cuts else self.codes[part.source]
            place = self.graph("Add", codes, np.array([[2]]))
            if key:
                place = self.graph("Add", self.graph("Mul", key, np.array([[part.size]])), place)
            key = place
        keys = cross.keys.tolist()
        return self.graph(
            "LabelEncoder",
            key,
            keys_int64s=keys,
            values_int64s=[*range(len(keys))],
            default_int64=UNSEEN,
        )

    def _words(self, text: Text, column: Column) -> str:
        """Whether each cell has each word, float64 of shape (rows, places)."""
        key = (text.column, text.places)
        if key not in self._worded:
            graph = self.graph
            missing = graph("Equal", self.codes[column.name], np.array([[MISSING]]))
            words = [column.words[place] for place in text.places]
            each = []
            for word in words:
                if word == ABSENT:
                    each.append(missing)
                    continue
                found = graph("RegexFullMatch", column.name, pattern=pattern_of(word))
                each.append(graph("And", found, graph("Not", missing)))
            self._worded[key] = graph.float64(graph.concat(each))
        return self._worded[key]


def _encoded(graph: Graph, block: NumberBlock, number: str) -> str:
    """Inputs of a number; 0 where it is missing, except in `Missing`."""
    if isinstance(block, Missing):
        return graph.float64(graph("IsNaN", number))
    if isinstance(block, Indicator):
        return graph.float64(graph("Equal", number, np.array([block.values], np.float64)))
    if isinstance(block, ClippedScale):
        t = graph("Mul", graph("Sub", number, block.centre), block.scale)
        gone = graph("IsNaN", t)
        t = graph.within(t, -1e6, 1e6)
        third = graph("Div", t, 3.0)
        root = graph("Sqrt", graph("Add", graph("Mul", third, third), 1.0))
        return graph("Where", gone, 0.0, graph("Div", t, root))
    gone, x = graph("IsNaN", number), np.array(block.x)
    v = graph.within(graph("Where", gone, block.x[0], number), block.x[0], block.x[-1])
    if isinstance(block, PiecewiseLinear):
        t = graph("Div", graph("Sub", v, x[None, :-1]), (x[1:] - x[:-1])[None])
        return graph("Where", gone, 0.0, graph("Sub", graph.within(t, 0.0, 1.0), 0.5))
    return graph("Where", gone, 0.0, _transformed(graph, block, v))


def _transformed(graph: Graph, block: QuantileTransform, v: str) -> str:
    x, y = np.array(block.x), np.array(block.y)
    left = graph.counted(v, block.x[1:-1]) if len(x) > 2 else graph.int64(graph("Mul", v, 0.0))
    with np.errstate(over="ignore", invalid="ignore"):
        slope = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    low, high = (graph.looked_up(part, left) for part in (y[:-1], y[1:]))
    beyond = graph("Sub", v, graph.looked_up(x[:-1], left))
    t = graph("Add", low, graph("Mul", graph.looked_up(slope, left), beyond))
    t = graph("Where", graph("IsNaN", t), low, t)
    return graph("Min", graph("Max", t, low), high)


def _modulo(graph: Graph, number: str, by: float) -> str:
    rest = graph("Mod", number, by, fmod=1)
    return graph("Where", graph("Less", rest, 0.0), graph("Add", rest, by), rest)


def _days(graph: Graph, seconds: str) -> str:
    return graph("Floor", graph("Div", seconds, DAY))


def _month(graph: Graph, seconds: str) -> str:
    """Months by Hinnant's chrono-compatible algorithms, as in readers/js."""
    near = graph("Less", graph("Abs", seconds), 1e13)  # false for NaN
    whole = graph.float64(graph.int64(graph("Where", near, seconds, 0.0)))
    of_era = _modulo(graph, graph("Add", _days(graph, whole), 719468.0), 146097.0)

    def parts(number: str, size: float) -> str:
        return graph("Floor", graph("Div", number, size))

    leaps = graph("Sub", parts(of_era, 1460.0), parts(of_era, 36524.0))
    leaps = graph("Add", leaps, parts(of_era, 146096.0))
    year = parts(graph("Sub", of_era, leaps), 365.0)
    begun = graph("Add", graph("Mul", year, 365.0), parts(year, 4.0))
    begun = graph("Sub", begun, parts(year, 100.0))
    of_year = graph("Sub", of_era, begun)
    month = parts(graph("Add", graph("Mul", of_year, 5.0), 2.0), 153.0)
    spring = graph("Less", month, 10.0)
    month = graph("Where", spring, graph("Add", month, 3.0), graph("Sub", month, 9.0))
    return graph("Where", near, month, float("nan"))


_PARTS: dict[Part, Callable[..., str]] = {
    "month": _month,
    "weekday": lambda graph, date: _modulo(graph, graph("Add", _days(graph, date), 3.0), 7.0),
    "hour": lambda graph, date: graph("Div", _modulo(graph, date, DAY), 3600.0),
    "days_between": lambda graph, one, other: graph("Div", graph("Sub", other, one), DAY),
    "calendar_days_between": lambda graph, one, other: graph(
        "Sub", _days(graph, other), _days(graph, one)
    ),
}
