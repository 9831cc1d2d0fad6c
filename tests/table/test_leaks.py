import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.table import as_frame, infer_schema, suspect_leaks, to_values
from trueodds.table.leaks import auc

RNG = np.random.default_rng(3)


def leaks(y: np.ndarray, **columns: object) -> dict[str, str]:
    frame = as_frame(pl.DataFrame(columns, strict=False))
    schema = infer_schema(frame)
    return suspect_leaks(to_values(frame, schema), schema, y.astype(np.uint8))


@pytest.mark.parametrize("rows", [60, 1000, 60_000])
@pytest.mark.parametrize("ordered", [False, True])
def test_planted_leaks_are_found_and_honest_columns_are_not(rows: int, ordered: bool) -> None:
    y = (RNG.random(rows) < 0.3).astype(np.uint8)
    y = np.sort(y) if ordered else y
    noise = RNG.normal(size=rows)
    found = leaks(
        y,
        high=y + 0.4 * RNG.random(rows),
        low=-1.0 * y + 0.4 * RNG.random(rows),
        code=np.where(y == 1, "p", np.where(noise > 0, "q", "r")),
        middle=np.where(y == 1, 5, np.where(noise > 0, 3, 9)),
        filled=np.where(y == 1, np.round(noise, 3), None),
        gone=np.where(y == 1, None, np.round(noise, 3)),
        strong=y + 1.2 * noise,
        noise=noise,
        many=[f"l{i}" for i in RNG.integers(0, rows // 2, size=rows)],
    )
    assert set(found) == {"high", "low", "code", "middle", "filled", "gone"}
    assert "high values alone mean yes: AUC 1.0000" in found["high"]
    assert "low values" in found["low"]
    assert "3 levels" in found["code"]
    assert "filled in exactly where the answer is yes" in found["filled"]
    assert "missing exactly where the answer is yes" in found["gone"]


def test_small_tables_and_rare_classes_stay_silent() -> None:
    y = np.arange(49) % 2
    assert leaks(y, a=y + 0.5) == {}
    y = (np.arange(100) < 4).astype(int)
    assert leaks(y, a=y + 0.5) == {}
    assert leaks(np.zeros(100), a=np.arange(100) / 7) == {}


def test_by_chance_alone_nothing_is_found_in_many_columns() -> None:
    y = np.arange(50) % 2
    columns = {f"c{i}": RNG.normal(size=50) for i in range(500)}
    assert leaks(y, **columns) == {}


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2))
def test_auc_is_the_share_of_pairs_in_order(pairs: list[tuple[int, bool]]) -> None:
    score = np.array([float(s) for s, _ in pairs])
    y = np.array([b for _, b in pairs], dtype=np.uint8)
    if y.min() == y.max():
        return
    yes, no = score[y == 1], score[y == 0]
    wins = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    assert auc(score, y) == pytest.approx(wins)
