"""`TrueOddsClassifier`: the scikit-learn estimator, and the library's main interface.

Its `fit` calls `trueodds.main_job.learn`, the main job from a table to a model.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from trueodds.columns import Target
from trueodds.columns.roles import read_times, stand_alone
from trueodds.errors import LeakWarning
from trueodds.main_job import learn
from trueodds.table import Frame, as_column, as_frame
from trueodds.training.folds import group_numbers


class TrueOddsClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Calibrated probabilities for a yes/no question, as a scikit-learn estimator.

    Parameters
    ----------
    effort
        "quick", "standard" or "best": more time gives a lower log-loss.
    random_state
        Seed: an integer ≥ 0, a ``RandomState``, or None (seed 0). One seed gives one model, bit for
        bit.
    n_jobs
        Number of processes; None chooses by the amount of work, −1 takes all cores.
    heal
        Whether faults that many networks have are cured and all networks trained again; the better
        run is kept. A network that fails to learn is always cured.

    Attributes
    ----------
    classes_
        The two labels, sorted, shape (2,); log-odds are those of the second.
    model_
        The trained `trueodds.model.Model`; ``model_.save(path)`` writes it to a file.
    evidence_
        Out-of-fold forecasts of the training rows, for `trueodds.report.write_report`.
    leaks_
        Columns that give the target away, or nearly: a tuple of `trueodds.columns.leak.Leak`.
    """

    def __init__(
        self,
        effort: str = "standard",
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        heal: bool = False,
    ) -> None:
        self.effort = effort
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.heal = heal

    def __sklearn_tags__(self) -> Tags:
        """Two labels only; missing values, text and categories are allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        time: ArrayLike | None = None,
    ) -> Self:
        """Train on rows with labels. There is one `LeakWarning` for each of ``leaks_``.

        Parameters
        ----------
        X
            Shape (n, columns): NumPy, pandas, polars or Arrow.
        y
            Shape (n,), two different labels of any type.
        sample_weight
            Shape (n,), ≥ 0.
        groups
            Shape (n,), labels of any type: the rows of a group are in one fold. A row without a
            group is a group of its own.
        time
            Shape (n,), dates or numbers: later rows are forecast from earlier ones. A row without a
            time counts as earliest. At most one of groups and time.

        Raises
        ------
        ValueError
            If the rows or labels are unusable; most are a `TrueOddsError`.
        TypeError
            If X is sparse.
        """
        frame = self._frame(X, reset=True)
        labels = self._labels(y, frame.rows)
        codes = (labels == self.classes_[1]).astype(np.uint8)
        yes, no = str(self.classes_[1]), str(self.classes_[0])
        weight = None if sample_weight is None else _weights(sample_weight, frame.rows)
        everything = np.ones(frame.rows, dtype=np.bool_)
        learned = learn(
            frame,
            Target("y", yes, no, "the second of the sorted labels", codes, everything, 0),
            weight=weight,
            groups=None if groups is None else _groups(groups, frame.rows),
            time=None if time is None else _times(time, frame.rows),
            effort=self.effort,
            seed=self._seed(),
            jobs=self.n_jobs,
            heal=self.heal,
        )
        self.model_ = learned.model
        self.evidence_ = learned.out_of_fold
        self.leaks_ = learned.model.schema.leaks
        for leak in self.leaks_:
            warnings.warn(LeakWarning(leak.told(command=False)), stacklevel=2)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Log-odds of ``classes_[1]``, nats, shape (n,), for X of shape (n, columns)."""
        frame = self._frame(X)
        return self.model_.log_odds(frame)

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of both labels, shape (n, 2), in the order of ``classes_``."""
        frame = self._frame(X)
        yes = self.model_.predict(frame)
        return np.column_stack([1.0 - yes, yes])

    def predict(self, X: Any) -> NDArray[Any]:
        """The label with the higher probability of each row, shape (n,)."""
        chosen = (self.decision_function(X) > 0.0).astype(np.int64)
        return np.asarray(self.classes_[chosen])

    def _frame(self, X: Any, reset: bool = False) -> Frame:
        if not reset:
            check_is_fitted(self)
        if issparse(X):
            raise TypeError("Sparse input is not supported: give a dense array, X.toarray()")
        frame = as_frame(X)
        validate_data(self, X, skip_check_array=True, reset=reset)
        return frame

    def _labels(self, y: ArrayLike, rows: int) -> NDArray[Any]:
        if y is None:
            raise ValueError(
                "This TrueOddsClassifier estimator requires y to be passed, but the target y is "
                "None"
            )
        labels: NDArray[Any] = column_or_1d(y, warn=True)
        if len(labels) != rows:
            raise ValueError(f"X has {rows} rows but y has {len(labels)}: give one label a row")
        check_classification_targets(labels)
        kind = type_of_target(labels, input_name="y", raise_unknown=True)
        self.classes_, counts = np.unique(labels, return_counts=True)
        if len(self.classes_) == 1:
            raise ValueError(
                "y has one class only: two classes are needed, found "
                f"{self.classes_[0]!r} {counts[0]} times"
            )
        if kind != "binary" or len(self.classes_) > 2:
            found = ", ".join(f"{c!r} ({n})" for c, n in zip(self.classes_, counts, strict=True))
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{kind}: labels {found}"
            )
        return labels

    def _seed(self) -> int:
        if self.random_state is None:
            return 0
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31))
        return int(self.random_state)


def _groups(groups: ArrayLike, rows: int) -> NDArray[Any]:
    labels = np.asarray(groups)
    if labels.shape != (rows,):
        raise ValueError(f"X has {rows} rows but groups has shape {labels.shape}: one label a row")
    gone = np.array([_is_missing(label) for label in labels], dtype=np.bool_)
    if not gone.any():
        return labels
    warnings.warn(
        f"groups: {gone.sum():,} rows have none and each stand alone, such as row {gone.argmax()}",
        stacklevel=3,
    )
    return stand_alone(group_numbers(labels), gone)


def _is_missing(label: Any) -> bool:
    """Whether a label is None, NaN, NaT or pandas' NA, which do not equal themselves."""
    if label is None:
        return True
    try:
        return bool(label != label)
    except TypeError:  # pandas' NA
        return True


def _times(time: ArrayLike, rows: int) -> NDArray[np.float64]:
    column = as_frame(as_column(time, "time").to_frame())
    if column.rows != rows:
        raise ValueError(f"X has {rows} rows but time has {column.rows}: one time a row")
    notes: list[str] = []
    found = read_times(column, "time", notes)
    for note in notes:
        warnings.warn(note, stacklevel=3)
    return found


def _weights(sample_weight: ArrayLike, rows: int) -> NDArray[np.float64]:
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar")
    if len(weight) != rows:
        raise ValueError(f"X has {rows} rows but sample_weight has {len(weight)}")
    return weight
