"""How the server listens."""

import json
import logging
import socket

import pytest

from trueodds.serve.run import Serving, Told, _listening


def test_what_the_http_server_says_is_a_line_without_cells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = logging.Logger("said")
    said.addHandler(Told(logging.WARNING))
    said.info("starts")
    try:
        raise ValueError("secret cell")
    except ValueError:
        said.exception("Exception in ASGI application\n")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("http", "error")
    assert told["what"] == "Exception in ASGI application"


def test_an_answer_of_two_parts_does_not_wait_for_an_acknowledgement() -> None:
    with _listening(Serving((), port=0)) as listener:
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
