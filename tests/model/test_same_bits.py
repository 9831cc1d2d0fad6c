"""One row, one probability: whatever the batch, the order, the threads, the BLAS."""

import hashlib
import os
import pickle
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from trueodds import Model, TrueOddsClassifier, main_job
from trueodds.features.target_encoding import encode_targets
from trueodds.model import threads
from trueodds.model.fixed import OUTPUT
from trueodds.training.recipe import recipe_for

TABLE = Path(__file__).parents[2] / "examples" / "german_credit.csv"


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.read_csv(TABLE)


@pytest.fixture(scope="module")
def model(table: pl.DataFrame) -> Model:
    return TrueOddsClassifier("quick").fit(table.drop("default"), table["default"]).model_


@pytest.fixture(scope="module")
def of_layers(table: pl.DataFrame) -> Model:
    """A model whose networks are all layers of units, as `forward` computes them."""
    recipe = replace(recipe_for("quick"), soft_splits=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main_job, "recipe_for", lambda effort: recipe)
        made = TrueOddsClassifier("quick").fit(table.drop("default"), table["default"])
    return made.model_


@pytest.fixture(scope="module")
def whole(model: Model, table: pl.DataFrame) -> NDArray[np.float64]:
    return model.log_odds(table)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 333, 799])
def test_any_batch_size(
    size: int, model: Model, table: pl.DataFrame, whole: NDArray[np.float64]
) -> None:
    rows = table.height if size > 2 else 60
    parts = [model.log_odds(table[i : i + size]) for i in range(0, rows, size)]
    assert np.concatenate(parts)[:rows].tobytes() == whole[:rows].tobytes()


def test_any_order(model: Model, table: pl.DataFrame, whole: NDArray[np.float64]) -> None:
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(table.height)
        assert model.log_odds(table[order]).tobytes() == whole[order].tobytes()


def test_rows_alone(model: Model, table: pl.DataFrame, whole: NDArray[np.float64]) -> None:
    alone = np.array([model.log_odds(row)[0] for row in table.to_dicts()])
    assert alone.tobytes() == whole.tobytes()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_threads(
    count: int,
    model: Model,
    table: pl.DataFrame,
    whole: NDArray[np.float64],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "cores", lambda: count)
    monkeypatch.setattr("trueodds.model.scorer.ROWS", 100)
    assert model.log_odds(table).tobytes() == whole.tobytes()


def test_many_threads_on_one_model(
    model: Model, table: pl.DataFrame, whole: NDArray[np.float64]
) -> None:
    fresh: Model = pickle.loads(pickle.dumps(model))
    rows, found = table.to_dicts(), {}

    def work(number: int) -> None:
        mine = range(number, table.height, 8)
        found[number] = (fresh.log_odds(table), [fresh.log_odds(rows[i])[0] for i in mine])

    workers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for number, (batch, alone) in found.items():
        assert batch.tobytes() == whole.tobytes()
        assert np.array(alone).tobytes() == whole[number::8].tobytes()


def test_the_blas_gets_its_threads_back(model: Model, table: pl.DataFrame) -> None:
    from threadpoolctl import threadpool_info

    before = [library["num_threads"] for library in threadpool_info()]
    model.predict(table)
    model.predict(table.to_dicts()[0])
    assert [library["num_threads"] for library in threadpool_info()] == before


def test_the_blas_gets_its_threads_back_from_whichever_call_ends_last() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    def counts() -> list[int]:
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    inside, may_leave = threading.Event(), threading.Event()

    def hold() -> None:
        with threads.one_blas_thread:
            inside.set()
            may_leave.wait()

    with threadpool_limits(2, user_api="blas"):
        before = counts()
        with threads.one_blas_thread:
            other = threading.Thread(target=hold)
            other.start()
            inside.wait()
        during = counts()
        may_leave.set()
        other.join()
        # SciPy's BLAS may be there as well, and is left alone where it came later.
        assert (min(during), counts()) == (1, before)


NEEDS = {"Nehalem": "sse4_2", "Haswell": "avx2", "SkylakeX": "avx512dq"}
"""OpenBLAS's kernels for three generations of processors, and what they ask of this one."""
SCORE = """
import sys
import polars as pl, trueodds
table = pl.read_csv(sys.argv[2])
sys.stdout.write(trueodds.load(sys.argv[1]).log_odds(table).tobytes().hex())
"""


@pytest.mark.parametrize("threads_given", ["1", "2"])
@pytest.mark.parametrize("kernel", NEEDS)
def test_any_blas_kernel(
    kernel: str,
    threads_given: str,
    model: Model,
    whole: NDArray[np.float64],
    tmp_path: Path,
) -> None:
    flags = Path("/proc/cpuinfo")
    if not flags.exists() or f" {NEEDS[kernel]} " not in flags.read_text() + " ":
        pytest.skip(f"this processor has no {NEEDS[kernel]}")
    model.save(tmp_path / "m.odds")
    done = subprocess.run(
        [sys.executable, "-c", SCORE, str(tmp_path / "m.odds"), str(TABLE)],
        env={
            **os.environ,
            "OPENBLAS_CORETYPE": kernel,
            "OPENBLAS_NUM_THREADS": threads_given,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found = bytes.fromhex(done.stdout)
    assert hashlib.sha256(found).hexdigest() == hashlib.sha256(whole.tobytes()).hexdigest()


def forward(model: Model, table: pl.DataFrame, product) -> NDArray[np.float64]:
    """The members by any matrix product, layer by layer, in whole units."""
    values = model.read(table)
    shared, total = np.zeros((values.rows, model.encoder.width)), np.zeros(values.rows)
    model.encoder.encode_into(values, shared)
    grids = [*model.networks.grids, OUTPUT]
    for member in model.networks.members:
        own = encode_targets(values, model.target_encodings[member.fold])
        q = np.rint(np.ldexp(np.concatenate([shared, own], axis=1), grids[0].bits))
        q = np.clip(q, -grids[0].limit, grids[0].limit)
        for index, layer in enumerate(member.layers):
            sums = product(q, layer.weights.astype(np.float64)) + layer.biases
            z = np.ldexp(sums, -grids[index].bits - layer.shifts.astype(int))
            if index < len(member.layers) - 1:
                z = np.maximum(z, 0.0)
            after = grids[index + 1]
            q = np.clip(np.rint(np.ldexp(z, after.bits)), -after.limit, after.limit)
        total += q[:, 0]
    mean = total / (len(model.networks.members) * 2.0**OUTPUT.bits)
    return model.calibrator.apply(mean)


def test_sums_in_any_order(of_layers: Model, table: pl.DataFrame) -> None:
    order = np.random.default_rng(0)

    def shuffled(q: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = order.permutation(q.shape[1])
        total = np.zeros((len(q), weights.shape[1]))
        for part in np.array_split(columns, 7):
            total += q[:, part] @ weights[part]
        return total

    assert forward(of_layers, table, shuffled).tobytes() == of_layers.log_odds(table).tobytes()


def test_pytorchs_products(of_layers: Model, table: pl.DataFrame) -> None:
    torch = pytest.importorskip("torch")

    def product(q: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return (torch.from_numpy(q.copy()) @ torch.from_numpy(weights)).numpy()

    assert forward(of_layers, table, product).tobytes() == of_layers.log_odds(table).tobytes()
