"""The kinds of networks that members are: what differs between them in training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.kinds import AnyEngine, AnyLayout
from trueodds.network.layout import Layout
from trueodds.network.soft_engine import SoftEngine
from trueodds.network.soft_kernels import shrink
from trueodds.network.soft_splits import SoftSplits, initialise_soft_splits
from trueodds.training.column_subset import widened
from trueodds.training.loop import Optimiser
from trueodds.training.optimiser import AdamW
from trueodds.training.prune import prune
from trueodds.training.prune_soft import prune_trees, widened_trees
from trueodds.training.recipe import Recipe, SoftMember
from trueodds.training.reparametrised import optimiser_for

Flat = NDArray[np.float32]


@dataclass(frozen=True)
class Member:
    """What one member is and how it is trained, by its turn."""

    recipe: Recipe
    soft: SoftMember | None
    """None for an MLP."""
    column_fraction: float

    @classmethod
    def of(cls, recipe: Recipe, turn: int) -> "Member":
        """Return the member whose turn it is."""
        kind = recipe.kind_of(turn)
        if isinstance(kind, SoftMember):
            return cls(recipe, kind, kind.column_fraction)
        return cls(recipe, None, kind)

    @property
    def name(self) -> str:
        """What the record calls the kind of network."""
        return "mlp" if self.soft is None else self.soft.name

    @property
    def learning_rate(self) -> float:
        """Peak of the schedule."""
        factor = 1.0 if self.soft is None else self.soft.rate_factor
        return factor * self.recipe.learning_rate

    def decay_for(self, rows: int) -> float:
        """Weight decay when trained on so many rows."""
        if self.soft is None:
            return self.recipe.decay_for(rows)
        return self.recipe.decay_for(rows, self.soft.weight_decay)

    def layout(self, inputs: int) -> AnyLayout:
        """Shapes of the network on so many inputs."""
        if self.soft is None:
            return Layout(inputs, self.recipe.widths, self.recipe.activation)
        return SoftSplits(inputs, self.soft.trees, self.soft.depth, self.soft.sparse)

    def first(
        self,
        layout: AnyLayout,
        rng: np.random.Generator,
        logit: float,
        sample: Callable[[], Flat],
    ) -> Flat:
        """First parameters; ``sample`` makes the inputs of some rows to be trained on."""
        if isinstance(layout, SoftSplits):
            return initialise_soft_splits(layout, rng, sample(), logit)
        return initialise(layout, rng, logit, self.recipe.init)

    def engine(self, layout: AnyLayout, parameters: Flat, batch: int, drop: bool) -> AnyEngine:
        """Forward and backward; with ``drop`` as in training."""
        if isinstance(layout, SoftSplits):
            return SoftEngine(layout, parameters, batch)
        return Engine(layout, parameters, batch, self.recipe.dropout if drop else 0.0)

    def optimiser(self, layout: AnyLayout, parameters: Flat) -> Optimiser:
        """Whatever makes the steps."""
        if isinstance(layout, SoftSplits):
            assert self.soft is not None
            return SoftAdamW(layout, parameters, self.soft.l1)
        return optimiser_for(layout, parameters)

    def finished(
        self,
        layout: AnyLayout,
        parameters: Flat,
        seen: Flat,
        budget: float,
        positions: NDArray[np.int64],
        inputs: int,
    ) -> tuple[AnyLayout, Flat]:
        """The network as it is kept: pruned, on all ``inputs``, without free parameters."""
        if isinstance(layout, SoftSplits):
            trees, flat = prune_trees(layout, parameters, seen, budget)
            return widened_trees(trees, flat, positions, inputs)
        smaller, flat = prune(layout, parameters, seen, budget)
        return widened(smaller, flat, positions, inputs)


class SoftAdamW:
    """AdamW on soft splits; gate weights and leaf values decay.

    With ``l1`` the gate weights are moved towards 0 by learning rate × l1 after every step, and
    stop there (proximal step).
    """

    def __init__(self, layout: SoftSplits, parameters: NDArray[Any], l1: float) -> None:
        decays = {"weight": 1.0, "leaf": 1.0}
        segments = [
            (stop, 1.0, decays.get(name, 0.0)) for name, (_, stop) in layout.segments().items()
        ]
        self._adamw = AdamW(parameters, segments)
        self._weight = layout.views(parameters)["weight"]
        self._l1 = l1

    def step(self, gradient: NDArray[Any], rate: float, decay: float) -> None:
        """One step, as `AdamW.step`."""
        self._adamw.step(gradient, rate, decay)
        if self._l1:
            shrink(self._weight, rate * self._l1)
