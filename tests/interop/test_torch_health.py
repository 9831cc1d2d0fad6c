"""Health of PyTorch models: faults, modules used twice, saving, clean detaching, Lightning."""

import copy
import gc
import io
import pickle
import sys
import types

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from interop.watched import LN2, data, kinds, mlp, train  # noqa: E402
from trueodds.errors import UsageError  # noqa: E402
from trueodds.interop.torch import watch  # noqa: E402


def test_a_healthy_model_has_no_finding_and_is_measured_right():
    model = mlp()
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor)
    assert kinds(monitor) == set()
    record = monitor.record()
    assert record.names == ("0", "2", "4", "6")
    assert record.activations == ("relu", "relu", "relu", "linear")
    assert record.at == (0, 10, 20, 30, 40, 50)
    assert all(state.update > 0 and state.flow > 0 for state in record.snapshots[0].states)


def test_numbers_are_those_of_the_tensors():
    model = mlp(nn.Tanh, depth=1)
    X, y = data()
    monitor = watch(model)
    loss = nn.functional.binary_cross_entropy_with_logits(model(X[:64])[:, 0], y[:64])
    loss.backward()
    monitor.step(loss)
    state = monitor.record().snapshots[0].states[0]
    with torch.no_grad():
        z = model[0](X[:64])
    assert state.spread == pytest.approx(float(z.std(correction=0)), rel=1e-3)
    assert state.output_mean == pytest.approx(float(z.tanh().mean()), rel=1e-3, abs=1e-5)
    gradient = float(model[0].weight.grad.square().mean().sqrt())
    assert state.gradient == pytest.approx(gradient, rel=1e-3)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda m: [p.data.mul_(60) for p in m.parameters()], "saturated layer"),
        (lambda m: m[2].bias.data.fill_(-50), "dead units"),
        (lambda m: None, "frozen layer"),
    ],
)
def test_planted_faults_are_named(spoil, kind):
    model = mlp(nn.Tanh if kind == "saturated layer" else nn.ReLU)
    spoil(model)
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor, left_out=("2.",) if kind == "frozen layer" else ())
    found = [finding for finding in monitor.findings() if finding.kind == kind]
    assert found
    if kind != "saturated layer":
        assert found[0].place == "2"


def test_a_layer_frozen_on_purpose_is_not_watched():
    model = mlp()
    model[0].requires_grad_(False)
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor)
    assert kinds(monitor) == set()
    assert monitor.record().names == ("2", "4", "6")
    assert monitor.record().activations == ("relu", "relu", "linear")
    model.requires_grad_(False)
    with pytest.raises(UsageError, match="no layer with a weight matrix that is trained"):
        watch(model)


def test_a_layer_frozen_later_keeps_its_record():
    model = mlp()
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor, steps=30)
    model[0].requires_grad_(False)
    train(model, monitor, steps=30)
    assert monitor.record().at == (0, 10, 20)
    assert kinds(monitor) == set()


def test_a_watched_model_is_copied_and_saved_without_its_monitor():
    model = mlp()
    monitor = watch(model, every=1)
    saved = io.BytesIO()
    torch.save(model, saved)
    saved.seek(0)
    for other in (
        torch.load(saved, weights_only=False),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ):
        train(other, steps=2)
        assert all(
            torch.equal(a, b)
            for a, b in zip(train(mlp(), steps=2).parameters(), other.parameters(), strict=True)
        )
    monitor.step()
    assert monitor.record().at == ()
    train(model, monitor, steps=1)
    assert monitor.record().at == (1,)


def test_lazy_layers_and_torchscript_are_refused_in_one_sentence():
    lazy = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(1))
    with pytest.raises(UsageError, match="0 is lazy and has no weights yet: run one batch"):
        watch(lazy)
    lazy(torch.zeros(2, 3))
    watch(lazy).detach()
    inside = nn.Sequential(torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)), nn.Linear(2, 1))
    with pytest.raises(UsageError, match="0 is TorchScript, which takes no hooks"):
        watch(inside)


def test_a_deep_sigmoid_vanishes():
    model = mlp(nn.Sigmoid, depth=12)
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor)
    assert "vanishing gradient" in kinds(monitor)


def test_wrong_learning_rates_are_named():
    for rate, kind in ((3.0, "learning rate too high"), (1e-8, "learning rate too low")):
        model = mlp()
        monitor = watch(model, every=10, base_loss=LN2)
        train(model, monitor, rate=rate)
        assert kind in kinds(monitor)


