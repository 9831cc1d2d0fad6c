"""The drawn rows: as many as are wanted, whatever the order of the files, and drawn at random."""

import numpy as np

from trueodds.columns.row_share import drawn_rows

FILES = [("a.parquet", 5_000), ("b/c.parquet", 1), ("d.parquet", 0), ("e.parquet", 20_000)]


def held(files: list[tuple[str, int]], wanted: int, seed: int = 0) -> dict[str, np.ndarray]:
    share = drawn_rows(files, wanted, seed)
    assert share is not None
    return {name: share.holds(name, np.arange(1, rows + 1)) for name, rows in files}


def test_as_many_rows_as_wanted_are_drawn_whatever_the_order_of_the_files() -> None:
    for wanted in (1, 7, 2_000, 25_000):
        rows = held(FILES, wanted)
        assert sum(int(found.sum()) for found in rows.values()) == wanted
        again = held(FILES[::-1], wanted)
        assert all((rows[name] == again[name]).all() for name, _ in FILES)
    assert drawn_rows(FILES, 25_001, 0) is None


def test_another_seed_draws_others_and_files_have_their_part() -> None:
    first, second = held(FILES, 5_000), held(FILES, 5_000, seed=1)
    both = sum(int((first[name] & second[name]).sum()) for name, _ in FILES)
    assert abs(both - 1_000) < 150  # a fifth of a fifth of 25,000
    assert abs(int(first["a.parquet"].sum()) - 1_000) < 150
    # Neither the first rows nor every n-th row are preferred.
    places = np.flatnonzero(first["e.parquet"])
    assert abs(places.mean() - 10_000) < 400
    assert abs(int((places % 2).sum()) - len(places) / 2) < 150


def test_a_larger_share_holds_the_smaller_one() -> None:
    small, large = held(FILES, 500), held(FILES, 600)
    assert all((large[name] | ~small[name]).all() for name, _ in FILES)
