"""Any table ends in a model or in one sentence that names the file."""

import csv
from collections import Counter
from pathlib import Path

import polars as pl

from trueodds import load
from trueodds.columns import read_target
from trueodds.errors import TrueOddsError
from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.table import Frame, read_table, write_scored

ends: Counter[str] = Counter()


def fit(frame: Frame) -> Model:
    """The main job, the forecast of the same rows, and the scored table."""
    target = read_target(frame.column("y"), name="y", source=frame.source)
    model = learn(frame.without(["y"]), target, jobs=1).model
    probability = model.predict(frame)
    assert probability.shape == (frame.rows,)
    assert ((probability > 0.0) & (probability < 1.0)).all()
    return model


def end_of(path: Path) -> str:
    """ "model", or the one sentence that says what is wrong; any other end is an error."""
    try:
        frame = read_table(path)
        model = fit(frame)
        model.save(path.with_name("m.odds"))
    except TrueOddsError as error:
        sentence = str(error)
        assert path.name in sentence, sentence
        assert sentence.isprintable(), sentence
        assert len(sentence) <= 600, sentence
        ends["sentence"] += 1
        return sentence
    back = load(path.with_name("m.odds"))
    assert back.log_odds(frame).tobytes() == model.log_odds(frame).tobytes()
    passed_through(frame, model, path)
    ends["model"] += 1
    return "model"


def passed_through(frame: Frame, model: Model, path: Path) -> None:
    """Scored rows have the source's headers and cells, character by character."""
    scored = path.with_name("scored.csv")
    write_scored(frame, model.predict(frame), scored)
    if any(column.dtype != pl.String for column in frame.data):
        return
    with scored.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head[:-1]) == frame.headers
    for written, given_row in zip(rows, frame.data.iter_rows(), strict=True):
        assert written[:-1] == list(given_row)
