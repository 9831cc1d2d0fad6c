"""A function called for each of many parts, in this process or wherever else."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Each(Protocol):
    """Calls a function of a module many times."""

    def __call__(
        self, function: Callable[..., T], given: tuple[Any, ...], calls: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, T]]:
        """Give the number and the result of each call, in any order.

        Parameters
        ----------
        function
            A function that other processes can import.
        given, calls
            First arguments, which all calls share, and the other ones of each call.
        """


def each_here(
    function: Callable[..., T], given: tuple[Any, ...], calls: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, T]]:
    """Call a function in this process, see `Each`."""
    for number, call in enumerate(calls):
        yield number, function(*given, *call)
