"""The folder through which processes share a training table: arrays on disk, not copied."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from trueodds.files import new_file
from trueodds.health.state import LayerState
from trueodds.network.layout import Layout
from trueodds.training.folds import Folds
from trueodds.training.member import MemberTask, TrainedMember, base_log_odds
from trueodds.training.recipe import Recipe
from trueodds.training.record import MemberRecord
from trueodds.training.store import lies_in

SAMPLE_ROWS = 2048
SHIPPED = 5
"""Members of the fold that leaves nothing out, in times those of any other fold by time."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The encoded table and its folds, as all members see it.

    ``shared`` (rows, width) float32; ``own`` one (rows, extra) float32 matrix a fold; ``y`` and
    ``weight`` float32 (rows,); ``columns`` the input positions of every original column.
    """

    shared: NDArray[np.float32]
    own: tuple[NDArray[np.float32], ...]
    y: NDArray[np.float32]
    weight: NDArray[np.float32]
    folds: Folds
    columns: tuple[NDArray[np.int64], ...]

    @property
    def width(self) -> int:
        """Number of inputs of every member."""
        return int(self.shared.shape[1] + self.own[0].shape[1])

    def inputs(self, fold: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inputs of some rows as the members of a fold see them, shape (n, width)."""
        return np.concatenate([self.shared[rows], self.own[fold][rows]], axis=1)

    def base_log_odds(self, fold: int) -> float:
        """Log-odds of the base rate of the rows that a fold's members are trained on."""
        return base_log_odds(self.y, self.weight, self.folds.trained_on(fold))

    def sample(self, fold: int) -> NDArray[np.float32]:
        """Inputs of some hundreds of the rows that a fold's members are trained on."""
        rows = self.folds.trained_on(fold)
        return self.inputs(fold, rows[:: -(-len(rows) // SAMPLE_ROWS)])

    @property
    def rows_shown(self) -> int:
        """Rows shown to the members of the last fold; those of the others see about as many."""
        return len(self.folds.trained_on(self.folds.held - 1))

    def _turn(self, fold: int, member: int) -> int:
        """Number of a member among those that forecast a row; by time, shipped ones share turns."""
        if fold >= self.folds.held:
            return member // SHIPPED
        return member * self.folds.partitions + self.folds.partition(fold)

    def task(self, fold: int, member: int) -> MemberTask:
        """What one member of one fold is trained on."""
        return MemberTask(
            fold=fold,
            member=member,
            turn=self._turn(fold, member),
            shared=self.shared,
            own=self.own[fold],
            y=self.y,
            weight=self.weight,
            shown=self.folds.trained_on(fold),
            held_out=self.folds.held_out(fold),
            columns=self.columns,
        )


def save_data(folder: Path, data: TrainingData, recipe: Recipe, seed: int) -> None:
    """Write the data where the workers will map it."""
    arrays: dict[str, NDArray[Any]] = {"shared": data.shared, "y": data.y, "weight": data.weight}
    arrays |= {f"own{fold}": own for fold, own in enumerate(data.own)}
    arrays["folds"] = data.folds.of_row
    for name, array in arrays.items():
        if not lies_in(array, folder / f"{name}.npy"):
            with new_file(folder / f"{name}.npy") as file:
                np.save(file, array)
    job = {
        "recipe": recipe.to_json(),
        "seed": seed,
        "folds": {
            "each": data.folds.each,
            "rule": data.folds.rule,
            "forward": data.folds.forward,
        },
        "columns": [c.tolist() for c in data.columns],
    }
    with new_file(folder / "job.json") as file:
        file.write(json.dumps(job).encode())


def load_data(folder: Path) -> tuple[TrainingData, Recipe, int]:
    """Map what `save_data` wrote, read-only."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    recipe = msgspec.convert(job["recipe"], Recipe)
    folds = Folds(np.load(folder / "folds.npy"), **job["folds"])

    def mapped(name: str) -> NDArray[np.float32]:
        # An empty array cannot be mapped.
        path = folder / f"{name}.npy"
        whole = np.load(path, mmap_mode="r") if path.stat().st_size > 128 else np.load(path)
        return np.asarray(whole)

    data = TrainingData(
        shared=mapped("shared"),
        own=tuple(mapped(f"own{fold}") for fold in range(folds.count)),
        y=mapped("y"),
        weight=mapped("weight"),
        folds=folds,
        columns=tuple(np.array(c, dtype=np.int64) for c in job["columns"]),
    )
    return data, recipe, int(job["seed"])


def save_member(file: BinaryIO, trained: TrainedMember) -> None:
    """Write one member's result, for `load_member`; see `trueodds.training.checkpoints`."""
    np.savez(
        file,
        parameters=trained.parameters,
        log_odds=trained.log_odds,
        about=np.array(
            json.dumps(
                {
                    "layout": trained.layout.to_json(),
                    "record": asdict(trained.record),
                    "layers": _states(trained.layers),
                }
            )
        ),
    )


def load_member(file: BinaryIO) -> TrainedMember:
    """Read what `save_member` wrote."""
    with np.load(file) as stored:
        about = json.loads(str(stored["about"]))
        return TrainedMember(
            layout=Layout.from_json(about["layout"]),
            parameters=stored["parameters"],
            log_odds=stored["log_odds"],
            record=msgspec.convert(about["record"], MemberRecord),
            layers=tuple(LayerState(**state) for state in about["layers"]),
        )


def _states(layers: Sequence[LayerState]) -> list[dict[str, float]]:
    return [state.to_json() for state in layers]