def test_a_model_that_has_diverged_is_measured_without_a_warning(recwarn):
    model = mlp()
    model[0].weight.data.fill_(float("inf"))
    monitor = watch(model, every=1)
    train(model, monitor, steps=2)
    state = monitor.record().snapshots[0].states[0]
    assert state.spread >= 1e38
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


def test_a_module_used_twice_is_one_layer():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.shared = nn.Linear(10, 16), nn.Linear(16, 16)
            self.act, self.last = nn.ReLU(inplace=True), nn.Linear(16, 1)

        def forward(self, x):
            h = self.act(self.first(x))
            return self.last(self.act(self.shared(self.act(self.shared(h)))))

    model = Twice()
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor)
    record = monitor.record()
    assert record.names == ("first", "shared", "last")
    assert record.activations == ("relu", "relu", "linear")
    assert kinds(monitor) == set()


def test_images_have_channels_as_units():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 1)
    )
    monitor = watch(model, every=1)
    model(torch.randn(8, 1, 8, 8)).mean().backward()
    monitor.step()
    assert monitor.record().activations == ("relu", "linear")


def test_detaching_leaves_no_hook_and_watching_changes_no_weight():
    plain, watched = train(mlp()), mlp()
    monitor = watch(watched, every=7)
    train(watched, monitor)
    for one, other in zip(plain.parameters(), watched.parameters(), strict=True):
        assert torch.equal(one, other)
    monitor.detach()
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks
    assert all(not p._post_accumulate_grad_hooks for p in watched.parameters())
    snapshots = len(monitor.record().at)
    train(watched, monitor, steps=5)
    assert len(monitor.record().at) == snapshots


def test_a_monitor_that_is_dropped_takes_its_hooks_along():
    gc.collect()
    hooks = nn.modules.module._global_forward_hooks
    before = len(hooks)
    model = mlp()
    monitor = watch(model, every=1)
    train(model, monitor, steps=2)
    assert len(hooks) == before + 1
    del monitor
    gc.collect()
    assert len(hooks) == before
    assert all(not p._post_accumulate_grad_hooks for p in model.parameters())


def test_evaluation_is_not_measured():
    model = mlp()
    monitor = watch(model, every=1)
    with torch.no_grad():
        model(data()[0])
    model.eval()
    model(data()[0])
    monitor.step()
    assert monitor.record().at == ()


def test_compiled_models_are_refused_and_so_is_a_model_without_layers():
    with pytest.raises(UsageError, match="the model is compiled"):
        watch(torch.compile(mlp()))
    inside = mlp()
    inside[0].compile()
    with pytest.raises(UsageError, match="0 is compiled"):
        watch(inside)
    with pytest.raises(UsageError, match="nothing to watch"):
        watch(nn.ReLU())
    with pytest.raises(UsageError, match="at least 1"):
        watch(mlp(), every=0)


def test_memory_is_bounded():
    model = mlp(depth=1, width=4)
    monitor = watch(model, every=1)
    train(model, monitor, steps=300)
    assert len(monitor.record().at) <= 32


def test_lightning_calls_the_monitor(monkeypatch):
    class Callback:
        pass

    fake = types.ModuleType("lightning.pytorch")
    fake.Callback = Callback
    monkeypatch.setitem(sys.modules, "lightning.pytorch", fake)
    model = mlp()
    monitor = watch(model, every=1, base_loss=LN2)
    callback = monitor.lightning_callback()
    assert isinstance(callback, Callback)
    X, y = data()
    loss = nn.functional.binary_cross_entropy_with_logits(model(X)[:, 0], y)
    loss.backward()
    callback.on_train_batch_end(None, model, {"loss": loss}, None, 0)
    trainer = types.SimpleNamespace(callback_metrics={"val_loss": torch.tensor(0.5)})
    callback.on_validation_end(trainer, model)
    callback.on_fit_end(trainer, model)
    record = monitor.record()
    assert record.at == (0,)
    assert record.held_out_loss == (0.5,)
    assert not nn.modules.module._global_forward_hooks


def test_inputs_are_examined():
    X, y = data()
    model = mlp()
    monitor = watch(model, every=10, base_loss=LN2)
    train(model, monitor)
    monitor.inputs(X, y)
    assert kinds(monitor) == set()
    X[:, 3], X[:, 5], X[:, 7] = X[:, 3] * 1000, 1.0, y
    monitor.inputs(X)
    assert kinds(monitor) == {"unscaled input", "constant input"}
    monitor.inputs(X, y[:, None])
    assert kinds(monitor) == {"unscaled input", "constant input", "label leak"}
