"""A server of golden models on loopback, in a thread of the tests, and a client."""

import http.client
import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("prometheus_client")
uvicorn = pytest.importorskip("uvicorn")

from trueodds.serve.app import application  # noqa: E402
from trueodds.serve.limits import Limits  # noqa: E402
from trueodds.serve.registry import Registry  # noqa: E402
from trueodds.serve.service import Service  # noqa: E402

GOLDEN = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One connection to a server."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = "application/json",
        **headers: str,
    ) -> Reply:
        sent = {"content-type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
        self.connection.request(method, path, body, sent)
        found = self.connection.getresponse()
        told = {name.lower(): value for name, value in found.getheaders()}
        return Reply(found.status, told.get("content-type", ""), found.read(), told)

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, value: Any, **headers: str) -> Reply:
        return self.ask("POST", path, json.dumps(value).encode(), **headers)


def rows_of(name: str) -> list[dict[str, Any]]:
    """The rows of a golden model, with null for NaN and infinity, which JSON does not have."""
    told = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return [
        {
            n: None if isinstance(c, float) and not isfinite(c) else c
            for n, c in row["cells"].items()
        }
        for row in told
    ]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three models."""
    made = tmp_path_factory.mktemp("models")
    for name in ("relu", "crosses", "words"):
        shutil.copy(GOLDEN / f"{name}.odds", made)
    return made


@pytest.fixture(scope="session")
def running(folder: Path) -> Iterator[int]:
    """The port of a server of the folder."""
    registry = Registry([folder])
    registry.load()
    limits = Limits(body=200_000, rows=500, explained=5)
    app = application(Service(registry, limits), watched=0.05)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def client(running: int) -> Client:
    return Client(running)
