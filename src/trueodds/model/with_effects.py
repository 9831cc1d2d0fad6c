"""How a model's columns act: effects around the forecasts of `trueodds.model.Model`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.errors import TableWarning, warn
from trueodds.model.data import ModelData
from trueodds.model.scorer import Scorer
from trueodds.table.frame import Frame

if TYPE_CHECKING:
    from trueodds.evaluation.accumulated import Replicates
    from trueodds.model.effect import Effects

SHIPPED = 5
"""Members of one turn in a model whose members are of one fold (`trueodds.training.data`)."""


class WithEffects(ModelData):
    """Effects of columns around the forecasts of `trueodds.model.Model`."""

    @property
    def _scorer(self) -> Scorer:
        raise NotImplementedError

    def read_frame(self, X: Any) -> tuple[Frame, Values]:
        """The model's columns of a table, and what they read as."""
        raise NotImplementedError

    def _calibrated(self, total: Any) -> Any:
        """Calibrated log-odds from the exact sum of the members' outputs."""
        raise NotImplementedError

    def effects(self, X: Any, columns: Sequence[str] | None = None) -> "Effects":
        """How the calibrated log-odds change along columns: accumulated local effects.

        Cells of about 1,000 rows are moved, drawn with the model's seed (fewer for networks of
        many inputs); sample weights do not count. The mean over the rows is 0. The 95 % band is of
        the networks: how far they differ when other rows are left out of their training (a
        jackknife of groups); for a model of folds by time, how far networks of one training table
        differ. The rows count as given. See `trueodds.model.effects`.

        Parameters
        ----------
        X
            A table as for `log_odds`; it needs no labels.
        columns
            Names of columns; None takes the 8 that move the forecasts most.

        Raises
        ------
        TableError
            If a needed column is missing.
        UsageError
            If a column is not used by the model, or is text whose single words act.
        """
        frame, values = self.read_frame(X)
        for sentence in (*frame.notes, *values.notes):
            warn(TableWarning(sentence))
        return self.effects_of(values, columns)

    def effects_of(
        self, values: Values, columns: Sequence[str] | None = None, most: int | None = None
    ) -> "Effects":
        """What `effects` gives of ``columns``, for ``values`` of rows; on at most ``most`` rows."""
        # Forecasting starts faster without the modules that only this needs.
        from trueodds.model.effects import effects_on

        members = len(self.networks.members)
        inputs = self.networks.members[0].sizes[0]

        def forecast(rows: Values) -> NDArray[np.float64]:
            outputs = self._scorer.outputs(rows)
            return np.asarray(
                self._calibrated(np.concatenate([outputs.sum(axis=0)[None], outputs * members]))
            )

        schema, seed = self.schema, self.record.seed
        return effects_on(forecast, self._replicates(), schema, values, inputs, seed, columns, most)

    def _replicates(self) -> "Replicates":
        """The members by folds; those of a single fold by their places in a turn."""
        from trueodds.evaluation.accumulated import Replicates

        folds = np.array([member.fold for member in self.networks.members])
        distinct, part = np.unique(folds, return_inverse=True)
        if len(distinct) < 2:
            return Replicates.of_members(len(folds), SHIPPED)
        each = self.record.settings.get("folds", len(distinct))
        whole = isinstance(each, int) and each > 1 and len(distinct) % each == 0
        return Replicates.of_folds(part.astype(np.int64), each if whole else len(distinct))
