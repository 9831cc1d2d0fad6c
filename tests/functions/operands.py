"""Arrays that every function takes, by its name."""

import numpy as np

UNARY = ["sigmoid", "sigmoid_grad", "logit", "log_sigmoid", "softplus"]
BINARY = ["log_loss_from_logits", "log_loss_grad_from_logits"]
REALS = [np.float16, np.float32, np.float64]
rng = np.random.default_rng(5)


def operands(name: str, shape: tuple[int, ...], dtype: type = np.float64) -> list[np.ndarray]:
    if name in BINARY:
        return [rng.normal(size=shape).astype(dtype), rng.integers(0, 2, shape).astype(dtype)]
    low, high = (0.01, 0.99) if name == "logit" else (-20.0, 20.0)
    return [rng.uniform(low, high, shape).astype(dtype)]
