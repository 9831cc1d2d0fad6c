"""A model of the table of `places`, and its forecasts."""

import numpy as np
import pytest

from cases.places import TABLE, TARGET
from trueodds import Model, TrueOddsClassifier


@pytest.fixture(scope="package")
def model() -> Model:
    fitted = TrueOddsClassifier(effort="quick", n_jobs=1, random_state=0)
    return fitted.fit(TABLE, TARGET.to_numpy()).model_


@pytest.fixture(scope="package")
def expected(model: Model) -> "np.ndarray":
    return model.predict(TABLE)
