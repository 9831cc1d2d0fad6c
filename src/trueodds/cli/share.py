"""``trueodds fit --rows``: a random share of the rows of many files is drawn, the rest is scored.

Each file is looked at, read and scored alone, here or on Ray (`trueodds.execution.each.Each`), a
part of it at a time. So memory does not grow with the rows, but with those that are drawn.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import polars as pl

from trueodds.cli.predict import Tally
from trueodds.cli.roles import find
from trueodds.columns import Target
from trueodds.columns.row_share import RowShare, drawn_rows
from trueodds.columns.target import apply_target, label_text
from trueodds.errors import UsageError
from trueodds.evaluation.score_sums import ScoreSums
from trueodds.evaluation.scores import Scores
from trueodds.execution.each import Each
from trueodds.model import Model
from trueodds.model.file import to_bytes
from trueodds.model.model import from_bytes
from trueodds.model.monitor import Monitor, OutOfRange
from trueodds.table import Frame, Source
from trueodds.table.anywhere import joined_fingerprint
from trueodds.table.each_file import OneFile, facts_of, frames_of
from trueodds.table.folder import Parts, find_parts, joined

MOST_LABELS = 100
"""Labels of a file that are told; a target has two."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The drawn rows of some files, and what is needed to read the others."""

    frame: Frame
    common: Frame
    """Names and types of all files, without rows."""
    files: tuple[OneFile, ...]
    share: RowShare | None
    """Which rows are drawn; None if all are."""
    sha256: str
    """The `trueodds.table.anywhere.fingerprint` of the files."""
    labels: Mapping[str, int]
    """Cells of the target, missing ones left out, with their rows in all files."""

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    def require_labels(self, target: Target) -> None:
        """Raise TargetError if a row that is not drawn has another label than those drawn."""
        apply_target(
            pl.Series(target.name, list(self.labels), dtype=pl.String),
            target.name,
            target.yes,
            target.no,
            place=lambda row: self.common.source,
        )


@dataclass(frozen=True, eq=False)
class Unseen:
    """Scores of the finished model on rows that are not drawn: no member has seen them."""

    rows: int
    """Rows that are not drawn."""
    drawn: int
    left_out: int
    """Of the rows that are not drawn, those without a label."""
    scores: Scores | None
    """None if no row has a label."""
    notes: tuple[str, ...]
    """Cells that were not read."""
    out_of_range: tuple[OutOfRange, ...]
    """How they differ from the drawn rows."""


def files_of(source: Source) -> Parts:
    """Find the files of a folder or pattern that rows can be drawn from.

    Raises
    ------
    UsageError
        If they are no Parquet files.
    """
    several = source.kind == "pattern" or (source.kind == "path" and source.path.is_dir())
    if not several:
        raise UsageError(
            f"--rows draws from a folder or a pattern of Parquet files: {source.shown} is neither"
        )
    parts = find_parts(source)
    for part in parts.parts:
        if part.file.ending != ".parquet" or part.file.packing:
            raise UsageError(
                f"--rows draws from Parquet files only: {part.file.name} is none; write it as "
                "Parquet, or leave out --rows"
            )
    found = (replace(p, file=replace(p.file, path=p.file.path.absolute())) for p in parts.parts)
    return replace(parts, parts=tuple(found))


