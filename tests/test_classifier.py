"""The estimator keeps scikit-learn's contract."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from trueodds import TrueOddsClassifier

REPEATED = "rows repeated are not rows weighted when folds and early stopping see them"


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks() -> None:
    check_estimator(
        TrueOddsClassifier(effort="quick"),
        expected_failed_checks={"check_sample_weight_equivalence_on_dense_data": REPEATED},
    )


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="groups has shape"):
        TrueOddsClassifier("quick").fit(np.eye(6), [0, 1] * 3, groups=[1] * 7)
