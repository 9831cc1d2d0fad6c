"""Named parameters of a network in one flat buffer."""

from math import prod
from typing import Any

from numpy.typing import NDArray


class NamedParameters:
    """What the layouts of all kinds of networks share; a subclass has `shapes`."""

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and shape of every parameter, in buffer order."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(prod(shape) for _, shape in self.shapes)

    def segments(self) -> dict[str, tuple[int, int]]:
        """Start and stop in the flat buffer of every parameter, by name."""
        out: dict[str, tuple[int, int]] = {}
        start = 0
        for name, shape in self.shapes:
            out[name] = (start, start + prod(shape))
            start += prod(shape)
        return out

    def views(self, flat: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Views of a flat buffer, shape (`size`,), by name; writing to one writes to the other.

        Raises
        ------
        ValueError
            If the buffer has another shape.
        """
        if flat.shape != (self.size,):
            raise ValueError(f"expected a flat buffer of {self.size} elements, got {flat.shape}")
        places = zip(self.shapes, self.segments().values(), strict=True)
        return {name: flat[start:stop].reshape(shape) for (name, shape), (start, stop) in places}
