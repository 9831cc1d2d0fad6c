import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from trueodds.ensemble.calibrator import fit_slopes
from trueodds.evaluation.scores import score
from trueodds.evaluation.sums import dot


def test_dot_is_the_sum_of_products() -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 10_007))
    assert dot(a, b) == pytest.approx(sum((a * b).tolist()), rel=1e-12)
    assert dot(a[:0], b[:0]) == 0.0


def test_scores_and_calibrator_do_not_depend_on_the_threads_of_blas() -> None:
    rng = np.random.default_rng(1)
    z = rng.standard_normal(60_000)
    y = (rng.random(60_000) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(limits=threads, user_api="blas"):
            slopes, shift = fit_slopes(z[:, None], y)
            found.append((score(y, z, draws=20), slopes.tolist(), shift))
    assert found[0] == found[1] == found[2]
