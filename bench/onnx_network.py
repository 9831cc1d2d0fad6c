"""Our trained networks as an ONNX graph in float32: what onnxruntime makes of the same weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds import Model
from trueodds.columns.values import Values
from trueodds.features.target_encoding import TargetEncoding, encode_targets


def inputs_of(model: Model) -> int:
    """Inputs of the graph: the encoder's, then the rates of every fold."""
    return model.encoder.width + sum(len(tables) for tables in model.target_encodings)


def rates_of(model: Model) -> list[tuple[int, tuple[TargetEncoding, ...]]]:
    """Where each fold's rates start among the inputs."""
    starts = [model.encoder.width]
    for tables in model.target_encodings:
        starts.append(starts[-1] + len(tables))
    return list(zip(starts, model.target_encodings, strict=False))


def floats_of(model: Model, values: Values) -> NDArray[np.float32]:
    """Inputs of the graph for some rows, shape (rows, `inputs_of`)."""
    X = np.zeros((values.rows, inputs_of(model)), np.float32)
    model.encoder.encode_into(values, X)
    for start, tables in rates_of(model):
        X[:, start : start + len(tables)] = encode_targets(values, tables)
    return X


def session(data: bytes, threads: int) -> Any:
    """Open a graph in onnxruntime, on so many threads of the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def onnx_bytes(model: Model) -> bytes:
    """A graph from encoded inputs (rows, encoder's inputs + all folds' rates) to probabilities.

    An MLP is a chain of Gemm and Relu, which onnxruntime fuses; soft splits have `leaf_shares`
    between two Gemm. The members' log-odds are averaged, calibrated and put through Sigmoid. ReLU
    networks and soft splits only.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    networks = model.networks
    if networks.activation != "relu":
        raise ValueError(f"only ReLU networks are exported here, not {networks.activation}")
    nodes: list[Any] = []
    constants: dict[str, NDArray[np.float32]] = {}

    def constant(name: str, value: Any) -> str:
        constants[name] = np.asarray(value, dtype=np.float32)
        return name

    inputs, starts = inputs_of(model), rates_of(model)
    outputs = []
    for number, member in enumerate(networks.members):
        above = "X"
        grids = networks.grids_of(member)
        for index, (layer, grid) in enumerate(zip(member.layers, grids, strict=True)):
            weights = np.ldexp(layer.weights.astype(np.float64), -layer.shifts.astype(int))
            bias = np.ldexp(
                layer.biases.astype(np.float64), -(grid.bits + layer.shifts.astype(int))
            )
            if index == 0:
                wide = np.zeros((inputs, weights.shape[1]))
                wide[: model.encoder.width] = weights[: model.encoder.width]
                start, own = starts[member.fold]
                wide[start : start + len(own)] = weights[model.encoder.width :]
                weights = wide
            name = f"{number}_{index}"
            given = [above, constant(f"W{name}", weights), constant(f"b{name}", bias)]
            nodes.append(helper.make_node("Gemm", given, [f"z{name}"]))
            above = f"z{name}"
            if index < len(grids) - 1 and member.depth:
                nodes += leaf_shares(above, f"a{name}", member.depth, weights.shape[1])
                above = f"a{name}"
            elif index < len(grids) - 1:
                nodes.append(helper.make_node("Relu", [above], [f"a{name}"]))
                above = f"a{name}"
        outputs.append(above)
    nodes.append(helper.make_node("Mean", outputs, ["mean"]))
    slope, shift = model.calibrator.slope, model.calibrator.shift
    nodes.append(helper.make_node("Mul", ["mean", constant("slope", slope)], ["scaled"]))
    nodes.append(helper.make_node("Add", ["scaled", constant("shift", shift)], ["log_odds"]))
    nodes.append(helper.make_node("Sigmoid", ["log_odds"], ["probability"]))
    graph = helper.make_graph(
        nodes,
        "trueodds",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["rows", inputs])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["rows", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def leaf_shares(sums: str, out: str, depth: int, gates: int) -> list[Any]:
    """Nodes from the gates' sums, (rows, gates), to the leaves' shares, (rows, leaves · trees)."""
    from onnx import helper

    nodes: list[Any] = []

    def node(kind: str, inputs: list[str], result: str, **options: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [result], **options))
        return result

    def reshaped(name: str, result: str, *shape: int) -> str:
        size = node("Constant", [], f"{result}_shape", value_ints=shape)
        return node("Reshape", [name, size], result)

    trees = gates // depth
    levels = reshaped(node("Sigmoid", [sums], f"{out}_gates"), f"{out}_levels", -1, depth, 1, trees)
    each = [f"{out}_{level}" for level in range(depth)]
    nodes.append(helper.make_node("Split", [levels], each, axis=1))
    one = node("Constant", [], f"{out}_one", value_float=1.0)
    share = one
    for level, gate in enumerate(each):
        other = node("Sub", [one, gate], f"{gate}_other")
        sides = [node("Mul", [share, g], f"{g}_share") for g in (gate, other)]
        both = node("Concat", sides, f"{gate}_both", axis=2)
        share = reshaped(both, f"{gate}_leaves", -1, 2 << level, 1, trees)
    reshaped(share, out, -1, trees << depth)
    return nodes
