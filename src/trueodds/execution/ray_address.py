"""Where a Ray cluster is: said right or wrong before any table is read. It does not import Ray."""

import re
import socket
from importlib.util import find_spec
from typing import NamedTuple

from trueodds.errors import TrainingError, UsageError

LOCAL = "ray"
"""The word for a cluster on this machine, that is started for one run."""
CLIENT = "ray://"
"""What an address of Ray's client server begins with."""
PATIENCE = 10.0
"""Seconds that a cluster has to answer."""


class RayAddress(NamedTuple):
    """The place of a running cluster; `LOCAL` has none."""

    host: str
    port: int
    client: bool
    """Whether it is the address of a client server, which any machine can reach."""

    @property
    def text(self) -> str:
        """The address as Ray takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{CLIENT if self.client else ''}{host}:{self.port}"

    def require_answer(self) -> None:
        """Raise TrainingError unless something answers there."""
        try:
            socket.create_connection((self.host, self.port), PATIENCE).close()
        except OSError as error:
            why = "it took too long" if isinstance(error, TimeoutError) else error.strerror or error
            raise TrainingError(
                f"no Ray cluster answers at {self.text}: {why}; check the address, or start one "
                "there with: ray start --head"
            ) from None


def ray_address(on: str) -> RayAddress | None:
    """Read where a run is to be trained; None for `LOCAL`.

    Parameters
    ----------
    on
        "ray", "ray://HOST:PORT" of a client server or "HOST:PORT" of a cluster that this machine is
        part of.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if on == LOCAL:
        return None
    found = re.fullmatch(r"(ray://)?([\w.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", on)
    if found is None or not 0 < int(found[3]) < 65536:
        raise UsageError(
            f'"{on}" is no place to train: give ray for a cluster on this machine, '
            "ray://HOST:PORT for a running cluster (its port is 10001 by default), or HOST:PORT on "
            "a machine of that cluster (6379)"
        )
    return RayAddress(found[2].strip("[]"), int(found[3]), found[1] is not None)


def require_ray(on: str) -> None:
    """Raise unless ``on`` is a place, Ray is installed, and a cluster answers there.

    Raises
    ------
    UsageError
        If ``on`` is no place.
    TrainingError
        If a package is missing or nothing answers.
    """
    address = ray_address(on)
    needed = ("ray", "grpc") if address is not None and address.client else ("ray",)
    for name in needed:
        if find_spec(name) is None:
            raise TrainingError(
                f"training on Ray needs the package {name}, which is not installed: "
                "pip install 'trueodds[ray]'"
            )
    if address is not None:
        address.require_answer()


def lost(on: str, why: str = "") -> str:
    """Say that the cluster at ``on`` is lost, and why if that is known."""
    where = "on this machine" if on == LOCAL else f"at {on}"
    reason = f": {why}" if why else ""
    return f"the Ray cluster {where} was lost{reason}; run the same command again when it is back"
