"""Errors as problem details (RFC 9457)."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from trueodds.json_text import json_text
from trueodds.text import printable

TITLES = {
    400: "The body cannot be read",
    404: "There is no such thing",
    405: "The method is not allowed",
    408: "The request took too long",
    413: "The request is too large",
    415: "The format is not read",
    422: "The rows do not fit the model",
    500: "The server failed",
    503: "The server is busy",
}
MEDIA_TYPE = "application/problem+json"
LONGEST = 600


@dataclass(frozen=True)
class BadCell:
    """One field that does not fit: its row, from 0, and what is wrong."""

    field: str
    message: str
    row: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The row and the field as members, and as a JSON pointer into the rows."""
        found: dict[str, Any] = {"field": self.field, "message": printable(self.message, LONGEST)}
        if self.row is not None:
            escaped = self.field.replace("~", "~0").replace("/", "~1")
            found |= {"row": self.row, "pointer": f"/{self.row}/{escaped}"}
        return found


class ProblemError(Exception):
    """A request that is refused: its status, a sentence, and the fields that are wrong."""

    def __init__(self, status: int, detail: object, errors: tuple[BadCell, ...] = ()) -> None:
        super().__init__(str(detail))
        self.status, self.errors = status, errors
        self.detail = printable(detail, LONGEST)

    def response(self, *, v2: bool = False) -> Response:
        """The answer; the Open Inference Protocol wants a member ``error`` too."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "The request is refused"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [error.to_json() for error in self.errors]
        if v2:
            body["error"] = self.detail
        headers = {"Retry-After": "1"} if self.status == 503 else None
        return Response(json_text(body), self.status, headers, MEDIA_TYPE)
