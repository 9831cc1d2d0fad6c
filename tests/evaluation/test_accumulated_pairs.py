"""Second differences added up: a product comes back, and a sum leaves nothing."""

import numpy as np
import pytest

from trueodds.evaluation.accumulated_pairs import interactions, rows_at, size_of

HIGH, WIDE = 4, 5


def second_differences(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    changes = np.diff(np.diff(grid, axis=0), axis=1)
    first, second = np.indices(changes.shape).reshape(2, -1)
    return changes.ravel(), first, second


def test_what_no_sum_explains_comes_back() -> None:
    rng = np.random.default_rng(0)
    rows = rng.uniform(1.0, 9.0, (HIGH, WIDE))
    plain = np.arange(float(HIGH))[:, None] ** 2 - np.sin(np.arange(float(WIDE)))
    product = np.outer(rng.normal(size=HIGH), rng.normal(size=WIDE))
    changes, first, second = second_differences(product)
    alone = second_differences(plain)[0]
    found = interactions(np.stack([alone, changes, changes + alone]), first, second, rows)
    assert np.abs(found[0]).max() < 1e-12
    np.testing.assert_allclose(found[1], found[2], atol=1e-12)
    for axis in (0, 1):
        np.testing.assert_allclose((found[1] * rows).sum(axis=axis), 0.0, atol=1e-10)
    # What was taken off is a sum of two functions.
    np.testing.assert_allclose(np.diff(np.diff(product - found[1], axis=0), axis=1), 0.0, atol=1e-9)
    assert size_of(found[1], rows) > 0.1


def test_cells_without_rows_take_the_nearest_and_zeros_stay_zeros() -> None:
    grid = np.outer(np.arange(float(HIGH)), np.arange(float(WIDE)))
    changes, first, second = second_differences(grid)
    rows = np.ones((HIGH, WIDE))
    kept = np.arange(len(changes)) % 3 > 0
    some = interactions(
        np.stack([changes[kept], 0.0 * changes[kept]]), first[kept], second[kept], rows
    )
    whole = interactions(changes[None], first, second, rows)
    np.testing.assert_allclose(some[0], whole[0], atol=1e-12)
    assert not some[1].any()


def test_rows_between_places_count_to_both() -> None:
    found = rows_at(np.array([0.0, 1.5, 2.0]), np.array([0.25, 1.0, 1.0]), (3, 2))
    expected = np.array([[0.75, 0.25], [0.0, 0.5], [0.0, 1.5]])
    np.testing.assert_allclose(found, expected)
    assert found.sum() == pytest.approx(3.0)
