"""Turns trained float32 networks into whole numbers: chooses the grids and proves the bounds.

Weights get 16 bits, on a grid for each unit. The inputs of every layer get the finest grid that
their range and the layer's weights allow. In deep networks the range that the weights allow can
make this grid coarse: only then outputs are clamped, far beyond the outputs of training rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, frexp, log2
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TrainingError
from trueodds.model.fixed import (
    FINEST_WEIGHT,
    LARGEST_SUM,
    FixedLayer,
    FixedNetworks,
    Grid,
    Member,
    require_exact,
)
from trueodds.network.activations import Activation
from trueodds.network.forward import forward
from trueodds.network.kinds import AnyLayout
from trueodds.network.layout import Layout
from trueodds.network.soft_splits import SoftSplits

INPUT_RANGE = 32.0
"""Inputs are kept within ±32; inputs beyond it hardly occur."""
FINEST = 24
"""Most bits after the binary point; more bits gain nothing."""
WANTED = 18
"""Bits after the binary point below which outputs are clamped to get a finer grid."""
COARSEST = 6
"""Least bits after the binary point; a network that allows fewer has diverged."""
HEADROOM = 16.0
"""A clamp is at least this many times the largest output on training rows."""
FINEST_SHIFT = 28
"""Weights are kept on grids no finer than 2⁻²⁸, coarser beside biases beyond 1."""

Float = NDArray[np.float64]
Rounded: TypeAlias = tuple[NDArray[np.int16], NDArray[np.int16]]
"""Each unit's weights, and the grid that they are on."""


def quantise(
    folds: Sequence[int],
    layouts: Sequence[AnyLayout],
    parameters: Sequence[NDArray[np.float32]],
    samples: Sequence[NDArray[np.float32]],
) -> FixedNetworks:
    """Round trained networks to whole numbers; every argument has one entry for each member.

    Parameters
    ----------
    folds
        The fold whose target encodings are the member's inputs.
    layouts, parameters
        The trained networks: MLPs with one activation and one depth, whose widths may differ, and
        soft splits.
    samples
        Training rows of each member, shape (n, inputs), which show how large its outputs are.

    Raises
    ------
    TrainingError
        If the weights are so large that no useful grid makes the sums exact.
    """
    mlps = {n: layout for n, layout in enumerate(layouts) if isinstance(layout, Layout)}
    soft = {
        n: _Gates.of(layout, parameters[n])
        for n, layout in enumerate(layouts)
        if isinstance(layout, SoftSplits)
    }
    most = min((_room(each.need, INPUT_RANGE) for each in soft.values()), default=FINEST)
    activation, grids, layers = _mlps(
        list(mlps.values()), [parameters[n] for n in mlps], [samples[n] for n in mlps], most
    )
    members = {n: Member(folds[n], made) for n, made in zip(mlps, layers, strict=True)}
    shares = None
    if soft:
        bits = min(_room(each.leaf_need, 1.0) for each in soft.values())
        _require_useful(min(bits, grids[0].bits), 1)
        shares = Grid(bits, 1 << bits)
        for n, each in soft.items():
            members[n] = Member(folds[n], each.layers(grids[0].bits, bits), each.depth)
    networks = FixedNetworks(
        activation, tuple(grids), tuple(members[n] for n in range(len(folds))), shares
    )
    require_exact(networks)
    return networks


def _mlps(
    layouts: Sequence[Layout],
    parameters: Sequence[NDArray[np.float32]],
    samples: Sequence[NDArray[np.float32]],
    most: int,
) -> tuple[Activation, list[Grid], list[tuple[FixedLayer, ...]]]:
    """Activation, grids and layers of the MLPs; their inputs have ``most`` bits at most."""
    if not layouts:
        return "relu", [Grid(most, int(np.ldexp(INPUT_RANGE, most)))], []
    activation = layouts[0].activation
    flat = [buffer.astype(np.float64) for buffer in parameters]
    weights = [layout.weights(f) for layout, f in zip(layouts, flat, strict=True)]
    biases = [layout.biases(f) for layout, f in zip(layouts, flat, strict=True)]
    outputs = [sample.astype(np.float64) for sample in samples]
    onward = [
        forward(inputs, w, b, activation)
        for inputs, w, b in zip(outputs, weights, biases, strict=True)
    ]
    reach = INPUT_RANGE
    grids: list[Grid] = []
    layers: list[list[FixedLayer]] = [[] for _ in layouts]
    for index in range(layouts[0].depth):
        own = [(w[index], b[index]) for w, b in zip(weights, biases, strict=True)]
        rounded = [_round_weights(weight, bias) for weight, bias in own]
        needs = [_need(*r, bias) for r, (_, bias) in zip(rounded, own, strict=True)]
        bits = min([most if index == 0 else FINEST, *(_room(need, reach) for need in needs)])
        if bits < WANTED and index > 0:
            largest = max(float(np.abs(A).max(initial=0.0)) for A in outputs)
            reach = min(reach, _power_above(HEADROOM * largest))
            bits = min(_room(need, reach) for need in needs)
        _require_useful(bits, index + 1)
        grids.append(Grid(bits, int(np.ldexp(reach, bits))))
        for position, (r, (_, bias)) in enumerate(zip(rounded, own, strict=True)):
            layers[position].append(_layer(r, bias, bits))
            outputs[position] = next(onward[position])
        reach = _reach([made[-1] for made in layers], grids[-1], activation)
    return activation, grids, [tuple(made) for made in layers]


