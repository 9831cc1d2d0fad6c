"""Whether compiled training kernels are on this machine's disk."""

from pathlib import Path

from trueodds.network.kernels import loss_and_gradient, relu_forward
from trueodds.training.optimiser import adamw_pass


def kernels_are_cached() -> bool:
    """Whether Numba's cache on disk holds compiled training kernels.

    If not, the first steps of a run compile them, which takes some seconds.
    """
    for kernel in (relu_forward, loss_and_gradient, adamw_pass):
        folder = Path(str(kernel.stats.cache_path))
        home, name = kernel.py_func.__module__.rpartition(".")[2], kernel.py_func.__name__
        if not any(folder.glob(f"{home}.{name}-*.nbc")):
            return False
    return True
