"""Health of PyTorch models: faults named, modules used twice, clean detaching, Lightning."""

import sys
import types

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from trueodds.errors import UsageError  # noqa: E402
from trueodds.interop.torch import watch  # noqa: E402

LN2 = 0.6931


def data():
    torch.manual_seed(0)
    X = torch.randn(512, 10)
    return X, (X[:, 0] - X[:, 1] > 0).float()


def mlp(activation=nn.ReLU, depth=3, width=32):
    torch.manual_seed(1)
    parts, size = [], 10
    for _ in range(depth):
        parts += [nn.Linear(size, width), activation()]
        size = width
    return nn.Sequential(*parts, nn.Linear(size, 1))


def train(model, seen=None, steps=60, rate=1e-3):
    X, y = data()
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=rate)
    torch.manual_seed(2)
    for _ in range(steps):
        rows = torch.randint(0, 512, (64,))
        optimiser.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(X[rows])[:, 0], y[rows])
        loss.backward()
        optimiser.step()
        if seen is not None:
            seen.step(loss)
    return model


def kinds(seen):
    return {finding.kind for finding in seen.findings()}


def test_a_healthy_model_is_left_in_peace_and_measured_right():
    model = mlp()
    seen = watch(model, every=10, base_loss=LN2)
    train(model, seen)
    assert kinds(seen) == set()
    record = seen.record()
    assert record.names == ("0", "2", "4", "6")
    assert record.activations == ("relu", "relu", "relu", "linear")
    assert record.at == (0, 10, 20, 30, 40, 50)
    assert all(state.update > 0 and state.flow > 0 for state in record.snapshots[0].states)


def test_numbers_are_those_of_the_tensors():
    model = mlp(nn.Tanh, depth=1)
    X, y = data()
    seen = watch(model)
    loss = nn.functional.binary_cross_entropy_with_logits(model(X[:64])[:, 0], y[:64])
    loss.backward()
    seen.step(loss)
    state = seen.record().snapshots[0].states[0]
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
        (lambda m: [p.requires_grad_(False) for p in m[2].parameters()], "frozen layer"),
    ],
)
def test_planted_faults_are_named(spoil, kind):
    model = mlp(nn.Tanh if kind == "saturated layer" else nn.ReLU)
    spoil(model)
    seen = watch(model, every=10, base_loss=LN2)
    train(model, seen)
    found = [finding for finding in seen.findings() if finding.kind == kind]
    assert found
    if kind != "saturated layer":
        assert found[0].place == "2"


def test_a_deep_sigmoid_vanishes():
    model = mlp(nn.Sigmoid, depth=12)
    seen = watch(model, every=10, base_loss=LN2)
    train(model, seen)
    assert "vanishing gradient" in kinds(seen)


def test_wrong_learning_rates_are_named():
    for rate, kind in ((3.0, "learning rate too high"), (1e-8, "learning rate too low")):
        model = mlp()
        seen = watch(model, every=10, base_loss=LN2)
        train(model, seen, rate=rate)
        assert kind in kinds(seen)


def test_a_model_that_has_diverged_is_told_without_a_warning(recwarn):
    model = mlp()
    model[0].weight.data.fill_(float("inf"))
    seen = watch(model, every=1)
    train(model, seen, steps=2)
    state = seen.record().snapshots[0].states[0]
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
    seen = watch(model, every=10, base_loss=LN2)
    train(model, seen)
    record = seen.record()
    assert record.names == ("first", "shared", "last")
    assert record.activations == ("relu", "relu", "linear")
    assert kinds(seen) == set()


def test_images_have_channels_as_units():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 1)
    )
    seen = watch(model, every=1)
    model(torch.randn(8, 1, 8, 8)).mean().backward()
    seen.step()
    assert seen.record().activations == ("relu", "linear")


def test_detaching_leaves_no_hook_and_watching_changes_no_weight():
    plain, watched = train(mlp()), mlp()
    seen = watch(watched, every=7)
    train(watched, seen)
    for one, other in zip(plain.parameters(), watched.parameters(), strict=True):
        assert torch.equal(one, other)
    seen.detach()
    for module in watched.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
    assert all(not p._post_accumulate_grad_hooks for p in watched.parameters())
    snapshots = len(seen.record().at)
    train(watched, seen, steps=5)
    assert len(seen.record().at) == snapshots


def test_evaluation_takes_no_snapshot():
    model = mlp()
    seen = watch(model, every=1)
    with torch.no_grad():
        model(data()[0])
    model.eval()
    model(data()[0])
    seen.step()
    assert seen.record().at == ()


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
    seen = watch(model, every=1)
    train(model, seen, steps=300)
    assert len(seen.record().at) <= 32


def test_lightning_feeds_the_watch(monkeypatch):
    class Callback:
        pass

    fake = types.ModuleType("lightning.pytorch")
    fake.Callback = Callback
    monkeypatch.setitem(sys.modules, "lightning.pytorch", fake)
    model = mlp()
    seen = watch(model, every=1, base_loss=LN2)
    callback = seen.lightning_callback()
    assert isinstance(callback, Callback)
    X, y = data()
    loss = nn.functional.binary_cross_entropy_with_logits(model(X)[:, 0], y)
    loss.backward()
    callback.on_train_batch_end(None, model, {"loss": loss}, None, 0)
    trainer = types.SimpleNamespace(callback_metrics={"val_loss": torch.tensor(0.5)})
    callback.on_validation_end(trainer, model)
    callback.on_fit_end(trainer, model)
    record = seen.record()
    assert record.at == (0,)
    assert record.held_out_loss == (0.5,)
    assert not model[0]._forward_hooks


def test_inputs_that_are_told_are_looked_at():
    X, y = data()
    model = mlp()
    seen = watch(model, every=10, base_loss=LN2)
    train(model, seen)
    seen.inputs(X, y)
    assert kinds(seen) == set()
    X[:, 3], X[:, 5], X[:, 7] = X[:, 3] * 1000, 1.0, y
    seen.inputs(X)
    assert kinds(seen) == {"unscaled input", "constant input"}
    seen.inputs(X, y[:, None])
    assert kinds(seen) == {"unscaled input", "constant input", "label leak"}
