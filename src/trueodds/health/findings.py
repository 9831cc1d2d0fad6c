"""Plain sentences about layers that do not learn."""

from collections.abc import Sequence

from trueodds.health.state import LayerState

SATURATED = 0.5
"""Share of saturated units above which a layer hardly passes gradients (Glorot & Bengio 2010)."""
DEAD = 0.9
"""Share of dead units above which a layer is about to die (Lu et al. 2019). Weight decay silences
units that a small table does not need: half a layer silent is no fault by itself."""
VANISHED = 1e-4
"""First/last gradient ratio below which the first layer stands still beside the last."""


def findings(layers: Sequence[LayerState], where: str) -> tuple[str, ...]:
    """One sentence for every fault: which layer, the evidence, what to do; none when all is well.

    Parameters
    ----------
    layers
        States of one member's hidden layers, first to last.
    where
        Names the member, e.g. "fold 1".
    """
    found = []
    for state in layers:
        if state.saturated > SATURATED:
            found.append(
                f"{where}, layer {state.layer}: {state.saturated:.0%} of its outputs are saturated "
                "(slope under 1 % of its maximum), so it hardly learns; use ReLU or smaller weights"
            )
        if state.dead > DEAD:
            found.append(
                f"{where}, layer {state.layer}: {state.dead:.0%} of its units are dead "
                "(no slope on any row); lower the learning rate or use leaky ReLU"
            )
    if len(layers) > 1 and layers[-1].gradient > 0.0:
        ratio = layers[0].gradient / layers[-1].gradient
        if ratio < VANISHED:
            found.append(
                f"{where}: the first layer's gradient is {ratio:.0e} of the last's (vanishing); "
                "use fewer layers or ReLU"
            )
    return tuple(found)
