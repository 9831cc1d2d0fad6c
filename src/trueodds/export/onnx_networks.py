"""The networks in whole numbers, held in float64, as operators of ONNX.

Every sum is exact in float64 (`trueodds.model.fixed`), so a runtime may order it as it likes.
"""

from collections.abc import Sequence

import numpy as np

from trueodds.export.graph import Graph
from trueodds.model.fixed import OUTPUT, FixedLayer, FixedNetworks, Grid, Member
from trueodds.network.activations import Activation


def outputs(graph: Graph, networks: FixedNetworks, shared: str, own: Sequence[str]) -> str:
    """Mean of the members' log-odds, float64 of shape (rows, 1).

    Parameters
    ----------
    shared
        Inputs of all folds, float64 of shape (rows, width).
    own
        Inputs of each fold's target encodings; empty text where a fold has none.
    """
    grid = networks.grids[0]
    unit = 2.0**grid.bits
    whole = graph.on_grid(graph("Mul", shared, unit), grid.limit) if shared else ""
    wholes = [graph.on_grid(graph("Mul", each, unit), grid.limit) if each else "" for each in own]
    inputs = [graph.concat([name for name in (whole, each) if name]) for each in wholes]
    found = [_output(graph, networks, member, inputs[member.fold]) for member in networks.members]
    total = graph("Sum", *found)
    return graph("Div", total, len(found) * 2.0**OUTPUT.bits)


def _output(graph: Graph, networks: FixedNetworks, member: Member, q: str) -> str:
    """One member's log-odds in whole units, shape (rows, 1)."""
    grids = networks.grids_of(member)
    for index, (layer, grid) in enumerate(zip(member.layers, grids, strict=True)):
        last = index == len(grids) - 1
        after = OUTPUT if last else grids[index + 1]
        z = _sums(graph, layer, grid, q)
        if not last and member.depth:
            z = leaf_shares(graph, z, member.depth, len(layer.biases))
        elif not last:
            z = _activated(graph, z, networks.activation)
        q = graph.on_grid(graph("Mul", z, 2.0**after.bits), after.limit)
    return q


def _sums(graph: Graph, layer: FixedLayer, grid: Grid, q: str) -> str:
    """Weighted sums of a layer, in nats."""
    products = graph("MatMul", q, graph.float64(graph.constant(layer.weights)))
    whole = graph("Add", products, layer.biases.astype(np.float64)[None])
    return graph("Mul", whole, np.ldexp(1.0, -(grid.bits + layer.shifts.astype(int)))[None])


def _activated(graph: Graph, z: str, activation: Activation) -> str:
    if activation == "relu":
        return graph("Max", z, 0.0)
    if activation == "leaky_relu":
        return graph("Max", z, graph("Mul", z, 0.01))
    if activation == "sigmoid":
        return graph("Sigmoid", z)
    if activation == "tanh":
        doubled = graph("Mul", graph("Sigmoid", graph("Mul", z, 2.0)), 2.0)
        return graph("Sub", doubled, 1.0)
    if activation == "silu":
        return graph("Mul", z, graph("Sigmoid", z))
    cubed = graph("Mul", graph("Mul", graph("Mul", z, 0.044715), z), z)
    inner = graph("Mul", graph("Add", z, cubed), 1.5957691216057308)
    return graph("Mul", z, graph("Sigmoid", inner))


def leaf_shares(graph: Graph, sums: str, depth: int, gates: int) -> str:
    """Shares of the leaves, (rows, leaves · trees), from the gates' sums, (rows, gates)."""
    trees = gates // depth
    levels = graph("Reshape", graph("Sigmoid", sums), np.array([-1, depth, 1, trees]))
    share = ""
    for level in range(depth):
        gate = graph("Gather", levels, np.array(level), axis=1)
        both = graph("Concat", gate, graph("Sub", 1.0, gate), axis=1)
        if share:
            sides = graph("Unsqueeze", both, np.array([1]))
            parents = graph("Unsqueeze", share, np.array([2]))
            product = graph("Mul", parents, sides)
            both = graph("Reshape", product, np.array([-1, 2 << level, trees]))
        share = both
    return graph("Reshape", share, np.array([-1, trees << depth]))
