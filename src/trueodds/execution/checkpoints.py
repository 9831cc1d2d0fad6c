"""Finished members on disk: small files, each checked by a sum of its own.

A member depends on the table, the recipe and the seed alone, so that one file a finished member is
all that a run needs to go on after a kill, to the same bytes. A file takes its name when it is
whole (`trueodds.files`) and starts with a checksum and the key of the run it belongs to: what a
power cut has shortened, or another run has left, is not taken.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from trueodds.files import whole_file
from trueodds.health.state import LayerState
from trueodds.network.kinds import layout_from_json
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.training_record import MemberRecord

_HEAD = b"trueodds member 1 "
_DIGEST = 64
"""Hexadecimal digits of a SHA-256."""


@dataclass(frozen=True)
class Checkpoints:
    """The members of one run in a folder; ``key`` names all that they depend on."""

    folder: Path
    key: str = ""

    def of(self, recipe: Recipe, seed: int) -> "Checkpoints":
        """Those of a recipe and a seed: two trainings within one run have files of their own."""
        told = json.dumps([self.key, recipe.to_json(), seed], sort_keys=True)
        return Checkpoints(self.folder, hashlib.sha256(told.encode()).hexdigest())

    def path(self, fold: int, member: int, until: int = 0) -> Path:
        """Where a member is kept that was trained for so many epochs; 0 is a pilot."""
        return self.folder / f"member-{self.key[:8]}-{fold}-{member}-{until}"

    def save(self, trained: TrainedMember, until: int = 0) -> None:
        """Keep a member; raises OSError when that fails."""
        buffer = io.BytesIO()
        save_member(buffer, trained)
        body = self.key.encode() + b"\n" + buffer.getvalue()
        path = self.path(trained.record.fold, trained.record.member, until)
        with whole_file(path) as file:
            file.write(_HEAD + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    def load(self, fold: int, member: int, until: int = 0) -> TrainedMember | None:
        """Return a kept member; None where there is none, a damaged one or another run's."""
        body = checked(self.path(fold, member, until))
        if body is None:
            return None
        key, _, stored = body.partition(b"\n")
        return load_member(io.BytesIO(stored)) if key == self.key.encode() else None


def checked(path: Path) -> bytes | None:
    """What follows a checkpoint's checksum; None unless that agrees."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    start = len(_HEAD) + _DIGEST + 1
    body = raw[start:]
    good = _HEAD + hashlib.sha256(body).hexdigest().encode() + b"\n"
    return body if raw[:start] == good else None


def save_member(file: BinaryIO, trained: TrainedMember) -> None:
    """Write one member's result, for `load_member`; see `trueodds.execution.checkpoints`."""
    np.savez(
        file,
        parameters=trained.parameters,
        log_odds=trained.log_odds,
        about=np.array(
            json.dumps(
                {
                    "layout": trained.layout.to_json(),
                    "record": asdict(trained.record),
                    "layers": [state.to_json() for state in trained.layers],
                }
            )
        ),
    )


def load_member(file: BinaryIO) -> TrainedMember:
    """Read what `save_member` wrote."""
    with np.load(file) as stored:
        about = json.loads(str(stored["about"]))
        return TrainedMember(
            layout=layout_from_json(about["layout"]),
            parameters=stored["parameters"],
            log_odds=stored["log_odds"],
            record=msgspec.convert(about["record"], MemberRecord),
            layers=tuple(LayerState(**state) for state in about["layers"]),
        )
