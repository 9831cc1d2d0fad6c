"""A node trains a member as this machine would, or refuses with the reason."""

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
