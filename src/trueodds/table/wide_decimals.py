"""Which columns of a Parquet or Arrow file are decimals that polars does not hold."""

import io

MOST_DIGITS = 38
"""Digits of the widest decimal of polars."""


def refused_decimals(raw: bytes, reason: str) -> str:
    """Sentence about the columns whose decimals are too wide; empty where that is not the reason.

    Their names are known where pyarrow is installed.

    Parameters
    ----------
    raw
        The file.
    reason
        Why polars does not read it, in polars' words.
    """
    if "Decimal256" not in reason and "Int256" not in reason:
        return ""
    found = [f'"{name}"' for name in _wide(raw)]
    shown = ", ".join(found[:8]) + (", …" if found[8:] else "")
    which = f"column{'s' if found[1:] else ''} {shown}" if found else "a column"
    held = "hold" if found[1:] else "holds"
    return (
        f"{which} {held} decimals of more than {MOST_DIGITS} digits (decimal256): write them as "
        f"decimals of at most {MOST_DIGITS} digits, or as text"
    )


def _wide(raw: bytes) -> list[str]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return []
    if raw.startswith(b"PAR1"):
        schema = parquet.read_schema(io.BytesIO(raw))
    elif raw.startswith(b"ARROW1"):
        schema = pyarrow.ipc.open_file(raw).schema
    else:
        schema = pyarrow.ipc.open_stream(raw).schema
    return [field.name for field in schema if "decimal256" in str(field.type)]
