"""Finished members on disk, each in a file of its own with a checksum.

A member depends on the table, the recipe and the seed alone. So the files of finished members are
all that a run needs to go on after a kill, and it ends with the same bytes. A file gets its name
when it is whole (`trueodds.files`). It starts with a checksum and the key of its run: a file that a
power cut has shortened, or that belongs to another run, is ignored. The rest is a safetensors file
of the parameters, the log-odds, a pilot's curve and, as MessagePack, the kind of network, its
layout, the record and the layers' states. (JSON has no NaN, which a record may hold.)
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import safetensors.numpy as safetensors
from numpy.typing import NDArray

from trueodds.errors import TrainingError
from trueodds.execution.order import Order
from trueodds.files import whole_file
from trueodds.health.state import LayerState
from trueodds.network.kinds import LAYOUTS, kind_of
from trueodds.training.member import TrainedMember
from trueodds.training.recipe import Recipe
from trueodds.training.training_record import MemberRecord

_HEAD = b"trueodds member 4 "
_DIGEST = 64
"""Hexadecimal digits of a SHA-256."""
_ABOUT = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw, MemberRecord, tuple[LayerState, ...]])


@dataclass(frozen=True)
class Checkpoints:
    """The members of one run in a folder; ``key`` names all that they depend on."""

    folder: Path
    key: str = ""

    def of(self, recipe: Recipe, seed: int) -> "Checkpoints":
        """Return those of a recipe and a seed: two trainings in one run have different files."""
        text = msgspec.json.encode((self.key, recipe, seed))
        return Checkpoints(self.folder, hashlib.sha256(text).hexdigest())

    def path(self, order: Order) -> Path:
        """Return the path of a member."""
        return self.folder / f"member-{self.key[:8]}-{order.name}"

    def save(self, trained: TrainedMember, order: Order) -> None:
        """Write a member's file; raises OSError."""
        kind = kind_of(trained.layout)
        about = msgspec.msgpack.encode((kind, trained.layout, trained.record, trained.layers))
        arrays: dict[str, NDArray[Any]] = {
            "parameters": trained.parameters,
            "log_odds": trained.log_odds,
            "curve": trained.curve,
            "about": np.frombuffer(about, np.uint8),
        }
        body = self.key.encode() + b"\n" + safetensors.save(arrays)
        with whole_file(self.path(order)) as file:
            file.write(_HEAD + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    def load(self, order: Order) -> TrainedMember | None:
        """Read a member's file; None if there is none, it is damaged or another run's."""
        body = checked(self.path(order))
        if body is None:
            return None
        key, _, stored = body.partition(b"\n")
        if key != self.key.encode():
            return None
        arrays = {name: array.copy() for name, array in safetensors.load(stored).items()}
        kind, raw, record, layers = _ABOUT.decode(arrays["about"].tobytes())
        layout = msgspec.msgpack.decode(raw, type=LAYOUTS[kind])
        parameters, log_odds, curve = (arrays[of] for of in ("parameters", "log_odds", "curve"))
        return TrainedMember(layout, parameters, log_odds, curve, record, layers)

    def kept(self, trained: TrainedMember, order: Order) -> dict[str, Any]:
        """Save a member, and return what its process tells the parent: it is done, or unsaved."""
        try:
            self.save(trained, order)
        except OSError as error:
            return {"unsaved": error.strerror}
        return trained.record.last_event()

    def of_orders(self, orders: Iterable[Order], *, stopped: bool) -> dict[Order, TrainedMember]:
        """Read the members of these orders; if training was ``stopped``, those that are there.

        Raises
        ------
        TrainingError
            If one is not there although training has ended.
        """
        finished = {}
        for order in orders:
            trained = self.load(order)
            if trained is not None:
                finished[order] = trained
            elif not stopped:
                raise TrainingError(
                    f"{self.path(order)} has changed during training; run the same again"
                )
        return finished


def checked(path: Path) -> bytes | None:
    """Return what follows a file's checksum; None if there is no file or its checksum is wrong."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    start = len(_HEAD) + _DIGEST + 1
    body = raw[start:]
    good = _HEAD + hashlib.sha256(body).hexdigest().encode() + b"\n"
    return body if raw[:start] == good else None
