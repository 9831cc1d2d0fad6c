"""What each address does: from a request to an answer."""

import asyncio
import io
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import msgspec
import polars as pl
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from trueodds import __version__
from trueodds.report.form_page import form_page
from trueodds.serve import v2
from trueodds.serve.forecast import Answer, answer, options_of, quick_answer
from trueodds.serve.limits import Limits
from trueodds.serve.metrics import Metrics
from trueodds.serve.openapi import openapi
from trueodds.serve.problems import ProblemError
from trueodds.serve.registry import Registry, Served
from trueodds.serve.rows import FORMATS, rows_of

T = TypeVar("T")
SMALL = 1 << 15
"""Bytes of a body that is scored at once; a larger one is scored in a thread."""
JSON, CSV, *PARQUET = FORMATS


@dataclass(eq=False)
class Service:
    """All that the addresses share."""

    registry: Registry
    limits: Limits
    page: bool = True
    """Whether ``/`` has the form, which carries the model to its reader."""
    metrics: Metrics = field(default_factory=Metrics.new)
    running: int = 0
    """Requests that are being answered."""

    def __post_init__(self) -> None:
        self._threads = anyio.CapacityLimiter(self.limits.threads)

    async def predict(self, request: Request) -> Response:
        """Forecasts of rows, the plain way."""
        served = self.registry.get(request.path_params["name"])
        asked = options_of(request.query_params)
        body = await self.body(request)
        media_type = request.headers.get("content-type", JSON)
        most = min(self.limits.rows, self.limits.explained) if asked.explain else self.limits.rows

        def work() -> tuple[Answer, Response]:
            rows = rows_of(body, media_type, most)
            made = quick_answer(served.model, rows) if asked.plain else None
            made = made or answer(served.model, rows, asked)
            return made, _written(served, made, request.headers.get("accept", ""))

        made, response = await self.done(work, quick=len(body) <= SMALL and not asked.explain)
        self._count(request, served, made)
        return response

    async def infer(self, request: Request) -> Response:
        """Forecasts of rows, by the Open Inference Protocol."""
        served = self._served(request)
        body = await self.body(request)
        header = request.headers.get(v2.HEADER)

        def work() -> tuple[Answer, bytes, int | None]:
            read = v2.read_request(body, header, self.limits.rows)
            made = quick_answer(served.model, read.rows) if read.asked.plain else None
            made = made or answer(served.model, read.rows, read.asked)
            return made, *v2.response(served, read, made)

        made, data, size = await self.done(work, quick=len(body) <= SMALL)
        self._count(request, served, made)
        if size is None:
            return Response(data, media_type=JSON)
        return Response(data, 200, {v2.HEADER: str(size)}, "application/octet-stream")

    async def model(self, request: Request) -> Response:
        """What a model takes and gives."""
        return JSONResponse(v2.metadata(self._served(request)))

    async def model_ready(self, request: Request) -> Response:
        """Whether a model can be asked."""
        return JSONResponse({"name": self._served(request).name, "ready": True})

    async def server(self, request: Request) -> Response:
        """What the server is."""
        about = {"name": "trueodds", "version": __version__, "extensions": ["binary_tensor_data"]}
        return JSONResponse(about)

    async def live(self, request: Request) -> Response:
        """Whether the server runs."""
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        """Whether the models are read."""
        if not self.registry.models:
            raise ProblemError(503, "there are no models")
        return JSONResponse({"ready": True})

    async def measured(self, request: Request) -> Response:
        """What Prometheus reads."""
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def described(self, request: Request) -> Response:
        """OpenAPI of what is served."""
        return JSONResponse(openapi(self.registry.models))

    async def form(self, request: Request) -> Response:
        """The page with a form for one row."""
        if not self.page:
            raise ProblemError(404, "the server has no page: it was started with --no-page")
        name = request.query_params.get("model") or min(self.registry.models, default="")
        served = self.registry.get(name)
        names = sorted(self.registry.models)
        text = await self.done(lambda: form_page(served.model, name, names), quick=False)
        return HTMLResponse(text)

    async def body(self, request: Request) -> bytes:
        """The body; raises ProblemError if it is too large or too slow."""
        if request.headers.get("content-encoding", "identity") != "identity":
            raise ProblemError(415, "a compressed body is not read")
        found = bytearray()
        try:
            async with asyncio.timeout(self.limits.seconds):
                async for part in request.stream():
                    found += part
                    if len(found) > self.limits.body:
                        most = self.limits.body
                        raise ProblemError(
                            413, f"the body has more than {most:,} bytes: send parts"
                        )
        except TimeoutError:
            raise ProblemError(408, f"the body took more than {self.limits.seconds:g} s") from None
        except ClientDisconnect:
            raise ProblemError(400, "the client went away") from None
        return bytes(found)

    async def done(self, work: Callable[[], T], *, quick: bool) -> T:
        """What some work gives: at once if it is quick, else in a thread.

        Work that takes too long ends in its thread, and the request is refused.
        """
        if quick:
            return work()
        try:
            with anyio.fail_after(self.limits.seconds):
                return await anyio.to_thread.run_sync(
                    work, abandon_on_cancel=True, limiter=self._threads
                )
        except TimeoutError:
            seconds = self.limits.seconds
            raise ProblemError(
                503, f"the request took more than {seconds:g} s: send parts"
            ) from None

    def _served(self, request: Request) -> Served:
        return self.registry.get(request.path_params["name"], request.path_params.get("version"))

    def _count(self, request: Request, served: Served, made: Answer) -> None:
        self.metrics.scored(served.name, served.version, served.model, made)
        request.scope["told"] |= {
            "model": served.name,
            "version": served.version,
            "rows": len(made.probability),
        }


def tell(event: str, **facts: Any) -> None:
    """Write one line of JSON to stderr; no fact holds the content of a row."""
    line = {"time": round(time.time(), 3), "event": event, **facts}
    # One write: print makes two, between which another worker may write.
    sys.stderr.write(f"{json.dumps(line)}\n")
    sys.stderr.flush()


def _written(served: Served, made: Answer, accept: str) -> Response:
    """The answer in the format that the client accepts, JSON by default."""
    if CSV in accept or any(kind in accept for kind in PARQUET):
        return _as_table(made, CSV in accept)
    body = {
        "model": served.name,
        "version": served.version,
        "target": served.model.target_name,
        "yes": served.model.target_yes,
        "rows": made.rows(),
        "notes": made.notes,
    }
    return Response(msgspec.json.encode(body), media_type=JSON)


def _as_table(made: Answer, csv: bool) -> Response:
    most = max(map(len, made.reasons), default=0)
    rows = made.rows()
    for row in rows:
        reasons = row.pop("reasons", ())
        for number in range(most):
            row[f"reason_{number + 1}"] = reasons[number] if number < len(reasons) else None
    table = pl.DataFrame(rows, infer_schema_length=None)
    if csv:
        return Response(table.write_csv(), media_type=CSV)
    file = io.BytesIO()
    table.write_parquet(file)
    return Response(file.getvalue(), media_type=PARQUET[0])
