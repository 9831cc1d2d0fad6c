"""Versions of what a model was made with."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Name and version of trueodds, Python and the libraries that shape a model."""
    names = ("trueodds", "numpy", "numba", "polars", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
