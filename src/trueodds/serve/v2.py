"""The Open Inference Protocol, version 2: tensors in, tensors out.

Every column of the model is an input with one entry for each row. Tensors come as JSON or, as the
protocol's extension for binary data has them, behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from trueodds.json_text import json_text
from trueodds.serve.forecast import Answer, Asked
from trueodds.serve.problems import ProblemError
from trueodds.serve.registry import Served
from trueodds.serve.rows import read_json

HEADER = "inference-header-content-length"
"""Bytes of the JSON where binary tensors follow it."""
TYPES = {
    "FP64": "<f8", "FP32": "<f4", "FP16": "<f2", "INT64": "<i8", "INT32": "<i4", "INT16": "<i2",
    "INT8": "|i1", "UINT64": "<u8", "UINT32": "<u4", "UINT16": "<u2", "UINT8": "|u1", "BOOL": "|b1",
}  # fmt: skip
OUTPUTS = ("probability", "log_odds", "lower", "upper")


class Tensor(msgspec.Struct):
    """One input."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any] | None = None
    parameters: dict[str, Any] = {}


class Output(msgspec.Struct):
    """One output that is asked for."""

    name: str
    parameters: dict[str, Any] = {}


class Request(msgspec.Struct):
    """A request for forecasts."""

    inputs: list[Tensor]
    id: str = ""
    outputs: list[Output] = []
    parameters: dict[str, Any] = {}


@dataclass(frozen=True)
class Read:
    """A request whose tensors are rows."""

    request: Request
    rows: list[dict[str, Any]]
    asked: Asked


def metadata(served: Served) -> dict[str, Any]:
    """What a client may send to a model, and what it gets."""
    return {
        "name": served.name,
        "versions": [served.version],
        "platform": "trueodds",
        "inputs": [
            {
                "name": column.name,
                "datatype": "FP64" if column.kind == "number" else "BYTES",
                "shape": [-1],
            }
            for column in served.model.schema.used
        ],
        "outputs": [
            {"name": name, "datatype": "FP64", "shape": [-1]}
            for name in OUTPUTS
            if name in OUTPUTS[:2] or served.model.bounds is not None
        ],
    }


def read_request(body: bytes, header: str | None, most: int) -> Read:
    """Rows of a request; raises ProblemError if its tensors are no columns of one length."""
    size = len(body) if header is None else _size(header, len(body))
    plain = read_json(body[:size])
    try:
        request = msgspec.convert(plain, Request)
    except msgspec.ValidationError as error:
        raise ProblemError(400, f"the body is no inference request: {error}") from None
    if not request.inputs:
        raise ProblemError(400, "the request has no inputs")
    columns, rest = {}, memoryview(body)[size:]
    for tensor in request.inputs:
        rows = _rows(tensor, most)
        binary = tensor.parameters.get("binary_data_size")
        if binary is None:
            cells = _of_json(tensor, rows)
        else:
            if not isinstance(binary, int) or not 0 <= binary <= len(rest):
                raise ProblemError(
                    400, f'input "{tensor.name}" has no such binary_data_size: {binary}'
                )
            cells = _of_bytes(tensor, rows, bytes(rest[:binary]))
            rest = rest[binary:]
        if tensor.name in columns:
            raise ProblemError(400, f'input "{tensor.name}" is there twice')
        columns[tensor.name] = cells
    if len({len(cells) for cells in columns.values()}) > 1:
        raise ProblemError(400, "the inputs have several lengths: one entry for each row")
    for output in request.outputs:
        if output.name not in OUTPUTS:
            raise ProblemError(400, f'there is no output "{output.name}": {", ".join(OUTPUTS)}')
    interval = any(output.name in OUTPUTS[2:] for output in request.outputs)
    rows_ = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return Read(request, rows_, Asked(interval=interval))


