"""From a column's values to the network's inputs, by stored and exact blocks.

A number becomes a robustly scaled value with a smooth clip (RealMLP, arXiv 2407.04491), a quantile
transform, a piecewise-linear encoding (arXiv 2203.05556), indicators of dominant or few values, and
an indicator of missing cells. A category becomes indicators of its frequent levels. A date becomes
elapsed time, its parts, and its differences to other dates. What depends on the target is in
`trueodds.features.target_encoding`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.features.blocks import Block, Levels, Out
from trueodds.features.derive import Derived, derive, derived_sources
from trueodds.features.feature_rules import bins_each, category_blocks, number_blocks


@dataclass(frozen=True)
class Encoder:
    """The stored blocks, in the order of their inputs; each reads one source.

    A source is a column of the schema or a quantity derived from dates.
    """

    derived: tuple[Derived, ...]
    blocks: tuple[Block, ...]

    @property
    def width(self) -> int:
        """Number of inputs."""
        return sum(block.width for block in self.blocks)

    def encode(self, values: Values) -> NDArray[np.float32]:
        """Inputs of all rows, shape (rows, width), float32, finite for all values."""
        out = np.zeros((values.rows, self.width), dtype=np.float32)
        self.encode_into(values, out)
        return out

    def encode_into(self, values: Values, out: Out) -> None:
        """Fill the first `width` columns of a matrix of zeros with the inputs of all rows.

        ``out`` has shape (rows, at least `width`).
        """
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
        self, columns: Sequence[str], target_encoded: Sequence[tuple[str, ...]]
    ) -> tuple[NDArray[np.int64], ...]:
        """Positions of the inputs that depend on each column.

        A difference of dates belongs to both dates.

        Parameters
        ----------
        columns
            Names of all columns.
        target_encoded
            Names of the columns of each target encoding; their inputs follow the encoder's.

        Returns
        -------
        tuple of NDArray[np.int64]
            One array a column, increasing; empty for a column without inputs.
        """
        origins = {d.name: d.columns for d in self.derived}
        found: dict[str, list[int]] = {name: [] for name in columns}
        start = 0
        for block in self.blocks:
            for name in origins.get(block.source, (block.source,)):
                found[name] += range(start, start + block.width)
            start += block.width
        for offset, names in enumerate(target_encoded):
            for name in names:
                found[name].append(start + offset)
        return tuple(np.array(found[name], dtype=np.int64) for name in columns)


def fit_encoder(values: Values, schema: Schema) -> Encoder:
    """Choose all blocks from the training rows; the target plays no part."""
    derived = derived_sources(values, schema)
    numbers = {**values.numbers, **derive(values, derived)}
    varied = [v for v in numbers.values() if len(np.unique(v[np.isfinite(v)])) > 2]
    bins = bins_each(len(varied))
    blocks: list[Block] = []
    for column in schema.used:
        if column.kind == "text":
            continue  # its words are inputs of each fold
        if column.name in values.codes:
            blocks += category_blocks(column.name, values.codes[column.name], len(column.levels))
        else:
            blocks += number_blocks(column.name, numbers[column.name], bins)
    for source in derived:
        blocks += number_blocks(source.name, numbers[source.name], bins)
    return Encoder(derived, tuple(blocks))
