"""Columns of new rows that have no names, or that no row has."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cases.known_table import RECORDS, TABLE, Y
from trueodds import Model, TableWarning, TrueOddsClassifier, TrueOddsError
from trueodds.table import read_table


@pytest.mark.usefixtures("tiny_recipe")
class TestPosition:
    """Arrays have no names: their columns are those of training, in the same order."""

    frame = TABLE.select("a", "b").to_pandas()

    def fit(self, X: Any) -> TrueOddsClassifier:
        return TrueOddsClassifier(effort="quick", n_jobs=1).fit(X, Y)

    def test_values_after_a_frame(self) -> None:
        model = self.fit(self.frame)
        expected = model.predict_proba(self.frame)
        with pytest.warns(TableWarning, match="X does not have valid feature names, but"):
            found = model.predict_proba(self.frame.to_numpy())
        assert found.tobytes() == expected.tobytes()
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.model_.predict(self.frame.to_numpy())
        assert found.tobytes() == expected[:, 1].tobytes()

    def test_a_frame_after_values(self) -> None:
        model = self.fit(self.frame.to_numpy())
        expected = model.predict_proba(self.frame.to_numpy())
        with pytest.warns(TableWarning, match="X has feature names, but"):
            found = model.predict_proba(self.frame)
        assert found.tobytes() == expected.tobytes()
        assert not hasattr(model, "feature_names_in_")

    def test_other_order_and_more_columns_of_a_frame(self) -> None:
        model = self.fit(self.frame)
        turned = self.frame[["b", "a"]].assign(extra=1)
        assert (model.predict_proba(turned) == model.predict_proba(self.frame)).all()
        with pytest.raises(TrueOddsError, match='has no column "b"'):
            model.predict(self.frame[["a"]])

    @pytest.mark.parametrize("width", [1, 3])
    def test_another_number_of_columns_is_refused(self, width: int) -> None:
        values = np.ones((4, width))
        for model in (self.fit(self.frame), self.fit(self.frame.to_numpy())):
            for used in (model, model.model_):
                with pytest.raises(TrueOddsError, match=f"X has {width} features, but Model is"):
                    used.predict(values)
        with pytest.raises(TrueOddsError, match=f"X has {width} features, but Model is"):
            self.fit(self.frame.to_numpy()).predict(pd.DataFrame(values))

    def test_names_that_are_numbers_and_objects_for_values(self) -> None:
        model = self.fit(pd.DataFrame(self.frame.to_numpy()))
        expected = model.predict_proba(pd.DataFrame(self.frame.to_numpy()))
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.predict_proba(self.frame.to_numpy().astype(object))
        assert found.tobytes() == expected.tobytes()

    def test_columns_ignored_count(self) -> None:
        """An array gives all columns of training, those that are not used too."""
        wide = self.frame.assign(k="same")[["k", "a", "b"]]
        model = self.fit(wide)
        with pytest.warns(TableWarning, match="taken by position"):
            found = model.predict_proba(wide.to_numpy())
        assert found.tobytes() == model.predict_proba(wide).tobytes()


@pytest.mark.usefixtures("tiny_recipe")
class TestAbsentKey:
    """A key of JSON that some training rows lacked may be absent from all new rows."""

    def model(self) -> Model:
        return TrueOddsClassifier().fit(RECORDS, Y).model_

    def test_it_is_missing_in_files_lists_and_single_rows(self, tmp_path: Path) -> None:
        model = self.model()
        expected = model.predict([{**row, "b": None} for row in RECORDS[:5]])
        short = [{k: v for k, v in row.items() if k != "b"} for row in RECORDS[:5]]
        lines, whole = tmp_path / "n.jsonl", tmp_path / "n.json"
        lines.write_text("\n".join(map(json.dumps, short)), encoding="utf-8")
        whole.write_text(json.dumps(short), encoding="utf-8")
        for rows in (short, read_table(lines), read_table(whole)):
            with pytest.warns(TableWarning, match='column "b": no row has it, so all 5 cells') as w:
                assert model.predict(rows).tobytes() == expected.tobytes()
            assert len(w) == 1
        for row, p in zip(short, expected, strict=True):
            with pytest.warns(TableWarning, match='column "b": no row has it'):
                assert model.predict(row)[0] == p

    def test_a_key_that_no_training_row_lacked_is_asked_for(self) -> None:
        model = self.model()
        with pytest.raises(TrueOddsError, match='no column "a"'):
            model.predict([{"b": 1.0, "c": "red"}])
        with pytest.raises(TrueOddsError, match='no column "a"'):
            model.predict({"b": 1.0, "c": "red"})

    def test_a_column_of_a_frame_is_asked_for(self) -> None:
        with pytest.raises(TrueOddsError, match='no column "b"'):
            self.model().predict(TABLE.drop("b"))
