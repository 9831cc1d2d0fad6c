"""Versions of the software that makes a model."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Versions, by name, of Python, trueodds and the libraries that influence a model."""
    names = ("trueodds", "numpy", "numba", "polars", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
