"""Which rows to call: by the model's costs, by given ones, and by those of a column."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds import Model, load
from trueodds.errors import ModelFileError, TableError, UsageError
from trueodds.evaluation.costs import Costs
from trueodds.json_text import json_text
from trueodds.model import file
from trueodds.model.model import from_bytes


@pytest.fixture
def model(golden_called) -> Model:
    return replace(golden_called("relu").model, costs=Costs(1.0, 4.0))


@pytest.fixture
def rows(golden_called) -> list[dict]:
    return golden_called("relu").cells[:24]


def called(model: Model, rows: list[dict], **costs: object) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return model.calls(rows, **costs)


def test_the_models_costs_decide_unless_others_are_given(model: Model, rows: list[dict]) -> None:
    p = model.predict(rows)
    assert np.array_equal(called(model, rows), p >= 0.2)
    assert np.array_equal(called(model, rows, cost_fp=4.0), p >= 0.5)
    assert np.array_equal(called(model, rows, benefit=5.0), p >= 0.1)
    plain = replace(model, costs=None)
    assert np.array_equal(called(plain, rows, cost_fn=3.0), p >= 0.25)
    assert 0 < called(plain, rows, cost_fn=3.0).sum() < len(rows)


def test_costs_by_row_come_from_a_column_or_an_array(model: Model, rows: list[dict]) -> None:
    p, price = model.predict(rows), np.linspace(0.5, 9.0, len(rows))
    expected = p >= price / (price + 4.0)
    assert np.array_equal(called(model, rows, cost_fp=price), expected)
    priced = [{**row, "price": x} for row, x in zip(rows, price.tolist(), strict=True)]
    assert np.array_equal(called(model, priced, cost_fp="price"), expected)
    with pytest.raises(TableError, match='has no column "prize"'):
        called(model, priced, cost_fp="prize")
    with pytest.raises(TableError, match=r"costs have shape \(2,\)"):
        called(model, rows, cost_fp=[1.0, 2.0])


def test_without_any_costs_there_is_no_decision(model: Model, rows: list[dict]) -> None:
    with pytest.raises(UsageError, match="give --cost-fp and --cost-fn, or fit with them"):
        called(replace(model, costs=None), rows)


def test_a_file_keeps_the_costs_and_a_model_without_them_its_bytes(
    model: Model, golden_called, tmp_path: Path
) -> None:
    model.save(tmp_path / "a.odds")
    back = load(tmp_path / "a.odds")
    assert back.costs is not None
    assert back.costs.numbers() == (1.0, 4.0, 0.0)
    golden = golden_called("relu")
    assert b"costs" not in file.to_bytes(golden.model)
    assert golden.model.costs is None


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), None])
def test_costs_out_of_range_are_a_damaged_file(model: Model, monkeypatch, wrong) -> None:
    def damaged(header: dict) -> str:
        costs = {"false_positive": wrong, "false_negative": 1.0, "benefit": 0.0}
        return json_text({**header, "costs": costs})

    monkeypatch.setattr(file, "json_text", damaged)
    data = file.to_bytes(model)
    with pytest.raises(ModelFileError, match="is damaged"):
        from_bytes(data)
