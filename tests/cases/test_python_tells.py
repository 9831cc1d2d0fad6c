"""Python says what the command line says: as warnings, as attributes and in ``repr``."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import trueodds
from cases.people import ROWS, TRAIN, X, Y, people, told
from trueodds import LeakWarning, TableWarning, TrueOddsClassifier
from trueodds.cli.app import app


class TestFit:
    @pytest.mark.usefixtures("tiny_recipe")
    def test_what_the_command_notes_is_warned_kept_and_in_repr(self, tmp_path: Path) -> None:
        """The notes of the command line and those of Python have the same words."""
        table = TRAIN.assign(
            constant=1,
            empty=None,
            who=[f"k{i}" for i in range(ROWS)],
            said=[f"this is remark {i} of mine" for i in range(ROWS)],
            number=[*["7"] * 149, "seven", *["8"] * 150],
        )
        path = tmp_path / "t.csv"
        table.to_csv(path, index=False)
        fit = ["fit", str(path), "--target", "y", "--out", str(tmp_path / "m.odds"), "--no-report"]
        done = CliRunner().invoke(app, fit)
        assert done.exit_code == 0, done.output
        model = TrueOddsClassifier()
        found = told(lambda: model.fit(table.drop(columns="y"), table["y"]))
        aside = {
            "constant": 'constant: every cell is "1"',
            "empty": "empty: every cell is missing",
            "who": "identifier: 300 different texts in 300 rows",
            "said": "free text: 300 different texts in 300 rows, whose words tell nothing",
        }
        for name, reason in aside.items():
            assert f'column "{name}" is not used: {reason}' in found
            assert f"{name} ({reason})" in done.output
        (odd,) = [note for note in found if '"seven"' in note]
        assert odd.startswith('column "number": 1 cell is no number and counts as missing')
        assert odd.split(" (")[0] in done.output
        assert len(found) == 5
        assert list(model.notes_) == found
        for note in found:
            assert note in repr(model)
            assert note in repr(model.model_)
        assert 'is "yes"' in model.model_.summary()

    @pytest.mark.usefixtures("tiny_recipe")
    def test_many_columns_ignored_are_a_few_warnings(self) -> None:
        wide = X.assign(**{f"k{i}": 1 for i in range(100)})
        found = told(lambda: TrueOddsClassifier().fit(wide, Y))
        assert len(found) == 8
        assert found[-1] == "93 more columns are not used: see summary()"

    @pytest.mark.usefixtures("tiny_recipe")
    def test_leaks_are_warnings_of_both_classes(self) -> None:
        leaky = X.assign(paid=(Y == "yes") * 2.5)
        model = TrueOddsClassifier()
        with pytest.warns(LeakWarning, match='"paid" alone gives the answer away'):
            model.fit(leaky, Y)
        assert issubclass(LeakWarning, TableWarning)
        assert issubclass(TableWarning, UserWarning)
        assert '"paid" alone gives the answer away' in repr(model)

    @pytest.mark.usefixtures("tiny_recipe")
    def test_a_warning_can_be_an_error(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error", trueodds.TableWarning)
            with pytest.raises(TableWarning, match="constant"):
                TrueOddsClassifier().fit(X.assign(k=1), Y)

    def test_a_plain_table_is_silent(self) -> None:
        model = TrueOddsClassifier(effort="quick", n_jobs=1)
        assert told(lambda: model.fit(X, Y)) == []
        assert model.notes_ == ()
        assert repr(model) == "TrueOddsClassifier(effort='quick', n_jobs=1)"
        assert told(lambda: model.predict_proba(X)) == []

    @pytest.mark.usefixtures("tiny_recipe")
    @pytest.mark.parametrize(
        ("no", "yes", "guess"),
        [
            ("no", "yes", None),
            (0, 1, None),
            (False, True, None),
            (-1.0, 1.0, None),
            ("healthy", "sick", None),
            ("bad", "good", "bad"),  # a word for yes: what one wants the odds of
            ("1", "2", "1"),  # surveys
            (1, 2, "1"),
        ],
    )
    def test_another_yes_than_the_command_lines_is_said(
        self, no: Any, yes: Any, guess: str | None
    ) -> None:
        y = np.array([yes if label == "yes" else no for label in Y])
        model = TrueOddsClassifier()
        found = told(lambda: model.fit(X, y))
        assert len(found) == (guess is not None)
        if guess is not None:
            assert f'the command line takes "{guess}"' in found[0]
            assert f'positive="{guess}"' in found[0]
        assert (model.classes_ == [no, yes]).all()
        assert (model.predict_proba(X)[:, 1] == model.model_.predict(X)).all()


class TestForecast:
    CHANGES: tuple[tuple[str, Callable[[pd.DataFrame], Any], str], ...] = (
        ("text for a number", lambda t: t["x"].astype(object).where(t.index > 2, "abc"), "x"),
        ("text for dates", lambda t: t["day"].astype(object).where(t.index > 2, "soon"), "day"),
        ("unseen levels", lambda t: t["town"].where(t.index > 2, "Paris"), "town"),
        ("far beyond", lambda t: t["x"].where(t.index > 2, 1e6), "x"),
        ("infinite", lambda t: t["x"].where(t.index > 2, np.inf), "x"),
        ("missing", lambda t: t["x"].where(t.index > 2), "x"),
        ("missing dates", lambda t: t["day"].where(t.index > 2), "day"),
        ("missing levels", lambda t: t["town"].where(t.index > 2), "town"),
    )

    @pytest.mark.parametrize(("what", "change", "column"), CHANGES)
    def test_each_is_one_warning_with_column_count_and_example(
        self,
        of_people: TrueOddsClassifier,
        what: str,
        change: Callable[[pd.DataFrame], Any],
        column: str,
    ) -> None:
        new = X.assign(**{column: change(X)})
        model = of_people.model_
        for call in (of_people.predict, of_people.predict_proba, of_people.decision_function):
            (sentence,) = told(lambda call=call: call(new))
            assert f'column "{column}": 3 ' in sentence
            assert "missing" in what or "such as" in sentence
        for call in (model.predict, model.log_odds, model.predict_proba):
            assert told(lambda call=call: call(new)) == [sentence]
        assert model.notes_on(new) == (sentence,)
        # A single row goes another way, to the same forecast.
        row = new.iloc[0].to_dict()
        (alone,) = told(lambda: model.predict(row))
        assert f'column "{column}": 1 ' in alone
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert model.predict(row)[0] == model.predict(new)[0]
        assert told(lambda: model.predict(new.iloc[5].to_dict())) == []

    def test_the_command_line_says_the_same(
        self, of_people: TrueOddsClassifier, tmp_path: Path
    ) -> None:
        new = X.assign(town=X["town"].where(X.index > 2, "Paris"))
        new.to_csv(tmp_path / "new.csv", index=False)
        of_people.model_.save(tmp_path / "m.odds")
        out = tmp_path / "out.csv"
        done = CliRunner().invoke(
            app,
            ["predict", str(tmp_path / "m.odds"), str(tmp_path / "new.csv"), "--out", str(out)],
        )
        (sentence,) = told(lambda: of_people.predict(new))
        before, _ = sentence.split(" (DataFrame")
        assert f"Differs from training: {before} (new.csv, line 2)" in done.output

    def test_many_columns_that_differ_are_a_few_warnings(self) -> None:
        rng = np.random.default_rng(0)
        values = pd.DataFrame(rng.normal(size=(80, 20)), columns=[f"c{i}" for i in range(20)])
        model = TrueOddsClassifier(effort="quick", n_jobs=1).fit(values, values["c0"] > 0)
        found = told(lambda: model.predict(values * 1000))
        assert len(found) == 8
        assert found[-1] == "13 more columns differ from training: see notes_on"

    def test_evaluation_warns_of_what_it_notes_and_is_short(
        self, of_people: TrueOddsClassifier
    ) -> None:
        new = people(200, seed=9)
        found = of_people.model_.evaluate(new)
        assert told(lambda: of_people.model_.evaluate(new)) == []
        text = repr(found)
        assert text.startswith("Evaluation on DataFrame\nScores of 200 rows")
        assert len(text) < 700
        odd = new.assign(x=new["x"].astype(object).where(new.index > 0, "abc"))
        (sentence,) = told(lambda: of_people.model_.evaluate(odd))
        assert '"abc"' in sentence
        assert sentence in repr(of_people.model_.evaluate(odd))
        assert "were in the training table" in repr(of_people.model_.evaluate(TRAIN))
