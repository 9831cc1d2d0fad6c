"""``trueodds serve``: models behind HTTP."""

from importlib.util import find_spec
from pathlib import Path

from trueodds.errors import TrueOddsError

NEEDED = ("starlette", "uvicorn", "prometheus_client")


def run_serve(
    models: tuple[Path, ...],
    host: str,
    port: int,
    workers: int,
    *,
    page: bool,
    rows: int,
    body: int,
) -> None:
    """Serve until a signal; the log goes to stderr, one JSON object a line.

    Raises
    ------
    UsageError, TrueOddsError
        If a package or a model is missing, or the address cannot be had.
    """
    if lacking := [name for name in NEEDED if find_spec(name) is None]:
        raise TrueOddsError(
            f"serve needs the package {lacking[0]}, which is not installed: "
            "pip install 'trueodds[serve]'"
        )
    from trueodds.serve.limits import Limits
    from trueodds.serve.run import Serving, serve

    serve(Serving(models, host, port, workers, page, Limits(rows=rows, body=body)))
