import numpy as np
import polars as pl

from trueodds.columns import infer_schema, to_values
from trueodds.columns.ranked import RankedColumn, ranked_columns
from trueodds.table import as_frame


def test_cells_become_ranks_and_missing_the_last_code() -> None:
    frame = as_frame(
        pl.DataFrame({"n": [2.5, None, -1.0, 2.5, 7.0], "c": ["b", "a", None, "a", "a"]})
    )
    schema = infer_schema(frame)
    number, category = ranked_columns(to_values(frame, schema), schema, np.arange(5))
    assert (number.codes.tolist(), number.size, number.ordered) == ([1, 3, 0, 1, 2], 3, True)
    assert category.codes[2] == category.size == 2
    assert not category.ordered
    few = number.take(np.array([0, 1, 4]))
    assert (few.codes.tolist(), few.size) == ([0, 2, 1], 2)


def test_levels_are_ordered_by_their_share_and_rare_ones_by_the_base_rate() -> None:
    codes = np.repeat([0, 1, 2, 3], [10, 10, 10, 2]).astype(np.int32)
    y = np.repeat([1.0, 0, 1, 0, 1], [10, 10, 5, 5, 2])
    ordered = RankedColumn("c", False, codes, 4).by_share(np.ones(32, dtype=np.bool_), y)
    low, high = ordered.codes[10], ordered.codes[0]
    assert ordered.ordered
    assert low < ordered.codes[20] < high
    assert low < ordered.codes[30] < high  # two rows of yes prove nothing


def test_bins_have_about_as_many_rows_each() -> None:
    codes = np.append(np.arange(1000), [1000, 1000]).astype(np.int32)
    learn = np.ones(1002, dtype=np.bool_)
    binned = RankedColumn("n", True, codes, 1000).binned(10, learn)
    assert binned[-2:].tolist() == [10, 10]
    counts = np.bincount(binned[:-2])
    assert len(counts) == 10
    assert counts.min() > 90
