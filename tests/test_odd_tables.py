"""Odd tables end in a sensible model or in one sentence that names what is wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from trueodds.columns import read_target
from trueodds.errors import TrueOddsError
from trueodds.main_job import FitResult, learn
from trueodds.table import as_frame, read_table
from trueodds.table.frame import Frame

pytestmark = pytest.mark.usefixtures("tiny_recipe")
RNG = np.random.default_rng(0)
ROWS = 80
Y = (RNG.random(ROWS) < 0.4).astype(int)
GOOD = Y + RNG.normal(size=ROWS)


def fit(columns: dict[str, Any], y: Any = Y) -> FitResult:
    return fit_frame(as_frame(pl.DataFrame({**columns, "y": y}, strict=False)))


def fit_frame(frame: Frame) -> FitResult:
    target = read_target(frame.column("y"), name="y", source=frame.source)
    learned = learn(frame.without(["y"]), target, jobs=1)
    probability = learned.model.predict(frame)
    assert probability.shape == (frame.rows,)
    assert ((probability > 0.0) & (probability < 1.0)).all()
    return learned


def refused(columns: dict[str, Any], y: Any = Y) -> str:
    with pytest.raises(TrueOddsError) as caught:
        fit(columns, y)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


def test_no_usable_column_is_refused_by_name() -> None:
    sentence = refused({"same": [1] * ROWS, "nothing": [None] * ROWS})
    assert '"same"' in sentence
    assert "constant" in sentence
    assert "empty" in sentence


def test_no_column_beside_the_target_is_refused() -> None:
    assert "none" in refused({})


def test_one_row_of_a_class_is_refused_with_its_count() -> None:
    y = np.zeros(ROWS, dtype=int)
    y[3] = 1
    sentence = refused({"x": GOOD}, y)
    assert 'the target "y" is "1" in only 1 row of 80' in sentence


@pytest.mark.parametrize(
    ("labels", "said"),
    [(["a"] * ROWS, "a"), ((["a", "b", "c", "a"] * ROWS)[:ROWS], "c")],
    ids=["one", "three"],
)
def test_one_or_three_labels_are_refused_with_counts(labels: list[str], said: str) -> None:
    sentence = refused({"x": GOOD}, labels)
    assert f'"{said}"' in sentence
    assert str(labels.count(said)) in sentence


@pytest.mark.parametrize(
    "odd",
    [
        [None] * ROWS,
        [float("inf")] * (ROWS // 2) + [float("-inf")] * (ROWS // 2),
        [*GOOD[:-2], float("inf"), float("-inf")],
        [1e308, -1e308] * (ROWS // 2),
        [5e-324, 0.0] * (ROWS // 2),
        ["same"] * ROWS,
        [f"level {i % 61}" for i in range(ROWS)],
        [f"free text number {i}" for i in range(ROWS)],
        list(range(ROWS)),
        ["12", " 13 ", "?", ""] * (ROWS // 4),
        [True, False] * (ROWS // 2),
        ["2024-01-31", "1999-12-01", None, "2030-06-15"] * (ROWS // 4),
    ],
    ids=str,
)
def test_an_odd_column_beside_a_good_one_makes_a_model(odd: list[Any]) -> None:
    learned = fit({"good": GOOD, "odd": odd})
    assert "good" in [column.name for column in learned.model.schema.used]


def test_more_columns_than_rows_make_a_model() -> None:
    wide = {f"x{i}": RNG.normal(size=ROWS) for i in range(400)}
    assert len(fit(wide).model.schema.used) == 400


def test_thousands_of_levels_make_a_model() -> None:
    rows = 6000
    levels = [f"town {i % 2500}" for i in range(rows)]
    y = (RNG.random(rows) < 0.5).astype(int)
    learned = fit({"town": levels, "x": RNG.normal(size=rows)}, y)
    assert len(learned.model.schema.used[0].levels) == 2500
    # A level that training never saw is scored too.
    assert np.isfinite(learned.model.log_odds({"town": "elsewhere", "x": 0.0})).all()


def test_a_file_with_doubtful_headers_and_latin_1_makes_a_model(tmp_path: Path) -> None:
    lines = [";a;a;stra\u00dfe;y"]
    for i in range(ROWS):
        town = ["M\u00fcnchen", "K\u00f6ln"][i % 2]
        lines.append(f"{i};{GOOD[i]:.3f};{i % 7};{town};{'ja' if Y[i] else 'nein'}")
    path = tmp_path / "odd.csv"
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    learned = fit_frame(read_table(path))
    names = {column.name: column.kind for column in learned.model.schema.columns}
    assert names["Unnamed: 0"] == "ignored"
    assert {"a", "a.1", "stra\u00dfe"} <= set(names)
    assert any("Latin-1" in note for note in learned.model.notes)
