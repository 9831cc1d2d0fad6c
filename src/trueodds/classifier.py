"""`TrueOddsClassifier`: the scikit-learn estimator; its `fit` calls `trueodds.main_job.learn`."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from inspect import Signature, signature
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from trueodds.array_store import Store, size_of
from trueodds.columns import Target, read_target
from trueodds.columns.target import label_text
from trueodds.errors import LeakWarning, TableWarning, UsageError, warn
from trueodds.estimator_inputs import (
    NO_CLASS_WEIGHT,
    binary_labels,
    dropped_columns,
    row_groups,
    row_times,
    row_weights,
    seed_number,
)
from trueodds.execution.ray_address import require_ray
from trueodds.execution.verbose import Verbose
from trueodds.model.summary import html, notes_of
from trueodds.table import Frame, as_column, as_frame


class TrueOddsClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Calibrated probabilities for a yes/no question, as a scikit-learn estimator.

    Whatever the command line would note is a `TableWarning` here, and stands in ``notes_``.

    Parameters
    ----------
    effort
        "quick", "standard" or "best": more time gives a lower log-loss.
    random_state
        Seed: an integer ≥ 0, a ``RandomState`` or ``Generator`` of NumPy, or None (seed 0). One
        seed gives one model, bit for bit.
    n_jobs
        Number of processes; None chooses by the amount of work, −1 takes all cores.
    heal
        Whether faults that many networks have are cured, all networks are trained again, and the
        better run is kept. A network that fails to learn is always cured.
    positive
        The label that means "yes" for ``model_``; None takes the second of ``classes_`` and warns
        where ``trueodds fit`` would take the first. The estimator's own methods go by ``classes_``.
    drop
        Names of columns that are not used.
    memory
        Bytes, or a text such as "2GB": in training, what would not fit lies in temporary files.
    time_limit
        Seconds of ``fit``: networks not trained by then are left out, but for one a fold, and a
        note says so. The result then depends on the clock.
    background
        Whether ``model_`` keeps cells of some training rows, as ``model_.explain`` needs.
    verbose
        Whether progress is printed on standard error.
    on
        None to train on this machine, "ray" to start a Ray cluster here for the training, or
        "ray://HOST:PORT" or "HOST:PORT" of a running one. The model is the same, byte for byte.
    show_rows
        How many rows of the largest log-loss ``evidence_.surprises`` keeps for the report, ≤ 200.

    Attributes
    ----------
    classes_
        The two labels, sorted, shape (2,); log-odds are those of the second.
    model_
        The trained `trueodds.model.Model`: ``model_.save(path)``, ``model_.summary()``.
    evidence_
        What `trueodds.report.write_report` needs: out-of-fold forecasts, effects, a regression.
    notes_
        What was guessed or left out when the training table was read: a tuple of sentences.
    leaks_
        Columns that give the target away, or nearly: a tuple of `trueodds.columns.leak.Leak`.
    n_features_in_
        How many columns ``fit`` has seen.
    feature_names_in_
        Their names, where they have any.
    feature_importances_
        Rise of the out-of-fold log-loss, nats, when a column's cells are shuffled; 0 if unused.

    Examples
    --------
    >>> labels = labelled["default"]
    >>> learned = trueodds.TrueOddsClassifier(effort="quick").fit(labelled.drop("default"), labels)
    >>> learned.predict_proba(labelled.drop("default")).shape
    (200, 2)
    """

    def __new__(cls, *args: Any, **parameters: Any) -> Self:
        """Refuse ``class_weight`` with the reason."""
        if "class_weight" in parameters:
            raise UsageError(NO_CLASS_WEIGHT)
        return super().__new__(cls)  # type: ignore[no-any-return]

    def __init__(
        self,
        effort: str = "standard",
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
        heal: bool = False,
        positive: object = None,
        drop: Sequence[str] | str = (),
        memory: int | str | None = None,
        time_limit: float | None = None,
        background: bool = True,
        verbose: bool | int = False,
        on: str | None = None,
        show_rows: int = 0,
    ) -> None:
        self.effort = effort
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.heal = heal
        self.positive = positive
        self.drop = drop
        self.memory = memory
        self.time_limit = time_limit
        self.background = background
        self.verbose = verbose
        self.on = on
        self.show_rows = show_rows

    # As `__new__` takes whatever is given, the parameters are those of `__init__`.
    __signature__ = Signature(list(signature(__init__).parameters.values())[1:])

    def set_params(self, **params: Any) -> Self:
        """Set ``params`` by name, as scikit-learn's estimators do."""
        if "class_weight" in params:
            raise UsageError(NO_CLASS_WEIGHT)
        super().set_params(**params)
        return self

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
        """Train on rows with labels.

        Warns with one `TableWarning` for each of ``notes_``, one `LeakWarning` for each of
        ``leaks_``.

        Parameters
        ----------
        X
            Shape (n, columns): any table that `trueodds.table.as_frame` takes.
        y
            Shape (n,), two different labels of any type.
        sample_weight
            Shape (n,), ≥ 0. A row of weight 2 is not quite a row given twice: a repeated row may be
            in two folds. scikit-learn's check of that equivalence is the one that does not pass.
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
        from trueodds.execution.time_limit import TimeLimit
        from trueodds.main_job import learn  # loads Numba, which to import or ask does not need

        if self.on is not None:
            require_ray(self.on)
        limit = None if self.time_limit is None else TimeLimit(self.time_limit)
        frame = self._frame(X)
        target, guessed = self._target(y, frame.rows)
        with ExitStack() as held:
            learned = learn(
                frame,
                target,
                weight=None if sample_weight is None else row_weights(sample_weight, frame.rows),
                groups=None if groups is None else row_groups(groups, frame.rows),
                time=None if time is None else row_times(time, frame.rows),
                drop=dropped_columns(self.drop, frame),
                effort=self.effort,
                seed=seed_number(self.random_state),
                jobs=self.n_jobs,
                on=self.on,
                heal=self.heal,
                limit=limit,
                background=self.background,
                show_rows=self.show_rows,
                callback=Verbose() if self.verbose else None,
                store=self._store(held),
            )
        self._keep_names(frame)
        self.model_ = learned.model
        self.evidence_ = learned.out_of_fold
        self.leaks_ = learned.model.schema.leaks
        self.notes_ = (*guessed, *notes_of(learned.model))
        leaks = {leak.message(command=False) for leak in self.leaks_}
        for note in self.notes_:
            warn(LeakWarning(note) if note in leaks else TableWarning(note))
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Log-odds of ``classes_[1]``, nats, shape (n,); ``X`` is as for `fit`."""
        check_is_fitted(self)
        log_odds = self.model_.log_odds(self._frame(X))
        return log_odds if self._yes == 1 else -log_odds

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of both classes of ``X``, shape (n, 2), in the order of ``classes_``."""
        check_is_fitted(self)
        yes = self.model_.predict(self._frame(X))
        return np.column_stack([1.0 - yes, yes] if self._yes == 1 else [yes, 1.0 - yes])

    def predict(self, X: Any) -> NDArray[Any]:
        """The label with the higher probability of each row of ``X``, shape (n,)."""
        above = self.decision_function(X) > 0.0
        return np.asarray(self.classes_[above.astype(np.int64)])

    @property
    def feature_importances_(self) -> NDArray[np.float64]:
        """Shape (``n_features_in_``,), see the class; NotFittedError before ``fit``."""
        check_is_fitted(self)
        rise = {found.name: found.mean for found in self.evidence_.importance}
        return np.array([rise.get(c.name, 0.0) for c in self.model_.schema.columns])

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        """The parameters and, once fitted, the notes."""
        notes = getattr(self, "notes_", ())
        more = [f"… and {len(notes) - 8:,} more: see notes_"] if len(notes) > 8 else []
        own = str(super().__repr__(N_CHAR_MAX=N_CHAR_MAX))
        return "\n  ".join([own, *(f"Note: {note}" for note in notes[:8]), *more])

    def _html_repr(self) -> str:
        """scikit-learn's diagram and, once fitted, the scores."""
        return str(super()._html_repr()) + (html(self.model_) if hasattr(self, "model_") else "")

    def _frame(self, X: Any) -> Frame:
        if issparse(X):
            raise TypeError("Sparse input is not supported: give a dense array, X.toarray()")
        return as_frame(X)

    def _keep_names(self, frame: Frame) -> None:
        self.n_features_in_ = len(frame.names)
        if frame.source != "array":
            self.feature_names_in_ = np.array(frame.names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _store(self, held: ExitStack) -> Store:
        """Where large arrays live: beyond the limit in a folder that goes when ``held`` ends."""
        if self.memory is None:
            return Store()
        limit = size_of(self.memory, "memory") if isinstance(self.memory, str) else self.memory
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="trueodds-"))
        return Store(Path(folder), limit)

    def _target(self, y: ArrayLike, rows: int) -> tuple[Target, tuple[str, ...]]:
        """Check the labels; returns them, and a note where the command line's "yes" is another."""
        labels, self.classes_ = binary_labels(y, rows)
        columns: Any = getattr(y, "columns", ())
        name = columns[0] if len(columns) == 1 else getattr(y, "name", None)
        named = name if isinstance(name, str) and name else "y"
        target = read_target(as_column(labels, named), positive=self.positive)
        no, yes = label_text(as_column(self.classes_)).to_list()
        self._yes = 1 if self.positive is None else (no, yes).index(target.yes)
        if self.positive is not None:
            return target, ()
        rule = "the second of the sorted labels"
        if target.yes == yes:
            return replace(target, rule=rule), ()
        note = (
            f'the target "{named}": "{yes}" is taken for "yes", {rule}; the command line takes '
            f'"{no}" ({target.rule}), and positive="{no}" does so here'
        )
        return replace(target, yes=yes, no=no, rule=rule, y=np.uint8(1) - target.y), (note,)
