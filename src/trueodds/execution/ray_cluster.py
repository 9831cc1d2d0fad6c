"""Connects a process to a Ray cluster, or starts one for it. The nodes get this trueodds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trueodds.errors import TrainingError
from trueodds.execution.process import ONE_THREAD
from trueodds.execution.ray_address import RayAddress
from trueodds.launch import HOME, import_path

ONE_CPU = ONE_THREAD | {"POLARS_MAX_THREADS": "1"}
"""What the processes of the nodes are told: a task has one CPU."""
LEAST_STORE = 100_000_000
"""Least bytes of the object store of a cluster that is started here; Ray needs 75 MiB."""

ATTEMPTS = 3
"""How often a cluster is started: on a busy machine it may take longer than Ray waits for it."""


@contextmanager
def ray_cluster(address: RayAddress | None, cpus: int, folder: Path, size: int) -> Iterator[Any]:
    """Connect this process, or start a cluster, and give the module ``ray``.

    Within the block the process is a driver. A cluster that was started here ends with the block,
    and with the process, however that ends.

    Parameters
    ----------
    address
        A running cluster, or None to start one.
    cpus, folder, size
        Of a cluster that is started: members that are trained at the same time, the folder of its
        files, and bytes that its object store has to hold.

    Raises
    ------
    TrainingError
        If it cannot be started or does not accept this process.
    """
    # Ray adds the working directory to the nodes' import path: it must hold no modules.
    os.chdir(folder)
    # Ray leaves these folders out of what it sends; they hold compiled functions.
    os.environ["RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES"] = ""
    if address is None:  # processes of this machine inherit this
        os.environ.update(ONE_CPU)
        os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - as other workers
        os.environ["PYTHONPATH"] = os.pathsep.join(import_path())
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address is None:
            _start(ray, cpus, folder, max(LEAST_STORE, 2 * size), quiet)
        else:
            sent = {"py_modules": [str(HOME / "trueodds")], "env_vars": ONE_CPU}
            ray.init(address.text, runtime_env=sent, **quiet)
    except Exception as error:  # of many classes, also of gRPC
        raise TrainingError(_not_connected(address, error)) from None
    try:
        yield ray
    finally:
        ray.shutdown()


def _start(ray: Any, cpus: int, folder: Path, store: int, quiet: dict[str, Any]) -> None:
    """Start a cluster on this machine."""
    for left in reversed(range(ATTEMPTS)):
        try:
            ray.init(
                address="local",
                num_cpus=cpus,
                num_gpus=0,
                object_store_memory=store,
                include_dashboard=False,
                _temp_dir=str(folder),
                **quiet,
            )
            return
        except Exception:
            ray.shutdown()
            if not left:
                raise


def _not_connected(address: RayAddress | None, error: Exception) -> str:
    lines = str(error).strip().splitlines()
    why = lines[0].rstrip(".") if lines else type(error).__name__
    if address is None:
        return (
            f"Ray cannot start a cluster on this machine: {why}; without --on no cluster is needed"
        )
    return (
        f"the Ray cluster at {address.text} does not accept this process: {why}; if it asks for a "
        "token, give this machine the token as Ray does and set RAY_AUTH_MODE=token"
    )
