"""The application: addresses, and around all of them limits, times, counts and a line of a log."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trueodds.serve.problems import ProblemError
from trueodds.serve.service import Service, tell

WATCHED = 1.0
"""Seconds between two looks at the files."""
HEALTH = ("/v2/health/live", "/v2/health/ready", "/metrics")
"""Addresses that a busy server still answers, and whose requests are in no log."""


def application(service: Service, watched: float = WATCHED) -> Starlette:
    """The application of a service, whose models are read.

    Parameters
    ----------
    service
        What the addresses do.
    watched
        Seconds between two looks at the models' files.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_watch(service, watched))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def route(
        path: str, endpoint: Callable[..., Awaitable[Response]], method: str = "GET"
    ) -> Route:
        return Route(path, endpoint, methods=[method])

    of_model = ("/v2/models/{name}", "/v2/models/{name}/versions/{version}")
    app = Starlette(
        routes=[
            route("/", service.form),
            route("/openapi.json", service.described),
            route("/metrics", service.measured),
            route("/models/{name}/predict", service.predict, "POST"),
            route("/v2", service.server),
            route("/v2/health/live", service.live),
            route("/v2/health/ready", service.ready),
            *(route(path, service.model) for path in of_model),
            *(route(f"{path}/ready", service.model_ready) for path in of_model),
            *(route(f"{path}/infer", service.infer, "POST") for path in of_model),
        ],
        exception_handlers={ProblemError: _refused, HTTPException: _no_address, Exception: _failed},
        lifespan=lifespan,
    )
    app.add_middleware(_Around, service=service)
    return app


async def _watch(service: Service, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        for name, what in await anyio.to_thread.run_sync(service.registry.refresh):
            tell("model", model=name, what=what)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error.response(v2=request.url.path.startswith("/v2"))


async def _no_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {404: "there is no such address: see /openapi.json", 405: "use another method"}
    problem = ProblemError(error.status_code, detail.get(error.status_code, error.detail))
    return problem.response(v2=request.url.path.startswith("/v2"))


async def _failed(request: Request, error: Exception) -> Response:
    tell("failure", error=type(error).__name__)
    problem = ProblemError(500, "the server failed, not the request: see its log")
    return problem.response(v2=request.url.path.startswith("/v2"))


class _Around:
    """Limits how many requests run, and counts, times and logs each of them."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        service, began, status = self.service, time.perf_counter(), 500
        scope["told"] = {}

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] += [
                    (b"cache-control", b"no-store"),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        health = scope["path"] in HEALTH
        service.running += 1
        try:
            if service.running > service.limits.concurrent and not health:
                busy = ProblemError(503, "too many requests at a time: come again")
                await busy.response(v2=scope["path"].startswith("/v2"))(scope, receive, sent)
            else:
                await self.app(scope, receive, sent)
        finally:
            service.running -= 1
            seconds = time.perf_counter() - began
            found = scope.get("route")
            route = found.path if isinstance(found, Route) else "none"
            service.metrics.requests.labels(route, str(status)).inc()
            service.metrics.seconds.labels(route).observe(seconds)
            if not health:
                facts = {"method": scope["method"], "route": route, "status": status}
                tell("request", **facts, ms=round(1e3 * seconds, 3), **scope["told"])
