"""Builds an ONNX graph, operator by operator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET, ML_OPSET, IR = 20, 2, 9
"""RegexFullMatch came with opset 20; the domain of machine learning holds LabelEncoder."""
ML = "ai.onnx.ml"


class Graph:
    """The operators of a graph in their order; a value is known by its name.

    Parameters
    ----------
    taken
        Names of inputs and outputs: no value between gets one of them.
    """

    def __init__(self, taken: Sequence[str]) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._tensors: list[Any] = []
        self._prefix = "v"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"

    def __call__(self, kind: str, *inputs: Any, out: str = "", **attributes: Any) -> str:
        """Add an operator with one output, and return the name of the output.

        Inputs are names of values, or numbers and arrays.
        """
        from onnx import helper

        name = out or f"{self._prefix}{len(self._nodes)}"
        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        domain = ML if kind == "LabelEncoder" else ""
        self._nodes.append(helper.make_node(kind, names, [name], domain=domain, **attributes))
        return name

    def constant(self, value: Any) -> str:
        """Name of an array; of equal arrays there is one. A Python float is a float64."""
        from onnx import numpy_helper

        array = np.asarray(value)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = f"{self._prefix}c{len(self._constants)}"
            self._tensors.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def float64(self, name: Any) -> str:
        """A value, or an array of a narrower type that the file keeps so, as float64."""
        return self("Cast", name, to=_DOUBLE)

    def int64(self, name: str) -> str:
        """A value as int64; a fraction is cut off."""
        return self("Cast", name, to=_INT64)

    def known(self, name: str) -> str:
        """Whether each cell of float64 is no NaN."""
        return self("Not", self("IsNaN", name))

    def within(self, name: str, low: float, high: float) -> str:
        """A value kept within two bounds."""
        return self("Clip", name, float(low), float(high))

    def on_grid(self, name: str, limit: int) -> str:
        """The nearest whole number, ties to even, kept within ±limit."""
        return self.within(self("Round", name), -limit, limit)

    def concat(self, names: Sequence[str]) -> str:
        """Values side by side, shape (rows, sum of their columns)."""
        return self("Concat", *names, axis=1) if len(names) > 1 else names[0]

    def counted(self, name: str, cuts: Sequence[float]) -> str:
        """How many increasing cuts are at most each number, int64 of shape (rows, 1)."""
        reached = self("GreaterOrEqual", name, np.array([cuts], np.float64))
        return self("ReduceSum", self.int64(reached), np.array([1]), keepdims=1)

    def looked_up(self, table: NDArray[Any], codes: str) -> str:
        """Entries of a table, shape (entries,), by codes of shape (rows, 1), as float64."""
        return self.float64(self("Gather", self.constant(table), codes, axis=0))

    def model(
        self,
        inputs: Sequence[tuple[str, bool]],
        outputs: Sequence[str],
        properties: dict[str, str],
    ) -> bytes:
        """The file of the graph.

        Parameters
        ----------
        inputs
            Name of each input, and whether it is text; the others are float64. Shape (rows, 1).
        outputs
            Names of outputs, float64 of shape (rows, 1).
        properties
            What the file says of itself.
        """
        import onnx
        from onnx import helper

        given = [
            helper.make_tensor_value_info(name, _STRING if text else _DOUBLE, ["rows", 1])
            for name, text in inputs
        ]
        made = [helper.make_tensor_value_info(name, _DOUBLE, ["rows", 1]) for name in outputs]
        graph = helper.make_graph(self._nodes, "trueodds", given, made, self._tensors)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR, producer_name="trueodds"
        )
        helper.set_model_props(model, properties)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


_DOUBLE, _INT64, _STRING = 11, 7, 8
"""Numbers of the types in ONNX."""
