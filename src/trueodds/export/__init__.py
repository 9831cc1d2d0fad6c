"""Models for other programs: ONNX, a JavaScript module, one SQL query."""

from trueodds.export.javascript import to_javascript
from trueodds.export.onnx import onnx_inputs, to_onnx
from trueodds.export.sql import to_sql

__all__ = ["onnx_inputs", "to_javascript", "to_onnx", "to_sql"]