def response(served: Served, read: Read, answer: Answer) -> tuple[bytes, int | None]:
    """The body of an answer, and how much of it is JSON if binary tensors follow."""
    wanted = read.request.outputs or [Output(name) for name in OUTPUTS[:2]]
    binary_all = read.request.parameters.get("binary_data_output") is True
    outputs: list[dict[str, Any]] = []
    behind = b""
    for output in wanted:
        values: NDArray[np.float64] = getattr(answer, output.name)
        tensor: dict[str, Any] = {
            "name": output.name,
            "datatype": "FP64",
            "shape": [len(values)],
        }
        if output.parameters.get("binary_data", binary_all) is True:
            data = values.astype("<f8").tobytes()
            tensor["parameters"] = {"binary_data_size": len(data)}
            behind += data
        else:
            tensor["data"] = values.tolist()
        outputs.append(tensor)
    answered = {"model_name": served.name, "model_version": served.version, "outputs": outputs}
    if read.request.id:
        answered["id"] = read.request.id
    head = json_text(answered).encode()
    return head + behind, len(head) if behind else None


def _size(header: str, most: int) -> int:
    if not header.isascii() or not header.isdigit() or len(header) > 12 or int(header) > most:
        raise ProblemError(
            400, "Inference-Header-Content-Length is not a number of bytes of the body"
        )
    return int(header)


def _rows(tensor: Tensor, most: int) -> int:
    """Rows of a tensor of shape (rows,) or (rows, 1)."""
    shape = tensor.shape
    if len(shape) not in (1, 2) or shape[1:] not in ([], [1]) or shape[0] < 1:
        raise ProblemError(
            400, f'input "{tensor.name}" has shape {shape}: it needs [rows] or [rows, 1]'
        )
    if shape[0] > most:
        raise ProblemError(
            413, f"the request has {shape[0]:,} rows, and may have {most:,}: send parts"
        )
    if tensor.datatype not in TYPES and tensor.datatype != "BYTES":
        raise ProblemError(
            400, f'input "{tensor.name}" has the unknown datatype "{tensor.datatype}"'
        )
    return shape[0]


def _of_json(tensor: Tensor, rows: int) -> list[Any]:
    cells = tensor.data
    if cells is None:
        raise ProblemError(400, f'input "{tensor.name}" has no data')
    if len(cells) == rows and all(isinstance(cell, list) and len(cell) == 1 for cell in cells):
        cells = [cell[0] for cell in cells]
    if len(cells) != rows or any(isinstance(cell, list | dict) for cell in cells):
        raise ProblemError(400, f'the data of input "{tensor.name}" do not have its shape')
    kinds: tuple[type, ...] = (int, float)
    if tensor.datatype == "BYTES":
        kinds = (str,)
    elif tensor.datatype == "BOOL":
        kinds = (bool,)
    for number, cell in enumerate(cells):
        if cell is not None and not isinstance(cell, kinds):
            raise ProblemError(
                400, f'input "{tensor.name}", row {number}: the cell is no {tensor.datatype}'
            )
    return cells


def _of_bytes(tensor: Tensor, rows: int, data: bytes) -> list[Any]:
    if tensor.datatype == "BYTES":
        return _texts(tensor.name, rows, data)
    dtype = np.dtype(TYPES[tensor.datatype])
    if len(data) != rows * dtype.itemsize:
        raise ProblemError(
            400, f'input "{tensor.name}" has {len(data):,} bytes, not those of its shape'
        )
    values = np.frombuffer(data, dtype)
    if dtype.kind == "f" and dtype.itemsize < 8:
        # The shortest text reads back: 0.1 and not 0.10000000149.
        return [float(str(value)) for value in values]
    found: Sequence[Any] = values.tolist()
    return [*found]


def _texts(name: str, rows: int, data: bytes) -> list[str]:
    found, at = [], 0
    for _ in range(rows):
        size = int.from_bytes(data[at : at + 4], "little")
        end = at + 4 + size
        if at + 4 > len(data) or end > len(data):
            raise ProblemError(400, f'input "{name}" ends before its last row')
        try:
            found.append(data[at + 4 : end].decode())
        except UnicodeDecodeError:
            raise ProblemError(
                400, f'input "{name}", row {len(found)}: the text is no UTF-8'
            ) from None
        at = end
    if at != len(data):
        raise ProblemError(400, f'input "{name}" has more bytes than rows')
    return found
