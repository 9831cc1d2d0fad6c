"""Whether the training kernels still have to be compiled in this run."""

from pathlib import Path
from typing import Literal

from trueodds.network.kernels import loss_and_gradient, relu_forward
from trueodds.training.optimiser import adamw_pass


def kept_kernels() -> Literal["kept", "to compile", "nowhere"]:
    """Whether the disk holds compiled training kernels, so that a run starts at once.

    "to compile": the first steps of a run compile for some seconds, once. "nowhere": they do so in
    every run, since no folder can be written to.
    """
    for kernel in (relu_forward, loss_and_gradient, adamw_pass):
        place = kernel.stats.cache_path
        if place is None:
            return "nowhere"
        home, name = kernel.py_func.__module__.rpartition(".")[2], kernel.py_func.__name__
        if not any(Path(str(place)).glob(f"{home}.{name}-*.nbc")):
            return "to compile"
    return "kept"