def draw(parts: Parts, target: str, wanted: int, seed: int, each: Each) -> Drawn:
    """Draw rows; the same ones wherever and in whatever order the files are read.

    Parameters
    ----------
    parts
        See `files_of`.
    target
        Name of the target's column.
    wanted, seed
        See `trueodds.columns.row_share.drawn_rows`.
    each
        Calls a function for each file.

    Raises
    ------
    TrueOddsError
        If a file cannot be read, their columns differ, or the target is not there.
    """
    places = [(position,) for position in range(len(parts.parts))]
    facts = [found for _, found in sorted(each(facts_of, (parts,), places), key=_number)]
    common = parts.common([found.frame for found in facts])
    name = find(common, target, "--target")
    files = tuple(
        OneFile(part, position, found.rows, found.state)
        for position, (part, found) in enumerate(zip(parts.parts, facts, strict=True))
    )
    share = drawn_rows([(file.name, file.rows) for file in files], wanted, seed)
    held: dict[int, Frame] = {}
    labels: Counter[str] = Counter()
    calls = [(file,) for file in files]
    for number, (frame, found) in each(drawn_of, (common, share, name), calls):
        held[number] = frame
        labels.update(found)
    return Drawn(
        frame=joined([held[number] for number in sorted(held)]),
        common=common,
        files=files,
        share=share,
        sha256=joined_fingerprint(
            (file.name, found.sha256) for file, found in zip(files, facts, strict=True)
        ),
        labels=labels,
    )


def drawn_of(
    common: Frame, share: RowShare | None, target: str, file: OneFile
) -> tuple[Frame, Counter[str]]:
    """The drawn rows of a file, and the labels of all its rows with their counts."""
    held, labels = [common], Counter[str]()
    for frame in frames_of(file, common):
        found = label_text(frame.column(target)).alias("label").drop_nulls()
        for label, rows in found.value_counts(name="rows").iter_rows():
            labels[label] += rows
        held.append(frame if share is None else frame.take(_is_drawn(share, file, frame)))
    return joined(held), Counter(dict(labels.most_common(MOST_LABELS)))


def score_unseen(model: Model, drawn: Drawn, target: str, each: Each) -> Unseen | None:
    """Score the rows that are not drawn, where they lie; None if all are drawn.

    The figures are the same wherever and in whatever order the files are read.
    """
    if drawn.share is None:
        return None
    sums, left_out, found = ScoreSums(), 0, {}
    given = (to_bytes(model), drawn.common, drawn.share, target)
    calls = [(file,) for file in drawn.files]
    for number, (some, missing, monitor, tally) in each(unseen_of, given, calls):
        sums.add(some)
        left_out += missing
        found[number] = monitor, tally
    monitor, tally = Monitor(model.schema, model.profile), Tally()
    for number in sorted(found):  # examples are those of the first file that has one
        monitor.add(found[number][0])
        tally.add(found[number][1])
    return Unseen(
        rows=sums.rows + left_out,
        drawn=drawn.frame.rows,
        left_out=left_out,
        scores=sums.scores() if sums.rows else None,
        notes=tuple(tally.notes(model)),
        out_of_range=monitor.out_of_range(),
    )


def unseen_of(
    raw: bytes, common: Frame, share: RowShare, target: str, file: OneFile
) -> tuple[ScoreSums, int, Monitor, Tally]:
    """Score the rows of a file that are not drawn."""
    model = _model(raw)
    sums, left_out = ScoreSums(), 0
    monitor, tally = Monitor(model.schema, model.profile), Tally()
    for frame in frames_of(file, common):
        rest = frame.take(~_is_drawn(share, file, frame))
        y, kept = apply_target(
            rest.column(target),
            target,
            model.target_yes,
            model.target_no,
            place=rest.place,
            none_left=True,
        )
        left_out += int(len(kept) - kept.sum())
        if not kept.any():
            continue
        _, values = model.read_frame(rest if kept.all() else rest.take(kept))
        sums.update(y, model.log_odds_of(values))
        monitor.update(values, rest.take(kept))
        tally.add_odd(values.odd)
    return sums, left_out, monitor, tally


@lru_cache(1)
def _model(raw: bytes) -> Model:
    """The model, which a process reads once."""
    return from_bytes(raw)


def _is_drawn(share: RowShare, file: OneFile, frame: Frame) -> np.ndarray:
    assert frame.lines is not None
    return share.holds(file.name, frame.lines)


def _number(result: tuple[int, object]) -> int:
    return result[0]
