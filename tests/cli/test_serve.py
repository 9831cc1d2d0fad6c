"""The command says what keeps it from serving."""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def test_a_folder_without_models(run, tmp_path) -> None:
    pytest.importorskip("uvicorn")
    result = run("serve", tmp_path)
    assert result.exit_code == 2
    assert "there is no model file (.odds) in" in result.stderr


def test_a_port_that_is_taken(run, tmp_path) -> None:
    pytest.importorskip("uvicorn")
    shutil.copy(GOLDEN / "relu.odds", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", tmp_path, "--port", taken.getsockname()[1])
    assert result.exit_code == 1
    assert "cannot be listened to" in result.stderr
    assert "choose another --host or --port" in result.stderr


def test_a_package_that_is_missing(run, tmp_path, monkeypatch) -> None:
    def found(name: str) -> object:
        return None if name == "uvicorn" else find_spec(name)

    monkeypatch.setattr("trueodds.cli.serve.find_spec", found)
    result = run("serve", tmp_path)
    assert result.exit_code == 1
    assert "pip install 'trueodds[serve]'" in result.stderr
