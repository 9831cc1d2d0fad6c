"""Times of whole seconds in Parquet files, which polars reads as missing."""

import io

import polars as pl

_KEY = b"ARROW:schema"
"""Where pyarrow keeps the unit in a file's footer; the times themselves are in milliseconds."""


def lost_times(table: pl.LazyFrame) -> list[str]:
    """Names of the columns of times that have no value at all."""
    types = enumerate(table.collect_schema().items())
    places = {place: name for place, (name, dtype) in types if dtype == pl.Time}
    if not places:
        return []
    # By position, as polars takes a name such as "^a$" for a pattern.
    present = table.select(pl.nth(place).count() for place in places).collect().row(0)
    return [name for name, count in zip(places.values(), present, strict=True) if not count]


def with_times(data: pl.DataFrame, raw: bytes) -> pl.DataFrame:
    """A Parquet file's table, where times that polars lost are read again without Arrow's unit."""
    lost = lost_times(data.lazy())
    if not lost or _KEY not in raw:
        return data
    again = pl.read_parquet(io.BytesIO(raw.replace(_KEY, _KEY.lower())), columns=lost)
    return data.with_columns(again.get_columns())
