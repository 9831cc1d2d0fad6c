"""What a node of a Ray cluster runs: one member, if the node would give the driver's bits."""

import sys
from typing import NamedTuple

from threadpoolctl import threadpool_limits

from trueodds.errors import TrainingError
from trueodds.execution.order import Order
from trueodds.machine import blas_core
from trueodds.training.data import TrainingData
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe


class Surroundings(NamedTuple):
    """What the bits of a member depend on beside the data, the recipe and the seed."""

    trueodds: str
    numpy: str
    numba: str
    blas: str
    """Kind of processor whose kernels BLAS uses."""

    @classmethod
    def here(cls) -> "Surroundings":
        """Those of this process."""
        import numba
        import numpy as np

        # A node has the modules that the driver has sent, and no installed package of the name.
        own = str(sys.modules["trueodds"].__version__)
        return cls(own, np.__version__, numba.__version__, blas_core())

    def require(self, wanted: "Surroundings") -> None:
        """Raise TrainingError unless they are those that the driver has."""
        if self.blas != wanted.blas:
            raise TrainingError(
                f"a node of the cluster has BLAS kernels for {self.blas}, this machine has them "
                f"for {wanted.blas}: the model would have other bits; set OPENBLAS_CORETYPE to one "
                "kind on this machine and on all nodes"
            )
        for name, here, there in zip(self._fields, self, wanted, strict=True):
            if here != there:
                raise TrainingError(
                    f"a node of the cluster has {name} {here}, this machine has {there}: the model "
                    "would have other bits; install the same version on all nodes"
                )


def train_on_node(
    data: TrainingData, recipe: Recipe, seed: int, order: Order, wanted: Surroundings
) -> TrainedMember:
    """Train one member, on one BLAS thread."""
    with threadpool_limits(limits=1):
        Surroundings.here().require(wanted)
        return order.trained(data, recipe, seed)
