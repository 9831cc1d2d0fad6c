"""The parts of a model that scikit-learn's tools ask of a fitted classifier."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.errors import TrueOddsError
from trueodds.model.labels import typed_labels

if TYPE_CHECKING:
    from sklearn.utils import Tags


class AsClassifier:
    """A fitted classifier around `predict` and `log_odds`, for `trueodds.model.Model`."""

    schema: Schema
    target_yes: str
    target_no: str

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Probability of "yes", float64 of shape (rows,)."""
        raise NotImplementedError

    def log_odds(self, X: Any) -> NDArray[np.float64]:
        """Calibrated log-odds of "yes" in nats, float64 of shape (rows,)."""
        raise NotImplementedError

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of both labels, shape (rows, 2), in the order of ``classes_``.

        ``X`` is as for `log_odds`.
        """
        yes = self.predict(X)
        return np.column_stack([1.0 - yes, yes] if self._yes_is_last else [yes, 1.0 - yes])

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Log-odds of ``classes_[1]``, nats, shape (rows,); ``X`` is as for `log_odds`."""
        return self.log_odds(X) if self._yes_is_last else -self.log_odds(X)

    @property
    def classes_(self) -> NDArray[Any]:
        """Both labels, sorted, shape (2,): numbers or booleans where both labels are, else text."""
        return np.array(self._labels)

    @property
    def n_features_in_(self) -> int:
        """How many columns the training table had, the target and other roles left out."""
        return len(self.schema.columns)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Their names, shape (``n_features_in_``,).

        They stay: setting them, as SHAP's KernelExplainer does, changes nothing.
        """
        return np.array([column.name for column in self.schema.columns], dtype=object)

    @feature_names_in_.setter
    def feature_names_in_(self, names: object) -> None:
        pass

    def fit(self, X: Any, y: Any = None, **more: Any) -> NoReturn:
        """Not possible, whatever ``X``, ``y`` and ``more`` are; scikit-learn's tools look for it.

        Raises
        ------
        TrueOddsError
            Always.
        """
        raise TrueOddsError("A Model is fitted and stays as it is: fit a TrueOddsClassifier.")

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> "Tags":
        """scikit-learn's description of a binary classifier."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=False),
            input_tags=InputTags(string=True, categorical=True, allow_nan=True),
        )

    @cached_property
    def _labels(self) -> list[Any]:
        return sorted(typed_labels(self.target_no, self.target_yes))

    @property
    def _yes_is_last(self) -> bool:
        no, yes = typed_labels(self.target_no, self.target_yes)
        return bool(no < yes)
