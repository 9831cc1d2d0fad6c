"""A node trains a member as this machine would, or refuses with the reason."""

import subprocess
import sys

import pytest

from execution.test_pool import MEMBERS, TINY, data
from trueodds.errors import TrainingError
from trueodds.execution.ray_task import Surroundings, train_on_node


def test_a_node_trains_what_an_order_trains() -> None:
    here = Surroundings.here()
    found = train_on_node(data(), TINY, 3, MEMBERS[1], here)
    expected = MEMBERS[1].trained(data(), TINY, 3)
    assert found.parameters.tobytes() == expected.parameters.tobytes()
    assert found.record == expected.record


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"numpy": "1.0"}, "a node of the cluster has numpy 2"),
        ({"numba": "0.1"}, "install the same version on all nodes"),
        ({"trueodds": "0.0"}, "this machine has 0.0"),
        ({"blas": "Cray"}, "this machine has them for Cray.*OPENBLAS_CORETYPE"),
    ],
)
def test_a_node_that_would_give_other_bits_refuses(change: dict[str, str], told: str) -> None:
    with pytest.raises(TrainingError, match=told):
        train_on_node(data(), TINY, 3, MEMBERS[0], Surroundings.here()._replace(**change))


WITHOUT_PACKAGE = """
import importlib.metadata as metadata
found = metadata.version
def version(name):
    if name == "trueodds":
        raise metadata.PackageNotFoundError(name)
    return found(name)
metadata.version = version
from trueodds import __version__
from trueodds.execution.ray_task import Surroundings
assert Surroundings.here().trueodds == __version__
"""


def test_a_node_needs_no_installed_trueodds() -> None:
    """It has the modules that the driver sends."""
    subprocess.run([sys.executable, "-c", WITHOUT_PACKAGE], check=True)
