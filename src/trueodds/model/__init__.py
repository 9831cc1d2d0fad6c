"""The trained model, its file and its scorer; scoring imports only NumPy and the table reader."""

from trueodds.model.model import Model, load

__all__ = ["Model", "load"]
