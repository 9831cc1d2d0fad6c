"""What the page tells about a model: the part of ``trueodds.model.Model`` that the report reads."""

from typing import Protocol

from trueodds.columns.schema import Schema
from trueodds.evaluation.scores import Scores
from trueodds.training.training_record import TrainingRecord


class Subject(Protocol):
    """A trained model as the report sees it; ``trueodds.model.Model`` is one."""

    @property
    def schema(self) -> Schema:
        """The training table's columns."""

    @property
    def target_name(self) -> str:
        """The target column's name."""

    @property
    def target_yes(self) -> str:
        """The label whose probability is forecast."""

    @property
    def target_no(self) -> str:
        """The other label."""

    @property
    def target_rule(self) -> str:
        """How the "yes" was chosen, in words."""

    @property
    def scores(self) -> Scores:
        """Scores of the out-of-fold forecast."""

    @property
    def record(self) -> TrainingRecord:
        """What training did."""

    @property
    def health(self) -> tuple[str, ...]:
        """Findings about the layers, one a line; empty when all is well."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What reading and training want to be known, one a line."""

    @property
    def versions(self) -> dict[str, str]:
        """Versions of what the model was made with."""

    @property
    def source(self) -> str:
        """The training table's name."""

    @property
    def source_sha256(self) -> str:
        """SHA-256 of the training table's file; empty when it was no file."""
