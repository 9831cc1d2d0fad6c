"""PyTorch models to watch, and their training."""

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

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


def train(model, monitor=None, steps=60, rate=1e-3, left_out=()):
    """Train all parameters but those whose name begins with one of ``left_out``."""
    X, y = data()
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    parameters = [p for name, p in named if not name.startswith(tuple(left_out))]
    optimiser = torch.optim.Adam(parameters, lr=rate)
    torch.manual_seed(2)
    for _ in range(steps):
        rows = torch.randint(0, 512, (64,))
        optimiser.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(X[rows])[:, 0], y[rows])
        loss.backward()
        optimiser.step()
        if monitor is not None:
            monitor.step(loss)
    return model


def kinds(monitor):
    return {finding.kind for finding in monitor.findings()}
