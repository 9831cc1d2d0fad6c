"""Free text and codes: what the terminal, Python and the page say, and that words forecast."""

import json
import re
import warnings
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

from trueodds import Model, TrueOddsClassifier, load
from trueodds.cli.app import app
from trueodds.errors import TableError, TableWarning
from trueodds.functions import sigmoid

ROWS = 600
WORDS = np.array(
    [
        "parcel",
        "box",
        "late",
        "left",
        "call",
        "again",
        "door",
        "open",
        "blue",
        "red",
        "two",
        "five",
        "day",
        "week",
    ]
)


def comments(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Complaints: "refund" and "thanks" decide; orders such as "EX 1042" by their letters."""
    rng = np.random.default_rng(seed)
    said, z = [], np.empty(rows)
    kind = rng.choice(["EX", "NL"], rows)
    for row in range(rows):
        words = list(rng.choice(WORDS, rng.integers(4, 9)))
        asks, thanks = rng.random() < 0.3, rng.random() < 0.3
        words += ["refund"] * asks + ["Thanks"] * thanks
        said.append(" ".join(rng.permutation(words)) + ".")
        z[row] = 3.0 * asks - 3.0 * thanks + 1.5 * (kind[row] == "EX") - 0.5
    order = [f"{k} {n}" for k, n in zip(kind, rng.permutation(9000)[:rows] + 1000, strict=True)]
    left = np.where(rng.random(rows) < 1.0 / (1.0 + np.exp(-z)), "yes", "no")
    return pd.DataFrame({"said": said, "order": order, "n": rng.normal(size=rows), "left": left})


TABLE = comments()
X, Y = TABLE.drop(columns="left"), TABLE["left"]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("text")
    TABLE.to_csv(folder / "t.csv", index=False)
    out = folder / "m.odds"
    fit = ["fit", str(folder / "t.csv"), "--target", "left", "--out", str(out), "--effort", "quick"]
    done = CliRunner().invoke(app, [*fit, "--jobs", "1"])
    assert done.exit_code == 0, done.output
    page = next(folder.glob("*.html")).read_text(encoding="utf-8")
    return out, done.output, page


def test_words_forecast_new_comments(fitted: tuple[Path, str, str]) -> None:
    new = comments(2000, 1)
    yes = (new["left"] == "yes").to_numpy()
    p = load(fitted[0]).predict(new)
    loss = -np.mean(np.log(np.where(yes, p, 1.0 - p)))
    assert loss < 0.75 * np.log(2.0)  # without its words 0.99 of it


def test_everybody_says_what_the_column_is(fitted: tuple[Path, str, str]) -> None:
    said = "free text: 600 different texts in 600 rows; words such as"
    order = "text: 600 different texts in 600 rows; words such as"
    path, terminal, page = fitted
    assert f'column "said": {said}' in " ".join(terminal.split())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = TrueOddsClassifier(effort="quick", n_jobs=1, random_state=0).fit(X, Y)
    told = [str(w.message) for w in caught]
    for name, text in (("said", said), ("order", order)):
        (note,) = [each for each in told if each.startswith(f'column "{name}": {text}')]
        assert note in model.notes_
    column = next(c for c in load(path).schema.columns if c.name == "said")
    assert column.kind == "text"
    assert '"refund"' in column.reason
    assert '"thanks"' in column.reason
    assert "said" in page
    assert "words such as" in page
    inspected = CliRunner().invoke(app, ["inspect", str(path), "--json"])
    columns = {c["name"]: c for c in json.loads(inspected.stdout)["schema"]["columns"]}
    assert columns["said"]["kind"] == "text"
    assert "refund" in columns["said"]["words"]
    assert "text" in CliRunner().invoke(app, ["inspect", str(path)]).output


def sentences(tells: bool) -> pd.DataFrame:
    """400 comments and an answer that "broken" and "great" decide, or chance."""
    rng = np.random.default_rng(3)
    said, z = [], np.zeros(400)
    for row in range(len(z)):
        words = list(rng.choice(WORDS, rng.integers(4, 8)))
        broken, great = rng.random() < 0.4, rng.random() < 0.4
        said.append(" ".join(rng.permutation(words + ["broken"] * broken + ["great"] * great)))
        z[row] = tells * (3.0 * broken - 3.0 * great)
    said = [f"{text.capitalize()}, {row}." for row, text in enumerate(said)]
    return pd.DataFrame({"comment": said, "y": np.where(rng.random(400) < sigmoid(z), "yes", "no")})


def everywhere(table: pd.DataFrame, folder: Path) -> tuple[str, list[str], str]:
    """What the terminal, Python and the page say of a fit, or why there is none."""
    table.to_csv(folder / "t.csv", index=False)
    fit = ["fit", str(folder / "t.csv"), "--target", "y", "--out", str(folder / "m.odds")]
    done = CliRunner().invoke(app, fit)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            told = list(TrueOddsClassifier().fit(table.drop(columns="y"), table["y"]).notes_)
        except TableError as error:
            return done.output, [str(error)], ""
    assert told == [str(w.message) for w in caught if w.category is TableWarning]
    return done.output, told, unescape((folder / "m.html").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("tiny_recipe")
def test_comments_alone_forecast_and_everybody_says_by_which_words(tmp_path: Path) -> None:
    terminal, (note,), page = everywhere(sentences(tells=True), tmp_path)
    assert note.startswith(
        'column "comment": free text: 400 different texts in 400 rows; words such as '
    )
    assert {'"broken"', '"great"'} <= set(re.findall('"[^"]*"', note))
    assert f"Note: {note}" in " ".join(terminal.split())
    assert note in page


@pytest.mark.usefixtures("tiny_recipe")
def test_comments_that_tell_nothing_are_no_model_and_everybody_says_why(tmp_path: Path) -> None:
    why = "free text: 400 different texts in 400 rows, whose words tell nothing"
    table = sentences(tells=False)
    terminal, (error,), _ = everywhere(table, tmp_path)
    said = f'no column can be used to forecast "y": "comment" ({why}); add a column'
    assert said in error
    assert said in " ".join(terminal.split())
    beside = table.assign(n=np.arange(400) % 7 + 3.0 * (table["y"] == "yes"))
    terminal, told, page = everywhere(beside, tmp_path)
    assert f'column "comment" is not used: {why}' in told
    assert f"comment ({why})" in " ".join(terminal.split())
    assert why in page


def test_rows_and_tables_of_every_kind_give_the_same_bits(fitted: tuple[Path, str, str]) -> None:
    model = load(fitted[0])
    new = comments(40, 2)
    new.loc[3, "said"] = None
    new.loc[4, "said"] = "  REFUND!refund—ｒｅｆｕｎｄ "
    new.loc[5, "order"] = "nothing"
    expected = model.log_odds(new)
    assert model.log_odds(pl.from_pandas(new)).tobytes() == expected.tobytes()
    rows = new.to_dict("records")
    assert np.concatenate([model.log_odds(row) for row in rows]).tobytes() == expected.tobytes()
    halves = [model.log_odds(new.iloc[:7]), model.log_odds(new.iloc[7:])]
    assert np.concatenate(halves).tobytes() == expected.tobytes()


def test_new_texts_are_no_unseen_levels_and_no_drift(fitted: tuple[Path, str, str]) -> None:
    model = load(fitted[0])
    assert model.notes_on(comments(300, 3)) == ()
    from trueodds.model.drift import drift

    values = model.read(comments(300, 3))
    found = {d.column: d for d in drift(model, values, model.log_odds_of(values))}
    assert not found["said"].drifted
    assert found["said"].unseen == 0


def test_rows_seen_in_training_are_known_by_their_words(fitted: tuple[Path, str, str]) -> None:
    model: Model = load(fitted[0])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.evaluate(TABLE)
        model.evaluate(comments(300, 4))
    assert sum("training" in str(w.message) for w in caught) == 1


@pytest.mark.usefixtures("tiny_recipe")
def test_no_text_of_a_few_rows_is_in_the_model_file(tmp_path: Path) -> None:
    table = TABLE.copy()
    table.loc[:3, "said"] = [f"Rumpelstiltskin wants a refund {i}" for i in range(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TrueOddsClassifier().fit(table.drop(columns="left"), table["left"])
    model.model_.save(tmp_path / "m.odds")
    data = (tmp_path / "m.odds").read_bytes().lower()
    assert b"refund" in data
    assert b"rumpel" not in data
    assert b"*ump*" not in data


def test_an_old_reader_is_told_what_it_lacks(fitted: tuple[Path, str, str]) -> None:
    assert b'\\"needs\\":[' in fitted[0].read_bytes()
    assert b'\\"words\\"' in fitted[0].read_bytes().split(b"schema")[0]
