"""Models in MLflow: loaded by pyfunc with the bits of the model, and served by MLflow's server."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from conftest import TINY
from trueodds import TrueOddsClassifier, load
from trueodds.errors import TrueOddsError
from trueodds.interop import mlflow as interop
from trueodds.model import Model

GOLDEN = Path(__file__).parents[1] / "golden"


def test_without_mlflow_it_is_one_sentence(monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(TrueOddsError, match=r"pip install 'trueodds\[mlflow\]'") as told:
        interop.save_model(load(GOLDEN / "relu.odds"), tmp_path / "m")
    assert "\n" not in str(told.value)
    assert not (tmp_path / "m").exists()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
class TestMlflow:
    """One model of a table with numbers, words, dates and missing cells."""

    @pytest.fixture(scope="class")
    def table(self) -> Any:
        pytest.importorskip("mlflow")
        rng, rows = np.random.default_rng(3), 240
        age = rng.integers(18, 80, rows)
        days = rng.integers(1, 29, rows), rng.integers(1, 13, rows)
        frame = pl.DataFrame(
            {
                "age": age,
                "income": [None if a % 9 == 0 else round(31.57 * a, 2) for a in age.tolist()],
                "job": rng.choice(["clerk", "smith", "cook"], rows),
                "since": [f"{day:02d}.{month:02d}.2023" for day, month in zip(*days, strict=True)],
                "left": np.where(age + rng.normal(0, 20, rows) > 50, "yes", "no"),
            }
        )
        return frame.to_pandas()

    @pytest.fixture(scope="class")
    def fitted(self, table: Any) -> TrueOddsClassifier:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("trueodds.main_job.recipe_for", lambda effort: TINY)
            return TrueOddsClassifier("quick", n_jobs=1).fit(
                table.drop(columns="left"), table["left"]
            )

    @pytest.fixture(scope="class")
    def saved(self, fitted: TrueOddsClassifier, tmp_path_factory: pytest.TempPathFactory) -> Path:
        place = tmp_path_factory.mktemp("mlflow") / "loans"
        interop.save_model(fitted, place)
        return place

    def test_pyfunc_gives_the_bits_of_the_model(self, saved, fitted, table) -> None:
        import mlflow

        loaded = mlflow.pyfunc.load_model(str(saved))
        rows = table.drop(columns="left")[40:80]
        found = loaded.predict(rows)
        np.testing.assert_array_equal(found["probability"], fitted.model_.predict(rows))
        np.testing.assert_array_equal(found["log_odds"], fitted.model_.log_odds(rows))
        assert list(found.index) == list(rows.index)
        own = interop.load_model(str(saved))
        assert isinstance(own, Model)
        np.testing.assert_array_equal(own.log_odds(rows), fitted.model_.log_odds(rows))

    def test_the_folder_has_signature_example_and_environment(self, saved, fitted) -> None:
        import mlflow
        from mlflow.exceptions import MlflowException

        about = mlflow.models.Model.load(str(saved))
        names = about.signature.inputs.input_names()
        assert names == ["age", "income", "job", "since"]
        required = {spec.name for spec in about.signature.inputs.inputs if spec.required}
        assert required == {"age", "job", "since"}
        assert about.signature.outputs.input_names() == ["probability", "log_odds"]
        assert about.flavors["trueodds"]["yes"] == "yes"
        assert (saved / "requirements.txt").read_text("utf-8").splitlines()[1:] == [*interop.NEEDED]
        loaded = mlflow.pyfunc.load_model(str(saved))
        example = loaded.input_example
        assert example["job"][0] in ("clerk", "smith", "cook")
        assert fitted.model_.read(example).notes == ()
        assert 0.0 < loaded.predict(example)["probability"][0] < 1.0
        with pytest.raises(MlflowException, match="age"):
            loaded.predict(example.drop(columns="age"))
        assert loaded.predict(example.drop(columns="income")).shape == (1, 2)

    def test_logged_and_loaded_by_its_address(self, fitted, table, tmp_path, monkeypatch) -> None:
        import mlflow

        monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        monkeypatch.chdir(tmp_path)
        mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
        with mlflow.start_run():
            told = interop.log_model(fitted.model_, "loans", metadata={"team": "risk"})
        assert told.metadata == {"team": "risk"}
        rows = table.drop(columns="left")[:20]
        own = interop.load_model(told.model_uri)
        np.testing.assert_array_equal(own.log_odds(rows), fitted.model_.log_odds(rows))
        found = mlflow.pyfunc.load_model(told.model_uri).predict(rows)
        np.testing.assert_array_equal(found["log_odds"], own.log_odds(rows))

    def test_served_by_mlflow(self, fitted, table, tmp_path) -> None:
        import mlflow

        rows = table.drop(columns="left")[:25]
        interop.save_model(fitted, tmp_path / "loans", input_example=rows[:3])
        about = mlflow.models.Model.load(str(tmp_path / "loans"))
        types = [str(spec.type) for spec in about.signature.inputs.inputs]
        assert types == ["DataType.long", "DataType.double", "DataType.string", "DataType.string"]
        with served(tmp_path / "loans") as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            body = {"dataframe_split": json.loads(rows.to_json(orient="split"))}
            found = post(connection, json.dumps(body), "application/json")
            expected = fitted.model_.predict(rows)
            assert [row["probability"] for row in found["predictions"]] == expected.tolist()
            text = rows.to_csv(index=False)
            found = post(connection, text, "text/csv")
            assert [row["probability"] for row in found["predictions"]] == expected.tolist()


def post(connection: http.client.HTTPConnection, body: str, kind: str) -> Any:
    connection.request("POST", "/invocations", body, {"content-type": kind})
    reply = connection.getresponse()
    told = reply.read()
    assert reply.status == 200, told
    return json.loads(told)


@contextmanager
def served(model: Path) -> Iterator[int]:
    """``mlflow models serve`` of a model, in this environment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model)]
    command += ["--env-manager", "local", "--port", str(port), "--host", "127.0.0.1"]
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        for _ in range(1200):
            assert process.poll() is None
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, 15)
        process.wait(60)
