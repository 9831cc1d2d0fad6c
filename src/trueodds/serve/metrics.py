"""What Prometheus reads: requests, their time, rows, unusual cells, and forecasts.

With several workers each process counts into files of one folder, and any of them adds all up.
"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from trueodds.columns.values import MISSING, UNSEEN
from trueodds.model import Model
from trueodds.serve.forecast import Answer

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client knows the folder; set before it is imported."""
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
TENTHS = tuple(i / 10 for i in range(1, 10))


@dataclass(frozen=True, eq=False)
class Metrics:
    """Counters of one process."""

    registry: Any
    requests: Any
    seconds: Any
    rows: Any
    unseen: Any
    missing: Any
    outside: Any
    forecasts: Any

    @classmethod
    def new(cls) -> "Metrics":
        """Counters that start at 0."""
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Histogram,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()

        def counter(name: str, about: str, *labels: str) -> Any:
            return Counter(f"trueodds_{name}", about, labels, registry=registry)

        return cls(
            registry,
            counter("requests", "Requests by route and status.", "route", "status"),
            Histogram(
                "trueodds_request_seconds",
                "Time of a request, from its head to its answer.",
                ("route",),
                buckets=SECONDS,
                registry=registry,
            ),
            counter("rows", "Rows scored.", "model", "version"),
            counter(
                "unseen_levels", "Cells with a level that training had not.", "model", "column"
            ),
            counter("missing_cells", "Cells that are missing.", "model", "column"),
            counter("outside_range", "Numbers outside the range of training.", "model", "column"),
            Histogram(
                "trueodds_forecast",
                "Probabilities that were given.",
                ("model",),
                buckets=TENTHS,
                registry=registry,
            ),
        )

    def scored(self, name: str, version: str, model: Model, answer: Answer) -> None:
        """Count the rows of one answer."""
        self.rows.labels(name, version).inc(len(answer.probability))
        forecasts = self.forecasts.labels(name)
        for value in answer.probability.tolist():
            forecasts.observe(value)
        if answer.values is None:
            return
        for column, codes in answer.values.codes.items():
            if model_levels(model, column):
                self._count(self.unseen, name, column, codes == UNSEEN)
            self._count(self.missing, name, column, codes == MISSING)
        profiles = {} if model.profile is None else {c.name: c for c in model.profile.columns}
        for column, numbers in answer.values.numbers.items():
            self._count(self.missing, name, column, np.isnan(numbers))
            if (known := profiles.get(column)) is not None:
                outside = (numbers < known.low) | (numbers > known.high)
                self._count(self.outside, name, column, outside)

    def text(self) -> bytes:
        """What ``/metrics`` answers, of all processes."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self.registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return bytes(generate_latest(registry))

    def _count(self, counter: Any, name: str, column: str, which: Any) -> None:
        if count := int(np.count_nonzero(which)):
            counter.labels(name, column).inc(count)


def model_levels(model: Model, column: str) -> bool:
    """Whether a column has levels, so that one may be unseen."""
    return any(c.name == column and c.levels for c in model.schema.used)
