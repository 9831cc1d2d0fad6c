"""Whether compiled training kernels are on this machine's disk."""

from pathlib import Path
from typing import Literal

from trueodds.network.kernels import loss_and_gradient, relu_forward
from trueodds.training.optimiser import adamw_pass


def kept_kernels() -> Literal["kept", "to compile", "nowhere"]:
    """Whether the disk holds compiled training kernels.

    "to compile": the first steps of this run compile them, which takes some seconds. "nowhere": the
    steps of every run do so, because no folder can be written to.
    """
    for kernel in (relu_forward, loss_and_gradient, adamw_pass):
        place = kernel.stats.cache_path
        if place is None:
            return "nowhere"
        home, name = kernel.py_func.__module__.rpartition(".")[2], kernel.py_func.__name__
        if not any(Path(str(place)).glob(f"{home}.{name}-*.nbc")):
            return "to compile"
    return "kept"
