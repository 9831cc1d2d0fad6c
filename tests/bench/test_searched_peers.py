"""A search keeps the five models of its best trial, and begins with the usual settings."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import searched_peers


class Fitted:
    """Forecasts one probability; the closer its learning rate is to 0.1, the better."""

    def __init__(self, rate: float) -> None:
        self.p = 0.5 + 2.0 * abs(rate - 0.1)

    def predict_proba(self, X: pd.DataFrame) -> Any:
        return np.tile([1.0 - self.p, self.p], (len(X), 1))


def test_the_best_of_all_trials_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[dict[str, Any]] = []

    def booster(threads: int, settings: dict[str, Any]) -> Callable[[Any], Fitted]:
        tried.append(settings)
        return lambda split: Fitted(settings["learning_rate"])

    monkeypatch.setattr(searched_peers, "BOOSTERS", {"lightgbm": booster})
    X, y = pd.DataFrame({"c0": np.arange(40.0)}), np.tile([0.0, 1.0], 20)
    found = searched_peers.searched("lightgbm", X, y, 1)
    assert len(tried) == searched_peers.TRIALS
    assert {n: tried[0][n] for n in searched_peers.USUAL["lightgbm"]} == (
        searched_peers.USUAL["lightgbm"]
    )
    best = min((each["learning_rate"] for each in tried), key=lambda rate: abs(rate - 0.1))
    assert len(found.models) == 5
    assert found.predict_proba(X)[0, 1] == pytest.approx(Fitted(best).p)
