"""Whether the training kernels still have to be compiled on this machine."""

from pathlib import Path

from trueodds.network.kernels import loss_and_gradient, relu_forward
from trueodds.training.optimiser import adamw_pass


def kernels_are_cached() -> bool:
    """Whether Numba's cache on disk holds compiled training kernels, so that a run starts at once.

    False means that the first steps of a run compile for some seconds, once.
    """
    for kernel in (relu_forward, loss_and_gradient, adamw_pass):
        folder = Path(str(kernel.stats.cache_path))
        home, name = kernel.py_func.__module__.rpartition(".")[2], kernel.py_func.__name__
        if not any(folder.glob(f"{home}.{name}-*.nbc")):
            return False
    return True
