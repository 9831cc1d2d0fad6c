"""What one request may cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of the server; a request beyond one of them is refused with a problem."""

    body: int = 16 << 20
    """Bytes of a body."""
    rows: int = 10_000
    """Rows of a request."""
    explained: int = 100
    """Rows of a request that wants reasons."""
    seconds: float = 30.0
    """Time of a request, its body included."""
    concurrent: int = 64
    """Requests at a time; further ones are told to come again."""
    threads: int = 2
    """Larger requests that are scored at a time; the others wait."""
    stop: int = 30
    """Seconds that requests have when the server stops."""
