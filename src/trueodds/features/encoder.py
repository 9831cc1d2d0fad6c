"""From a column's values to the network's inputs: every step a simple, stored, exact rule.

Numbers become a robustly scaled value with a smooth clip (RealMLP, arXiv 2407.04491), a
quantile-to-normal curve through stored knots, a piecewise-linear encoding (arXiv 2203.05556),
indicators of dominant or few values, and of missing; categories become indicators of their frequent
levels; dates become elapsed time, their parts, and the differences between dates. All that depends
on the target lives in `trueodds.features.target_encoding`, fold by fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.features.blocks import Block, Levels, Out
from trueodds.features.derive import Derived, derive, derived_sources
from trueodds.features.feature_rules import category_blocks, number_blocks, pieces_each


@dataclass(frozen=True)
class Encoder:
    """The stored rules; ``blocks`` in input order, each reading one source.

    A source is a column of the schema or a quantity derived from dates.
    """

    derived: tuple[Derived, ...]
    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        """Number of inputs made."""
        return sum(block.width for block in self.blocks)

    def encode(self, values: Values) -> NDArray[np.float32]:
        """Inputs of all rows, shape (rows, width), float32, finite whatever the values are."""
        out = np.zeros((values.rows, self.width), dtype=np.float32)
        self.encode_into(values, out)
        return out

    def encode_into(self, values: Values, out: Out) -> None:
        """Fill the first `width` columns of a matrix of zeros with all rows' inputs."""
        parts, start = [], 0
        for block in self.blocks:
            parts.append(out[:, start : start + block.width])
            start += block.width
        self.encode_blocks(values, parts)

    def encode_blocks(self, values: Values, parts: Sequence[Out]) -> None:
        """Fill one matrix of zeros, shape (rows, block's width), for each block."""
        numbers = {**values.numbers, **derive(values, self.derived)}
        for block, part in zip(self.blocks, parts, strict=True):
            if isinstance(block, Levels):
                block.encode(values.codes[block.source], part)
            else:
                block.encode(numbers[block.source], part)

    def positions(
        self, columns: Sequence[str], rated: Sequence[tuple[str, ...]]
    ) -> tuple[NDArray[np.int64], ...]:
        """Input positions that depend on each column; a date difference belongs to both dates.

        ``rated`` names the columns of each of the rates that stand behind the encoder's own inputs.
        """
        origins = {d.name: d.columns for d in self.derived}
        found: dict[str, list[int]] = {name: [] for name in columns}
        start = 0
        for block in self.blocks:
            for name in origins.get(block.source, (block.source,)):
                found[name] += range(start, start + block.width)
            start += block.width
        for offset, names in enumerate(rated):
            for name in names:
                found[name].append(start + offset)
        return tuple(np.array(found[name], dtype=np.int64) for name in columns)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header; floats keep every bit."""
        return {
            "derived": [d.to_json() for d in self.derived],
            "blocks": [b.to_json() for b in self.blocks],
        }


def fit_encoder(values: Values, schema: Schema) -> Encoder:
    """Choose every rule from the training rows, without looking at the target."""
    derived = derived_sources(values, schema)
    numbers = {**values.numbers, **derive(values, derived)}
    varied = [v for v in numbers.values() if len(np.unique(v[np.isfinite(v)])) > 2]
    pieces = pieces_each(len(varied))
    blocks: list[Block] = []
    for column in schema.used:
        if column.name in values.codes:
            blocks += category_blocks(column.name, values.codes[column.name], len(column.levels))
        else:
            blocks += number_blocks(column.name, numbers[column.name], pieces)
    for source in derived:
        blocks += number_blocks(source.name, numbers[source.name], pieces)
    return Encoder(derived, tuple(blocks))
