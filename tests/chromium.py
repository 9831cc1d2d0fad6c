"""Drives a headless Chromium over a pipe (Chrome DevTools protocol), for tests of the page."""

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path
from select import select
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowRight": 39, "ArrowDown": 40}
"""Codes of the keys that `Page.press` knows."""
CODES = {" ": "Space"}
SECONDS = 90.0
"""Longest time that a command may take."""


class Page:
    """One page of the browser; what it logs, also of errors and of refused scripts, is kept."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive = send, receive
        self._session: str | None = None
        self._rest = b""
        self._last = 0
        self.logged: list[str] = []
        self.requested: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Run a command of the protocol and return its result."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, path: Path, width: int = 1280, height: int = 900) -> None:
        """Load a file at a width in CSS pixels, and wait until its charts are drawn."""
        self.resize(width, height)
        self.logged.clear()
        self.requested.clear()
        self.call("Page.navigate", url=path.as_uri())
        self.wait("document.documentElement?.dataset.charts !== undefined")

    def resize(self, width: int, height: int = 900) -> None:
        """Give the page another width in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def media(self, *, dark: bool = False, printed: bool = False) -> None:
        """Show the page in a colour scheme, on screen or as it is printed."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="print" if printed else "", features=[scheme])

    def run(self, script: str) -> Any:
        """Value of an expression in the page; a promise is awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + SECONDS
        while not self.run(condition):
            assert time.monotonic() < end, f"{condition} did not become true"
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """Press and release a key, such as "Tab", "ArrowRight" or " "."""
        known: dict[str, Any] = {"key": key, "code": CODES.get(key, key)}
        known["windowsVirtualKeyCode"] = KEYS[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        down = {"type": "rawKeyDown"} if text is None else {"type": "keyDown", "text": text}
        self.call("Input.dispatchKeyEvent", **known, **down)
        self.call("Input.dispatchKeyEvent", **known, type="keyUp")

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Write a PNG of the page, or of its visible part."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select([self._receive], [], [], max(0.0, end - time.monotonic()))
            assert ready, "Chromium does not answer"
            part = os.read(self._receive, 1 << 20)
            assert part, "Chromium has ended"
            self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        message = json.loads(text)
        method, found = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.logged.append(str([a.get("value", a) for a in found["args"]]))
        elif method == "Runtime.exceptionThrown":
            self.logged.append(str(found["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.logged.append(found["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(found["request"]["url"])
        return message


def _pipe() -> tuple[int, int]:
    """Descriptors of a pipe that are not those of Chromium's own pipes."""
    low = os.pipe()
    read, write = (fcntl(end, F_DUPFD_CLOEXEC, 10) for end in low)
    for end in low:
        os.close(end)
    return read, write


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """Start Chromium with a profile of its own, and give its page."""
    assert CHROMIUM is not None
    (to_read, to_send), (to_receive, to_write) = _pipe(), _pipe()
    # Chromium reads commands from descriptor 3 and writes answers to 4.
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}"]
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Page(to_send, to_receive)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(to_send)
        os.close(to_receive)
