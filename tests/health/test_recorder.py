"""The record says what NumPy sees, stays small, and reads back as it was written."""

import json
from dataclasses import asdict, replace

import msgspec
import numpy as np
import pytest

from trueodds.health.health_record import HealthRecord
from trueodds.health.inputs import measure_inputs
from trueodds.health.recorder import MOST_LAYERS, MOST_SNAPSHOTS, ROWS, Recorder
from trueodds.network.activations import ACTIVATIONS, Activation, activate, slope
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW

RNG_ROWS = 100


def trained(
    activation: Activation = "relu", widths: tuple[int, ...] = (16, 16), steps: int = 60, every=10
) -> tuple[HealthRecord, Engine, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((RNG_ROWS, 6)).astype(np.float32)
    y = (X[:, 0] > 0.0).astype(np.float32)
    ones = np.ones(RNG_ROWS, np.float32)
    layout = Layout(6, widths, activation)
    flat = initialise(layout, np.random.default_rng(1))
    engine = Engine(layout, flat, RNG_ROWS)
    optimiser = AdamW(flat, [(layout.size, 1.0, 0.0)])
    recorder = Recorder(engine, steps, every)
    for step in range(steps):
        loss = engine.backward(X, y, ones)
        if recorder.due(step):
            recorder.before_step(step, loss, X)
        optimiser.step(engine.gradient, 1e-3, 0.0)
        if recorder.due(step):
            recorder.after_step()
    last = (Engine(layout, flat, RNG_ROWS), X, y, ones)
    return recorder.finish(steps, [loss], [], 0.69, last), engine, X, y


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_last_snapshot_equals_numpys_figures(activation: Activation) -> None:
    record, engine, X, y = trained(activation)
    layout = engine.layout
    W = [w.astype(np.float64) for w in layout.weights(engine.parameters)]
    b = [v.astype(np.float64) for v in layout.biases(engine.parameters)]
    Z1 = X @ W[0] + b[0]
    A1 = activate(Z1, activation)
    Z2 = A1 @ W[1] + b[1]
    A2 = activate(Z2, activation)
    p = 1.0 / (1.0 + np.exp(-(A2 @ W[2][:, 0] + b[2][0])))
    flow2 = ((p - y) / len(X))[:, None] * W[2][:, 0] * slope(Z2, activation)
    flow1 = flow2 @ W[1].T * slope(Z1, activation)
    first, second = record.snapshots[-1].states
    for state, Z, A, flow, below in ((first, Z1, A1, flow1, X), (second, Z2, A2, flow2, A1)):
        about = pytest.approx
        assert state.mean == about(Z.mean(), rel=1e-3, abs=1e-5)
        assert state.spread == about(Z.std(), rel=1e-3)
        assert state.output_mean == about(A.mean(), rel=1e-3, abs=1e-5)
        assert state.output_spread == about(A.std(), rel=1e-3)
        common = (A.mean(axis=0) ** 2).sum() / (A**2).mean(axis=0).sum()
        assert state.common == about(common, rel=1e-3)
        assert state.flow == about(np.sqrt((flow**2).mean()), rel=1e-3)
        assert state.gradient == about(np.sqrt(((below.T @ flow) ** 2).mean()), rel=1e-3)
    assert sum(record.densities[0]) == pytest.approx(1000, abs=len(record.densities[0]) / 2)


def test_the_update_is_the_last_step_over_the_weights() -> None:
    record, _, _, _ = trained(steps=1, every=1)
    layout = Layout(6, (16, 16), "relu")
    before = layout.weights(initialise(layout, np.random.default_rng(1)))[0]
    # Adam's first step moves every weight that has a gradient by the learning rate.
    moved = 1e-3 / float(np.sqrt(np.mean(before**2)))
    assert record.snapshots[0].states[0].update == pytest.approx(moved, rel=0.05)


def test_the_record_is_bounded_whatever_the_steps_and_the_depth() -> None:
    record, _, _, _ = trained(widths=(4,) * 40, steps=700, every=1)
    assert len(record.at) <= 2 * MOST_SNAPSHOTS + 2
    assert len(record.names) == MOST_LAYERS
    assert record.layers[0] == 1
    assert record.layers[-1] == 40
    assert record.at[0] == 0


def back(record: HealthRecord) -> HealthRecord:
    text = json.dumps(asdict(record), allow_nan=False)
    return msgspec.json.decode(text, type=HealthRecord)


def test_it_reads_back_from_json_as_it_was() -> None:
    record, _, X, y = trained()
    assert back(record) == record
    inputs = measure_inputs(X, y)
    with_inputs = replace(record, inputs=inputs)
    assert back(with_inputs) == with_inputs


def test_a_snapshot_changes_no_weight() -> None:
    def weights(every: int) -> bytes:
        return trained(every=every)[1].parameters.tobytes()

    assert weights(1) == weights(59)
    assert ROWS >= RNG_ROWS


def test_inputs_are_measured() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.4).astype(np.float32)
    X = rng.standard_normal((400, 4)).astype(np.float32)
    X[:, 1] = 3.0
    X[:, 2] *= 500.0
    X[:, 3] = -y
    state = measure_inputs(X, y)
    assert (state.largest_at, state.constant) == (2, (1,))
    assert (state.telling, state.telling_at) == (1.0, 3)
    assert measure_inputs(X).telling == 0.5
