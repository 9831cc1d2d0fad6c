"""Places to train: wrong ones, missing packages and dead clusters are one sentence each."""

import importlib.util
import socket
from importlib.machinery import ModuleSpec

import pytest

from trueodds.errors import TrainingError, UsageError
from trueodds.execution import ray_address as module
from trueodds.execution.ray_address import RayAddress, ray_address, require_ray
from trueodds.execution.ray_cluster import _not_connected


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: ModuleSpec(name, None))


@pytest.mark.parametrize(
    ("on", "address", "text"),
    [
        ("ray://head:10001", RayAddress("head", 10001, True), "ray://head:10001"),
        ("10.0.0.7:6379", RayAddress("10.0.0.7", 6379, False), "10.0.0.7:6379"),
        ("[::1]:6379", RayAddress("::1", 6379, False), "[::1]:6379"),
    ],
)
def test_addresses_are_read_and_given_to_ray(on: str, address: RayAddress, text: str) -> None:
    assert ray_address(on) == address
    assert address.text == text


def test_ray_is_a_cluster_on_this_machine() -> None:
    assert ray_address("ray") is None


@pytest.mark.parametrize(
    "on", ["", "Ray", "head", "ray://head", "http://head:80", "head:0", "head:99999", "a b:6379"]
)
def test_other_words_are_refused_with_the_three_that_are_known(on: str) -> None:
    with pytest.raises(UsageError, match=r"is no place to train: give ray .* ray://HOST:PORT"):
        require_ray(on)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_dead_head_is_said_before_anything_is_read(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        require_ray(f"{scheme}127.0.0.1:{port}")
    with pytest.raises(TrainingError) as error:
        require_ray(f"{scheme}127.0.0.1:{port}")
    assert str(error.value) == (
        f"no Ray cluster answers at {scheme}127.0.0.1:{port}: Connection refused; check the "
        "address, or start one there with: ray start --head"
    )


@pytest.mark.parametrize(
    ("on", "absent", "named"), [("ray", "ray", "ray"), ("ray://127.0.0.1:1", "grpc", "grpc")]
)
def test_a_missing_package_is_named_with_the_extra(
    on: str, absent: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        module,
        "find_spec",
        lambda name: None if name == absent else importlib.util.find_spec("json"),
    )
    with pytest.raises(
        TrainingError, match=rf"the package {named}, .*pip install 'trueodds\[ray\]'"
    ):
        require_ray(on)


def test_a_cluster_that_refuses_says_how_a_token_is_given() -> None:
    address = RayAddress("head", 10001, True)
    assert _not_connected(address, ConnectionError("ray client connection timeout")) == (
        "the Ray cluster at ray://head:10001 does not accept this process: ray client connection "
        "timeout; if it asks for a token, give this machine the token as Ray does and set "
        "RAY_AUTH_MODE=token"
    )
    assert "without --on no cluster is needed" in _not_connected(None, OSError("no room"))
