"""Work on the next parts of a table while one is used: reading, work and use side by side."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WAITING = 2
"""Parts that are read or worked on while one is used."""


def worked_ahead(parts: Iterator[T], work: Callable[[T], R]) -> Iterator[R]:
    """Give ``work(part)`` of every part, in order.

    One thread draws the parts, one works, and the caller's uses the results: polars, NumPy and
    compiled loops leave Python's lock to the others. The first two parts are drawn by the caller's
    thread, so that a table of one part needs no thread. What drawing or working raises is raised
    in its place; no thread is left behind.
    """
    drawn = [part for _, part in zip(range(2), parts, strict=False)]
    if len(drawn) < 2:
        yield from map(work, drawn)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    ended = object()

    def result(part: "Future[T | object]") -> "R | object":
        found = part.result()
        return ended if found is ended else work(found)  # type: ignore[arg-type]

    def draw() -> T | object:
        return drawn.pop(0) if drawn else next(parts, ended)

    reader, worker = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
    try:
        waiting: deque[Future[R | object]] = deque()
        while True:
            while len(waiting) < WAITING:
                waiting.append(worker.submit(result, reader.submit(draw)))
            found = waiting.popleft().result()
            if found is ended:
                return
            yield found  # type: ignore[misc]
    finally:
        reader.shutdown(cancel_futures=True)
        worker.shutdown(cancel_futures=True)
