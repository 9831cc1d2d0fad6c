"""The training data in files: worker processes map the arrays and do not copy them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from trueodds.array_store import lies_in
from trueodds.files import new_file
from trueodds.training.data import TrainingData
from trueodds.training.folds import Folds
from trueodds.training.recipe import Recipe


def save_data(folder: Path, data: TrainingData, recipe: Recipe, seed: int) -> None:
    """Write the files that `load_data` maps; raises OSError."""
    arrays: dict[str, NDArray[Any]] = {
        "shared": data.shared,
        "y": data.y,
        "weight": data.sample_weight,
    }
    arrays |= {f"fold_features{fold}": features for fold, features in enumerate(data.fold_features)}
    arrays["folds"] = data.folds.of_row
    for name, array in arrays.items():
        if not lies_in(array, folder / f"{name}.npy"):
            with new_file(folder / f"{name}.npy") as file:
                np.save(file, array)
    job = {
        "recipe": asdict(recipe),
        "seed": seed,
        "folds": {
            "each": data.folds.each,
            "rule": data.folds.rule,
            "forward": data.folds.forward,
        },
        "columns": [c.tolist() for c in data.columns],
        "unseen": [u.tolist() for u in data.unseen],
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
        fold_features=tuple(mapped(f"fold_features{fold}") for fold in range(folds.count)),
        y=mapped("y"),
        sample_weight=mapped("weight"),
        folds=folds,
        columns=tuple(np.array(c, dtype=np.int64) for c in job["columns"]),
        unseen=tuple(np.array(u, dtype=np.int64) for u in job["unseen"]),
    )
    return data, recipe, int(job["seed"])