@dataclass(frozen=True, eq=False)
class _Gates:
    """Soft splits whose weights are whole numbers and whose biases are not yet."""

    depth: int
    gates: Rounded
    leaves: Rounded
    biases: tuple[Float, Float]

    @classmethod
    def of(cls, layout: SoftSplits, parameters: NDArray[np.float32]) -> "_Gates":
        (gates, offset), (leaves, bias) = layout.as_layers(parameters)
        return cls(
            layout.depth,
            _round_weights(gates, offset),
            _round_weights(leaves, bias),
            (offset, bias),
        )

    @property
    def need(self) -> tuple[Float, Float]:
        return _need(*self.gates, self.biases[0])

    @property
    def leaf_need(self) -> tuple[Float, Float]:
        return _need(*self.leaves, self.biases[1])

    def layers(self, bits: int, share_bits: int) -> tuple[FixedLayer, FixedLayer]:
        """Both layers, for grids of so many bits."""
        return (
            _layer(self.gates, self.biases[0], bits),
            _layer(self.leaves, self.biases[1], share_bits),
        )


def _layer(rounded: Rounded, bias: Float, bits: int) -> FixedLayer:
    """A layer behind a grid of so many bits."""
    whole, shifts = rounded
    return FixedLayer(whole, np.rint(np.ldexp(bias, bits + shifts)).astype(np.int64), shifts)


def _require_useful(bits: int, layer: int) -> None:
    if bits < COARSEST:
        raise TrainingError(
            f"the weights of layer {layer} are too large to be scored exactly: the network "
            "has diverged; use another seed, a lower learning rate or fewer layers"
        )


def _round_weights(weight: Float, bias: Float) -> Rounded:
    """Each unit's weights as 16-bit whole numbers, and the grid that uses these bits best."""
    shifts = np.empty(weight.shape[1], dtype=np.int16)
    for unit, (largest, offset) in enumerate(zip(np.abs(weight).max(axis=0), bias, strict=True)):
        shift = 15 - frexp(float(largest))[1] if largest > 0.0 else 0
        if np.rint(np.ldexp(largest, shift)) > 32767:
            shift -= 1
        # A grid much finer than the bias gains nothing and makes the sums larger.
        most = FINEST_SHIFT - max(0, frexp(abs(float(offset)))[1])
        shifts[unit] = max(min(shift, most), -FINEST_WEIGHT)
    return np.rint(np.ldexp(weight, shifts)).astype(np.int16), shifts


def _need(whole: NDArray[np.int16], shifts: NDArray[np.int16], bias: Float) -> tuple[Float, Float]:
    """Each unit's Σ|weight| and |bias| in units of its weights' grid."""
    return np.abs(whole.astype(np.float64)).sum(axis=0), np.ldexp(np.abs(bias), shifts)


def _room(need: tuple[Float, Float], reach: float) -> int:
    """Finest grid of inputs within ±reach that keeps every sum at most `LARGEST_SUM`."""
    # Also a unit without weights needs exact inputs.
    largest = max(reach, float((need[0] * reach + need[1] + 1.0).max()))
    # The bias is rounded once more: 1e-3 of a bit is kept for that.
    return min(floor(log2(LARGEST_SUM) - log2(largest) - 1e-3), FINEST)


def _reach(layers: Sequence[FixedLayer], grid: Grid, activation: str) -> float:
    """A power of two that no output exceeds, computed from the weights alone."""
    if activation in ("tanh", "sigmoid"):
        return 1.0
    # The other activations are not larger than their argument.
    return _power_above(
        max(
            float(np.ldexp(layer.largest_sums(grid.limit), -(grid.bits + layer.shifts)).max())
            for layer in layers
        )
    )


def _power_above(value: float) -> float:
    return float(np.ldexp(1.0, min(max(ceil(log2(max(value, 2.0**-20))), -20), 500)))
