"""Models in MLflow: saved, logged, loaded, and served by ``mlflow models serve``.

A model is a folder with the model file, a signature, an example and an environment. MLflow's
``pyfunc`` loads it without any code of the folder: `_load_pyfunc` reads the model file.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trueodds import __version__
from trueodds.columns.schema import Column
from trueodds.errors import TrueOddsError
from trueodds.model import Model, load
from trueodds.report.form_fields import usual_cells

__all__ = ["load_model", "log_model", "save_model", "signature_of"]

DATA = "data/model.odds"
"""Where ``mlflow.pyfunc`` puts the model file."""
FLAVOR = "trueodds"
NEEDED = (f"trueodds=={__version__}", "pandas>=2.2")
"""The environment in which MLflow loads a model; pandas hands over the rows."""


def save_model(
    model: Any,
    path: str | Path,
    *,
    input_example: Any = None,
    signature: Any = None,
    pip_requirements: list[str] | str | None = None,
    mlflow_model: Any = None,
    **others: Any,
) -> None:
    """Save a model as an MLflow model; the folder ``path`` must not exist.

    Parameters
    ----------
    model
        A `trueodds.model.Model`, or a fitted `trueodds.TrueOddsClassifier`, of which ``model_`` is
        saved.
    path
        The folder.
    input_example
        A pandas frame with a few rows; None makes a row of usual cells.
    signature
        A ``mlflow.models.ModelSignature``; None makes that of `signature_of` for the rows of
        ``input_example``, if there are any.
    pip_requirements
        The environment, as MLflow takes it; None takes this version of trueodds, and pandas.
    mlflow_model
        The ``mlflow.models.Model`` that is filled in; ``mlflow.models.Model.log`` gives it.
    others
        Further options of ``mlflow.pyfunc.save_model``, such as ``metadata``.

    Raises
    ------
    TrueOddsError
        If MLflow is not installed.
    """
    mlflow = _mlflow()
    found: Model = getattr(model, "model_", model)
    about = mlflow_model or mlflow.models.Model()
    about.add_flavor(
        FLAVOR,
        trueodds_version=__version__,
        data=DATA,
        target=found.target_name,
        yes=found.target_yes,
        columns={column.name: column.kind for column in found.schema.used},
    )
    with tempfile.TemporaryDirectory(prefix="trueodds-") as folder:
        place = Path(folder) / Path(DATA).name
        found.save(place)
        mlflow.pyfunc.save_model(
            path=str(path),
            loader_module=__name__,
            data_path=str(place),
            mlflow_model=about,
            signature=signature or signature_of(found, input_example),
            input_example=example_of(found) if input_example is None else input_example,
            pip_requirements=pip_requirements or list(NEEDED),
            **others,
        )


def log_model(model: Any, name: str, **others: Any) -> Any:
    """Log a model to MLflow, within the active run or a new one.

    Parameters
    ----------
    model
        As for `save_model`.
    name
        The model's name in MLflow.
    others
        Options of `save_model`, and of ``mlflow.models.Model.log``, such as
        ``registered_model_name``.

    Returns
    -------
    mlflow.models.model.ModelInfo
        Its ``model_uri`` is what `load_model` and MLflow take.

    Raises
    ------
    TrueOddsError
        If MLflow is not installed.
    """
    flavor = sys.modules[__name__]
    return _mlflow().models.Model.log(None, flavor, name=name, model=model, **others)


def load_model(model_uri: str) -> Model:
    """Load a `trueodds.model.Model` that `save_model` or `log_model` has written.

    Parameters
    ----------
    model_uri
        A folder, or an address of MLflow, such as ``models:/loans/3`` or ``runs:/…/loans``.

    Raises
    ------
    TrueOddsError
        If MLflow is not installed.
    ModelFileError
        If there is no model file of trueodds.
    """
    place = _mlflow().artifacts.download_artifacts(artifact_uri=str(model_uri))
    return load(Path(place) / DATA)


def signature_of(model: Model, input_example: Any = None) -> Any:
    """The columns that the model takes, and what it gives, as ``mlflow.models.ModelSignature``.

    A column that had missing cells in training may be left out.

    Parameters
    ----------
    model
        The model.
    input_example
        A pandas frame whose columns have the types that rows will have: MLflow refuses others.
        Without it, a column of words is a string, and every other column has the type "any": whole
        numbers, numbers with a decimal point and text such as "€1,200" are all numbers. MLflow's
        server reads no CSV for such a signature.

    Raises
    ------
    TrueOddsError
        If MLflow is not installed.
    """
    mlflow = _mlflow()
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    types: dict[str, Any] = {
        column.name: DataType.string if _words(column) else AnyType()
        for column in model.schema.used
    }
    if input_example is not None:
        found = mlflow.models.infer_signature(input_example).inputs
        types |= {spec.name: spec.type for spec in found.inputs if spec.name in types}
    inputs = [
        ColSpec(types[column.name], column.name, required=not column.missing)
        for column in model.schema.used
    ]
    outputs = [ColSpec(DataType.double, name) for name in ("probability", "log_odds")]
    return mlflow.models.ModelSignature(Schema(inputs), Schema(outputs))


def example_of(model: Model) -> Any:
    """One row of usual cells as a pandas frame: medians, and the most frequent levels."""
    import pandas as pd

    row: dict[str, Any] = {}
    used = model.schema.used
    for column, cell in zip(used, usual_cells(model.schema, model.profile), strict=True):
        if cell is None:
            row[column.name] = None
        elif column.levels:
            row[column.name] = column.levels[int(cell)]
        else:
            row[column.name] = _date(column, cell) if column.kind == "date" else float(cell)
    return pd.DataFrame([row])


class Forecasts:
    """What ``mlflow.pyfunc`` calls: rows go in, probabilities come out.

    Parameters
    ----------
    model
        The model that forecasts.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """A pandas frame with the columns "probability" and "log_odds", a row for each row.

        ``model_input`` is a pandas frame whose columns MLflow has checked: a column that is not
        there may be left out, and its cells are missing.
        """
        import pandas as pd

        from trueodds.model.model import probability

        absent = [c.name for c in self.model.schema.used if c.name not in model_input]
        rows = model_input.assign(**dict.fromkeys(absent)) if absent else model_input
        log_odds = self.model.log_odds(rows)
        found = {"probability": probability(log_odds), "log_odds": log_odds}
        return pd.DataFrame(found, index=rows.index)


def _load_pyfunc(path: str) -> Forecasts:
    """What ``mlflow.pyfunc.load_model`` calls with the place of the model file."""
    return Forecasts(load(path))


def _date(column: Column, seconds: float) -> str | None:
    """A date as the column's cells have it; None where they have no single format."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    if column.date_format:
        return moment.strftime(column.date_format)
    return None if column.date_order else moment.strftime("%Y-%m-%d %H:%M:%S")


def _words(column: Column) -> bool:
    """Whether all levels are text that no other type could stand for."""
    return (
        column.kind in ("category", "yesno")
        and bool(column.levels)
        and all(
            level[:1].isalpha() and level.lower() not in ("true", "false", "nan", "inf")
            for level in column.levels
        )
    )


def _mlflow() -> Any:
    try:
        import mlflow
        import mlflow.models
        import mlflow.pyfunc
    except ImportError:
        raise TrueOddsError(
            "MLflow is not installed: install the extra with pip install 'trueodds[mlflow]'"
        ) from None
    return mlflow
