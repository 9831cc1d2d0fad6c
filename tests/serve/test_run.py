"""How the server listens."""

import socket

from trueodds.serve.run import Serving, _listening


def test_an_answer_of_two_parts_does_not_wait_for_an_acknowledgement() -> None:
    with _listening(Serving((), port=0)) as listener:
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
