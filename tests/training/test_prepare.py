"""Folds and inputs: what a fold's members see depends on no label of the rows left out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trueodds.array_store import Store, lies_in
from trueodds.columns import read_target
from trueodds.columns.describe import Table, describe
from trueodds.errors import TableError, TrainingError
from trueodds.features.target_encoding import TargetEncoding, encode_targets
from trueodds.table import as_frame
from trueodds.training import prepare as module
from trueodds.training.prepare import prepare
from trueodds.training.recipe import Recipe

RECIPE = replace(Recipe(), folds=4)


def table(columns: dict, answer: list[str]) -> Table:
    frame = as_frame(pl.DataFrame(columns))
    target = read_target(pl.Series("y", answer), name="y")
    return describe(frame, target, weight=None, groups=None, time=None, drop=(), keep=Store().keep)


def _telling(tables: tuple[TargetEncoding, ...]) -> list[TargetEncoding]:
    return [table for table in tables if table.log_odds.any()]


@pytest.mark.parametrize("kind", ["one", "two", "time"])
def test_labels_of_the_rows_left_out_are_in_no_input_of_their_fold(stages, kind) -> None:
    of = stages(kind)
    data = of.prepared.data
    assert data.fold_features[0].shape[1] > 0  # columns have a target encoding
    assert len(data.fold_features) == len(of.prepared.target_encodings) == data.folds.count
    for fold in range(data.folds.held):
        there = data.folds.held_out(fold)
        if kind == "time":
            there = np.flatnonzero(data.folds.of_row[0] >= fold)
        y = of.table.y.copy()
        y[there] = 1 - y[there]
        flipped = replace(of.table, y=y)
        again = prepare(flipped, of.recipe, 0, Store())
        assert np.array_equal(again.folds.of_row, data.folds.of_row)
        assert np.array_equal(again.data.shared, data.shared)
        # Crosses that other folds find may be other ones, but are 0 here.
        told, told_again = (
            features[fold][:, features[fold].any(axis=0)]
            for features in (data.fold_features, again.data.fold_features)
        )
        assert np.array_equal(told_again, told)
        for before, after in zip(
            _telling(of.prepared.target_encodings[fold]),
            _telling(again.target_encodings[fold]),
            strict=True,
        ):
            assert np.array_equal(before.log_odds, after.log_odds)
        others = [f for f in range(data.folds.count) if f != fold and f >= fold]
        assert all(
            not np.array_equal(again.data.fold_features[f], data.fold_features[f]) for f in others
        )


def _worded() -> Table:
    """A table of comments: one word decides, and others have an effect each."""
    rng = np.random.default_rng(0)
    words = np.array([a + b + c for a in "bdgkl" for b in "aeiou" for c in "nst"])
    has = rng.random((600, len(words))) < 0.1
    z = has @ rng.normal(0.0, 1.2, len(words))
    answer = np.where(rng.random(600) < 1.0 / (1.0 + np.exp(z.mean() - z)), "yes", "no")
    comments = [" ".join(rng.permutation(words[row])) for row in has]
    return table({"said": comments, "x": rng.normal(size=600)}, answer.tolist())


def test_labels_of_the_rows_left_out_choose_no_word_and_no_effect_of_their_fold() -> None:
    worded = _worded()
    prepared = prepare(worded, RECIPE, 0, Store())
    of_all = prepared.data.fold_features
    assert any(t.text and len(t.text.places) > 1 for t in prepared.target_encodings[0])
    fold = 1
    there = prepared.folds.held_out(fold)
    y = worded.y.copy()
    y[there] = 1 - y[there]
    again = prepare(replace(worded, y=y), RECIPE, 0, Store())
    assert np.array_equal(again.folds.of_row, prepared.folds.of_row)

    def told(features: np.ndarray) -> list[bytes]:
        """Inputs that the fold found; others are 0, and may be other ones."""
        return sorted(column.tobytes() for column in features.T if column.any())

    assert told(again.data.fold_features[fold]) == told(of_all[fold])
    assert len(told(of_all[fold])) > 1
    assert told(again.data.fold_features[0]) != told(of_all[0])


def test_a_word_that_a_fold_did_not_find_is_0_there_and_its_networks_do_not_see_it() -> None:
    prepared = prepare(_worded(), RECIPE, 0, Store())
    width, others = prepared.encoder.width, 0
    for fold, tables in enumerate(prepared.target_encodings):
        for position, each in enumerate(tables):
            if each.text is not None and not each.log_odds.any():
                others += 1
                assert not prepared.data.fold_features[fold][:, position].any()
                assert width + position in prepared.data.unseen[fold]
    assert others > 0


def test_texts_of_noise_are_ignored_and_a_table_of_texts_alone_can_be_learnt() -> None:
    worded = _worded()
    noise = replace(worded, y=np.random.default_rng(1).integers(0, 2, 600).astype(np.uint8))
    found = prepare(noise, RECIPE, 0, Store())
    assert found.table.schema.columns[0].kind == "ignored"
    assert found.table.columns == ["x"]
    assert all(t.text is None for tables in found.target_encodings for t in tables)
    alone = replace(worded, schema=replace(worded.schema, columns=worded.schema.columns[:1]))
    assert prepare(alone, RECIPE, 0, Store()).data.width > 0
    with pytest.raises(TableError, match=r"no column can be used .*words tell nothing"):
        prepare(replace(alone, y=noise.y), RECIPE, 0, Store())


@pytest.mark.parametrize("kind", ["two", "time"])
def test_rows_left_out_get_the_target_encoding_of_new_rows(stages, kind) -> None:
    prepared, values = stages(kind).prepared, stages(kind).table.values
    for fold in range(prepared.folds.held):
        rows = prepared.folds.held_out(fold)
        plain = encode_targets(values, prepared.target_encodings[fold])
        assert np.array_equal(prepared.data.fold_features[fold][rows], plain[rows])
        shown = prepared.folds.trained_on(fold)
        assert not np.array_equal(prepared.data.fold_features[fold][shown], plain[shown])


def test_target_encodings_of_the_model_are_those_of_its_folds(stages) -> None:
    two, time = stages("two").prepared, stages("time").prepared
    assert two.shipped_target_encodings == two.target_encodings
    assert time.shipped_target_encodings == time.target_encodings[-1:]
    assert len(time.target_encodings) == 5


def test_inputs_are_the_encoder_s_whatever_the_blocks_of_rows(stages, monkeypatch) -> None:
    of = stages("weighted")
    prepared = of.prepared
    assert np.array_equal(prepared.data.shared, prepared.encoder.encode(of.table.values))
    monkeypatch.setattr(module, "ROWS", 37)
    again = prepare(of.table, of.recipe, 0, Store())
    assert np.array_equal(again.data.shared, prepared.data.shared)
    np.testing.assert_allclose(prepared.data.sample_weight, of.table.sample_weight, rtol=1e-6)
    assert np.array_equal(prepared.data.y, of.table.y)
    assert stages("one").prepared.data.sample_weight.tolist() == [1.0] * 400


def test_every_input_belongs_to_a_column(stages) -> None:
    of = stages("two")
    data = of.prepared.data
    assert len(data.columns) == len(of.table.columns)
    assert set(np.concatenate(data.columns).tolist()) == set(range(data.width))


def test_few_rows_are_cut_twice_and_many_once(stages) -> None:
    assert stages("two").prepared.folds.partitions == 2
    assert stages("groups").prepared.folds.partitions == 2
    assert stages("one").prepared.folds.partitions == 1
    assert stages("time").prepared.folds.partitions == 1


def test_large_inputs_lie_in_the_store(stages, tmp_path) -> None:
    of = stages("one")
    prepared = prepare(of.table, of.recipe, 0, Store(tmp_path, limit=1))
    assert lies_in(prepared.data.shared, tmp_path / "shared.npy")
    assert lies_in(prepared.data.fold_features[3], tmp_path / "fold_features3.npy")
    assert np.array_equal(prepared.data.shared, of.prepared.data.shared)


def test_no_usable_column_is_an_error() -> None:
    answer = ["yes", "no"] * 20
    with pytest.raises(TableError, match=r'no column can be used to forecast "y": "unit" \('):
        prepare(table({"unit": ["kg"] * 40}, answer), RECIPE, 0, Store())


def test_folds_that_cannot_be_made_name_the_table() -> None:
    made = table({"x": [number % 7 for number in range(40)]}, ["yes", "no"] * 20)
    with pytest.raises(TrainingError, match=f"^{made.source}: the group column has a single value"):
        prepare(replace(made, groups=np.zeros(40)), RECIPE, 0, Store())
