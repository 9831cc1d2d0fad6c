"""The trained model, its file and its scorer; scoring imports NumPy and the table reader alone."""

from trueodds.model.model import Model, load

__all__ = ["Model", "load"]
