"""The arithmetic of a model file in plain Python with exact whole numbers and fractions.

Slow and short: the specification that docs/format.md tells in words. The scorer, the golden files
and the JavaScript reader (scorer.mjs) are tested against it, bit for bit.
"""

from fractions import Fraction

from trueodds.columns.values import Values
from trueodds.features.blocks import Levels
from trueodds.features.derive import derive
from trueodds.features.target_encoding import TargetEncoding
from trueodds.functions.portable_scalar import sigmoid_of
from trueodds.model.fixed import OUTPUT, FixedNetworks, Grid, Member
from trueodds.model.model import LEAST, MOST, Model
from trueodds.network.activations import GELU_CUBIC, GELU_SCALE, LEAK, Activation


def reference_log_odds(model: Model, values: Values) -> list[float]:
    """Calibrated log-odds of rows that `Model.read` has read."""
    numbers = {**values.numbers, **derive(values, model.encoder.derived)}
    found = []
    for row in range(values.rows):
        shared: list[float] = []
        for block in model.encoder.blocks:
            inputs = [0.0] * block.width
            nonzero = (
                block.nonzero(int(values.codes[block.source][row]))
                if isinstance(block, Levels)
                else block.nonzero(float(numbers[block.source][row]))
            )
            for position, amount in nonzero:
                inputs[position] = amount
            shared += inputs
        own = [
            [_encoded(table, values, row) for table in tables] for tables in model.target_encodings
        ]
        total = sum(
            _output(model.networks, member, shared + own[member.fold])
            for member in model.networks.members
        )
        mean = float(Fraction(total, len(model.networks.members) << OUTPUT.bits))
        found.append(model.calibrator.slope * mean + model.calibrator.shift)
    return found


def _encoded(table: TargetEncoding, values: Values, row: int) -> float:
    if table.text is None:
        return float(table.log_odds[_level(table, values, row)])
    cells = values.words[table.text.column]
    found = cells.places[cells.starts[row] : cells.starts[row + 1]].tolist()
    amounts = zip(table.text.places, table.log_odds.tolist(), strict=True)
    return float(sum((Fraction(x) for place, x in amounts if place in found), Fraction(0)))


def _level(table: TargetEncoding, values: Values, row: int) -> int:
    if table.cross is None:
        return _code(table.source, table.cuts, values, row)
    key = 0
    for part in table.cross.parts:
        key = key * (part.levels + 2) + _code(part.source, part.cuts, values, row) + 2
    keys = table.cross.keys.tolist()
    return keys.index(key) if key in keys else -2


def _code(source: str, cuts: tuple[float, ...], values: Values, row: int) -> int:
    if not cuts:
        return int(values.codes[source][row])
    number = float(values.numbers[source][row])
    return -1 if number != number else sum(cut <= number for cut in cuts)


def reference_probability(log_odds: float) -> float:
    """σ, kept away from 0 and 1."""
    return min(max(sigmoid_of(log_odds), LEAST), MOST)


def _output(networks: FixedNetworks, member: Member, inputs: list[float]) -> int:
    """One member's log-odds in units of 2⁻³²."""
    grids = (*networks.grids_of(member), OUTPUT)
    q = [_on_grid(Fraction(x), grids[0]) for x in inputs]
    for index, layer in enumerate(member.layers):
        hidden = index < len(member.layers) - 1
        z = []
        for unit, (bias, shift) in enumerate(zip(layer.biases, layer.shifts, strict=True)):
            column = layer.weights[:, unit].tolist()
            total = sum(a * k for a, k in zip(q, column, strict=True)) + int(bias)
            z.append(Fraction(total) / Fraction(2) ** (grids[index].bits + int(shift)))
        if hidden and member.depth:
            z = _shares(z, member.depth)
        elif hidden:
            z = [_activate(each, networks.activation) for each in z]
        q = [_on_grid(each, grids[index + 1]) for each in z]
    return q[0]


def _shares(z: list[Fraction], depth: int) -> list[Fraction]:
    """Shares of all leaves, leaf by leaf and tree by tree, from the gates' sums level by level."""
    trees = len(z) // depth
    gates = [sigmoid_of(float(each)) for each in z]
    shares = []
    for leaf in range(1 << depth):
        for tree in range(trees):
            share = 1.0
            for level in range(depth):
                g = gates[level * trees + tree]
                share *= 1.0 - g if leaf >> (depth - 1 - level) & 1 else g
            shares.append(Fraction(share))
    return shares


def _on_grid(x: Fraction, grid: Grid) -> int:
    """Nearest multiple of the grid in whole units, ties to even, within its limit."""
    return int(min(max(round(x * 2**grid.bits), -grid.limit), grid.limit))


def _activate(exact: Fraction, activation: Activation) -> Fraction:
    """φ(z); but for ReLU in IEEE doubles, in the order written here."""
    if activation == "relu":
        return max(exact, Fraction(0))
    z = float(exact)
    match activation:
        case "leaky_relu":
            result = z if z > 0.0 else LEAK * z
        case "silu":
            result = z * sigmoid_of(z)
        case "gelu":
            result = z * sigmoid_of(GELU_SCALE * (z + GELU_CUBIC * z * z * z))
        case "tanh":
            result = 2.0 * sigmoid_of(2.0 * z) - 1.0
        case "sigmoid":
            result = sigmoid_of(z)
    return Fraction(result)
