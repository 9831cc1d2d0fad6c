"""The peers of the scoring bench: each with its quickest honest way to score a frame and one row.

Frames are pandas with category dtype, prepared before. One row starts from a plain dict of raw
cells: it is looked up in dicts of levels into what the library's quickest public call takes, an
array of codes for most, a list of cells for CatBoost, a frame for scikit-learn's pipelines.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import boosters
import peers

Call = Callable[[], Any]
TREES = ("xgboost", "lightgbm", "catboost", "hgb")
OTHERS = ("logreg", "sk_mlp")
Cells = dict[str, Any]


class Rows:
    """Turns one dict of raw cells into what a prepared frame's row holds."""

    def __init__(self, X: pd.DataFrame, preparation: peers.Preparation) -> None:
        frame = preparation.apply(X.head(100))
        order = [*preparation.numbers, *preparation.dates, *preparation.levels]
        self.frame_names = list(frame.columns)
        self.numbers = order[: len(preparation.numbers)]
        if preparation.dates:
            raise SystemExit("one row of a table with dates is not prepared here: choose another")
        self.dtypes = frame.dtypes
        self.codes: dict[str, dict[str, int]] = {}
        for name, place in zip(order, frame.columns, strict=True):
            if name in preparation.levels:
                words = list(frame[place].cat.categories)
                self.codes[name] = {word: code for code, word in enumerate(words)}

    def array(self, cells: Cells) -> Any:
        """Codes and numbers, shape (1, columns), NaN where missing."""
        found = [cells[name] for name in self.numbers]
        for name, codes in self.codes.items():
            cell = cells[name]
            found.append(None if cell is None else codes.get(str(cell).strip(), codes["other"]))
        return np.array([found], dtype=np.float64)

    def cells(self, cells: Cells) -> list[Any]:
        """Numbers, and words of categories."""
        found: list[Any] = [cells[name] for name in self.numbers]
        for name, codes in self.codes.items():
            word = cells[name]
            known = "missing" if word is None else str(word).strip()
            found.append(known if word is None or known in codes else "other")
        return found

    def frame(self, cells: Cells) -> pd.DataFrame:
        """A frame of one row with category dtype."""
        found: dict[str, Any] = {}
        names = iter(self.frame_names)
        for name in self.numbers:
            found[next(names)] = np.array([cells[name]], dtype=np.float64)
        for name, codes in self.codes.items():
            place, cell = next(names), cells[name]
            code = -1 if cell is None else codes.get(str(cell).strip(), codes["other"])
            found[place] = pd.Categorical.from_codes([code], dtype=self.dtypes[place])
        return pd.DataFrame(found)


class Peer:
    """One fitted peer; ``threads`` says how many it may use from now on."""

    def __init__(self, name: str, frame: pd.DataFrame, y: peers.Floats, rows: Rows) -> None:
        self.name, self.rows, self.threads = name, rows, 1
        split = boosters.stopping_split(frame, y)
        if name in ("lightgbm", "xgboost", "catboost"):
            fit = {"xgboost": boosters.xgboost_fit, "lightgbm": boosters.lightgbm_fit}
            self.model: Any = fit.get(name, boosters.catboost_fit)(2)(split)
        elif name == "hgb":
            self.model = _hist_gradient_boosting("from_dtype").fit(frame, y)
            # Its frames and arrays are different models: what it takes depends on what it was fed.
            codes = np.column_stack([_numbers(frame[column]) for column in frame])
            mask = [str(kind) == "category" for kind in frame.dtypes]
            self.of_arrays: Any = _hist_gradient_boosting(mask).fit(codes, y)
        else:
            self.model = _pipeline(name, frame).fit(frame, y)

    def score(self, frame: pd.DataFrame) -> Any:
        """Probabilities of a frame, by the call that its users write."""
        if self.name == "lightgbm":
            return self.model.predict_proba(frame, num_threads=self.threads)[:, 1]
        if self.name == "xgboost":
            self.model.set_params(n_jobs=self.threads)
            return self.model.predict_proba(frame)[:, 1]
        if self.name == "catboost":
            texts = self.model._texts(frame)
            return self.model.model.predict_proba(texts, thread_count=self.threads)[:, 1]
        return self.model.predict_proba(frame)[:, 1]

    def prepare_row(self, cells: Cells) -> Any:
        """From a dict of cells to what `score_row` takes."""
        if self.name == "catboost":
            return self.rows.cells(cells)
        return self.rows.frame(cells) if self.name in OTHERS else self.rows.array(cells)

    def score_row(self, ready: Any) -> float:
        """Probability of one prepared row, by the library's quickest public call."""
        if self.name == "lightgbm":
            booster = self.model.booster_
            return float(booster.predict(ready, num_threads=self.threads)[0])
        if self.name == "xgboost":
            booster = self.model.get_booster()
            trees = (0, self.model.best_iteration + 1)
            found = booster.inplace_predict(ready, iteration_range=trees, validate_features=False)
            return float(found[0])
        if self.name == "catboost":
            found = self.model.model.predict(
                ready, prediction_type="Probability", thread_count=self.threads
            )
            return float(found[1])
        model = self.of_arrays if self.name == "hgb" else self.model
        return float(model.predict_proba(ready)[0, 1])

    def set_threads(self, count: int) -> None:
        """Use so many threads from now on."""
        self.threads = count
        if self.name == "xgboost":
            self.model.get_booster().set_param({"nthread": count})


def _numbers(column: pd.Series) -> peers.Floats:
    if str(column.dtype) != "category":
        return column.to_numpy(dtype=np.float64)
    codes = column.cat.codes.to_numpy(dtype=np.float64)
    codes[codes < 0] = np.nan
    return codes


def _hist_gradient_boosting(categorical: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=peers.TREES,
        early_stopping=True,
        validation_fraction=boosters.STOPPING_SHARE,
        n_iter_no_change=20,
        categorical_features=categorical,
        random_state=0,
    )


def _pipeline(name: str, frame: pd.DataFrame) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    model = (
        LogisticRegression(max_iter=2000)
        if name == "logreg"
        else MLPClassifier(
            (128, 128),
            early_stopping=True,
            validation_fraction=boosters.STOPPING_SHARE,
            random_state=0,
        )
    )
    return make_pipeline(peers._inputs(frame), model)
