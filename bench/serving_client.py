"""A client that sends requests at fixed times, and a server that does nothing to compare with."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

CONNECTIONS = 32
REPEATS = 50
EMPTY = """
import asyncio, json, sys
answer = b'{"rows":[{"probability":0.5}]}'
reply = b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n%b" % (len(answer), answer)
class Empty(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.got = transport, b""
    def data_received(self, data):
        self.got += data
        head, found, body = self.got.partition(b"\\r\\n\\r\\n")
        size = head.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0]
        if found and len(body) >= int(size):
            self.got = b""
            self.transport.write(reply)
async def main():
    server = await asyncio.get_running_loop().create_server(Empty, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"address": f"http://127.0.0.1:{port}"}), file=sys.stderr, flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
"""A server of asyncio alone: it reads a request, and always gives the same answer."""


@dataclass
class Running:
    """A server that was started, and its log."""

    process: "subprocess.Popen[bytes]"
    log: Path
    port: int = 0

    def told(self) -> list[dict[str, Any]]:
        """The complete lines of its log."""
        lines = self.log.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n") and line[0] == "{"]

    def processes(self) -> list[psutil.Process]:
        """Itself and its workers."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def settle(self) -> None:
        """Wait until it does nothing: all its workers have started."""
        before = -1.0
        while (now := self.cpu_seconds()) - before > 0.02:
            before = now
            time.sleep(1.0)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Within the block, this process and the server's run before all other programs.

        Only root may do so; elsewhere nothing happens.
        """
        pids = [0, *(each.pid for each in self.processes())]
        try:
            for pid in pids:
                os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))
        except PermissionError:
            pids = []
        yield
        for pid in pids:
            os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self.processes())


@contextmanager
def started(command: Sequence[str]) -> Iterator[Running]:
    """Start a server whose first line on stderr names its address; its log goes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = subprocess.Popen([sys.executable, *command], stderr=file)
        server = Running(process, log)
        try:
            while not server.told():
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            server.port = int(server.told()[0]["address"].rpartition(":")[2])
            yield server
        finally:
            process.terminate()
            process.wait(60)


@dataclass
class Load:
    """What came of the requests that were sent at fixed times."""

    seconds: list[float] = field(default_factory=list)
    """From the time at which a request was due to its whole answer."""
    wrong: int = 0
    """Answers that are not those of Python, or not 200."""
    lost: int = 0
    """Requests without an answer, after `REPEATS` tries."""
    broken: int = 0
    """Connections that broke under a request; the client sends it again."""


class Client:
    """Sends requests over `CONNECTIONS` connections, and opens a new one where one breaks."""

    def __init__(self, port: int, right: Any) -> None:
        self.port, self.right = port, right
        self.found = Load()
        self._free: asyncio.Queue[Any] = asyncio.Queue()

    async def _answer(self, request: bytes) -> tuple[int, bytes]:
        pair = await self._free.get()
        try:
            reader, writer = pair or await asyncio.open_connection("127.0.0.1", self.port)
            pair = None
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(size)
            pair = reader, writer
            return int(head.split()[1]), body
        finally:
            self._free.put_nowait(pair)

    async def _ask(self, number: int, request: bytes, due: float) -> None:
        for _ in range(REPEATS):
            try:
                status, body = await self._answer(request)
                break
            except (OSError, asyncio.IncompleteReadError):
                self.found.broken += 1
                await asyncio.sleep(0.02)
        else:
            self.found.lost += 1
            return
        self.found.seconds.append(time.perf_counter() - due)
        self.found.wrong += status != 200 or not self.right(number, json.loads(body))

    async def load(self, path: str, bodies: list[bytes], rate: float, seconds: float) -> Load:
        """Send ``rate`` requests a second, whether earlier ones are answered or not."""
        requests = [
            b"POST %b HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (path.encode(), len(body), body)
            for body in bodies
        ]
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection("127.0.0.1", self.port))
        tasks, began = [], time.perf_counter()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            at = number % len(requests)
            tasks.append(asyncio.create_task(self._ask(at, requests[at], due)))
        await asyncio.gather(*tasks)
        while not self._free.empty():
            if pair := self._free.get_nowait():
                pair[1].close()
        return self.found
