"""Effects of words are those of a ridge regression, and a row's own label is not in its own."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from trueodds.features import word_effects as module
from trueodds.features.level_effects import Start
from trueodds.features.word_effects import BASE_VARIANCE, word_effects
from trueodds.functions import log_loss_from_logits

ROWS, WORDS, FOLDS = 400, 12, 5


def drawn(seed: int, effect: NDArray[np.float64]) -> tuple[NDArray[np.float64], Start]:
    rng = np.random.default_rng(seed)
    X = (rng.random((ROWS, WORDS)) < np.linspace(0.05, 0.6, WORDS)).astype(np.float64)
    z = X @ effect - 0.5
    y = (rng.random(ROWS) < 1.0 / (1.0 + np.exp(-z))).astype(np.float64)
    weight = rng.uniform(0.5, 2.0, ROWS)
    inner = rng.permutation(ROWS) % FOLDS
    return X, Start(y, weight, inner, FOLDS, rng.normal(0.0, 0.2, ROWS))


def ridge(X: NDArray[np.float64], start: Start, weight: NDArray[np.float64], variance: float):
    """Effects and intercept by a general minimiser."""

    def loss(beta: NDArray[np.float64]) -> float:
        z = start.log_odds + X @ beta[:-1] + beta[-1]
        pull = np.sum(beta[:-1] ** 2) / variance + beta[-1] ** 2 / BASE_VARIANCE
        return float(np.sum(weight * log_loss_from_logits(z, start.y)) + 0.5 * pull)

    return minimize(loss, np.zeros(WORDS + 1), method="L-BFGS-B", options={"ftol": 1e-14}).x


@pytest.mark.parametrize("variance", [0.01, 0.25])
def test_effects_are_those_of_a_ridge_regression(monkeypatch, variance: float) -> None:
    monkeypatch.setattr(module, "VARIANCES", np.array([variance]))
    X, start = drawn(0, np.linspace(-1.0, 1.0, WORDS))
    found = word_effects(csr_array(X), start)
    expected = ridge(X, start, start.weight, variance)
    assert np.allclose(found.words, expected[:-1], atol=2e-3)
    for fold in range(FOLDS):
        there = start.inner == fold
        beta = ridge(X, start, start.weight * ~there, variance)
        assert np.allclose(found.inner[there], X[there] @ beta[:-1], atol=5e-3)
        assert np.allclose(found.inner_base[there], beta[-1], atol=2e-3)


def test_labels_of_an_inner_fold_are_not_in_its_rows_effects(monkeypatch) -> None:
    monkeypatch.setattr(module, "VARIANCES", np.array([0.1]))
    X, start = drawn(1, np.linspace(-1.0, 1.0, WORDS))
    before = word_effects(csr_array(X), start)
    there = start.inner == 2
    flipped = Start(
        np.where(there, 1.0 - start.y, start.y), start.weight, start.inner, FOLDS, start.log_odds
    )
    after = word_effects(csr_array(X), flipped)
    assert np.array_equal(after.inner[there], before.inner[there])
    assert not np.allclose(after.inner[~there], before.inner[~there])


def test_strong_effects_take_the_larger_variance_and_noise_the_smallest() -> None:
    X, start = drawn(2, np.linspace(-3.0, 3.0, WORDS))
    strong = word_effects(csr_array(X), start)
    X, start = drawn(3, np.zeros(WORDS))
    weak = word_effects(csr_array(X), start)
    assert np.abs(strong.words).mean() > 0.5
    assert np.abs(weak.words).mean() < 0.05
