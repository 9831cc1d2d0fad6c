"""What an estimator is given beside the rows: labels, weights, groups, times, a seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from trueodds.columns.roles import number_reading, read_times, stand_alone
from trueodds.columns.schema import Column
from trueodds.columns.values import read_numbers
from trueodds.errors import TableWarning, UsageError, warn
from trueodds.table import Frame, as_column, as_frame
from trueodds.table.frame import missing_column
from trueodds.training.folds import group_numbers

NO_CLASS_WEIGHT = (
    "class_weight is refused: it shifts the log-odds of every row, so that none is right. "
    "To favour a class, keep the probabilities and choose another threshold than 0.5 "
    "(scikit-learn's FixedThresholdClassifier, or predict_proba(X)[:, 1] > threshold). "
    "If rows were sampled by class, give sample_weight."
)


def binary_labels(y: ArrayLike, rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Labels, shape (rows,), and the two that there are, sorted.

    Raises
    ------
    ValueError
        In scikit-learn's words, if they are missing, of another number, or not two.
    """
    if y is None:
        raise ValueError(
            "This TrueOddsClassifier estimator requires y to be passed, but the target y is None"
        )
    labels: NDArray[Any] = column_or_1d(y, warn=True)
    if len(labels) != rows:
        raise ValueError(f"X has {rows} rows but y has {len(labels)}: give one label a row")
    gone = np.array([_is_missing(label) for label in labels], dtype=np.bool_)
    if gone.any():
        raise ValueError(
            f"Input y contains NaN: {gone.sum():,} of {rows:,} labels are missing, such as row "
            f"{gone.argmax()}; leave out rows without a label"
        )
    check_classification_targets(labels)
    kind = type_of_target(labels, input_name="y", raise_unknown=True)
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) == 1:
        raise ValueError(
            f"y has one class only: two classes are needed, found {classes[0]!r} {counts[0]} times"
        )
    if kind != "binary" or len(classes) > 2:
        found = ", ".join(f"{c!r} ({n})" for c, n in zip(classes, counts, strict=True))
        raise ValueError(
            "Only binary classification is supported. The type of the target is "
            f"{kind}: labels {found}"
        )
    return labels, classes


def row_groups(groups: ArrayLike, rows: int) -> NDArray[Any]:
    """Labels of the rows' groups, shape (rows,); a row without one gets a number of its own."""
    labels = np.asarray(groups)
    if labels.shape != (rows,):
        raise ValueError(f"X has {rows} rows but groups has shape {labels.shape}: one label a row")
    gone = np.array([_is_missing(label) for label in labels], dtype=np.bool_)
    if not gone.any():
        return labels
    warn(
        TableWarning(
            f"groups: {gone.sum():,} rows have none and each stand alone, such as row "
            f"{gone.argmax()}"
        )
    )
    return stand_alone(group_numbers(labels), gone)


def _is_missing(label: Any) -> bool:
    """Whether a label is None, NaN, NaT or pandas' NA: what does not equal itself."""
    if label is None:
        return True
    try:
        return bool(label != label)
    except TypeError:  # pandas' NA
        return True


def row_times(time: ArrayLike, rows: int) -> NDArray[np.float64]:
    """Dates (seconds) or numbers that order the rows, shape (rows,), NaN where missing."""
    column = as_frame(as_column(time, "time").to_frame())
    if column.rows != rows:
        raise ValueError(f"X has {rows} rows but time has {column.rows}: one time a row")
    notes: list[str] = []
    found = read_times(column, "time", notes)
    for note in notes:
        warn(TableWarning(note))
    return found


def row_weights(sample_weight: ArrayLike, rows: int) -> NDArray[np.float64]:
    """Sample weights, shape (rows,), from numbers or from text that is read as an input's is."""
    weight = np.asarray(sample_weight)
    if weight.ndim == 1 and weight.dtype.kind not in "iub":
        frame = as_frame(as_column(sample_weight, "sample_weight").to_frame())
        style, unit = number_reading(frame, "sample_weight")
        column = Column("sample_weight", "number", number_style=style, unit=unit)
        weight, odd = read_numbers(frame.data["sample_weight"], column)
        if odd.any():
            row = int(odd.argmax())
            raise ValueError(
                f'sample_weight of row {row} is "{frame.data["sample_weight"][row]}": weights must '
                "be numbers; mend or drop those rows"
            )
    weight = np.asarray(weight, dtype=np.float64)
    if weight.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar: give one number a row")
    if len(weight) != rows:
        raise ValueError(f"X has {rows} rows but sample_weight has {len(weight)}: one weight a row")
    return weight


def dropped_columns(drop: Sequence[str] | str, frame: Frame) -> tuple[str, ...]:
    """Names of the columns that are not used; UsageError if the table lacks one."""
    names = (drop,) if isinstance(drop, str) else tuple(drop)
    for name in names:
        if name not in frame.names:
            raise UsageError(f"drop: {missing_column(str(name), frame.names, frame.source)}")
    return names


def seed_number(random_state: int | np.random.RandomState | np.random.Generator | None) -> int:
    """The seed, an integer ≥ 0; a generator of NumPy draws one below 2³¹."""
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    return int(random_state or 0)
