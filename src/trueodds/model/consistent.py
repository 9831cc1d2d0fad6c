"""Checks that the parts of a model read from a file fit together, so that no row makes it fail.

Each part has the right types already (`trueodds.model.header`). This module checks what scoring and
describing the model need: names that exist, counts that agree, numbers in range, and that no matrix
of the scorer is much larger than the file.
"""

from itertools import pairwise
from math import isfinite

import numpy as np

from trueodds.columns.date_text import LAST_YEAR, ORDERS
from trueodds.columns.dates import DATE_FORMATS
from trueodds.columns.profile import Profile
from trueodds.columns.schema import NUMBER_STYLES, Schema
from trueodds.columns.sketch import MOST, REPEATS, RowSketch
from trueodds.ensemble.bounds import MOST_STEPS, Bounds
from trueodds.features.cross import Cross
from trueodds.features.text import Text
from trueodds.health.health_record import VALUES, HealthRecord
from trueodds.health.measure import DENSITY_BINS
from trueodds.model.consistent_inputs import require, require_encoder, require_target_encoding
from trueodds.model.data import ModelData
from trueodds.model.fixed import FixedNetworks, require_exact
from trueodds.network.activations import ACTIVATIONS

MOST_PADDED = 16
"""The scorer pads all members to one width and gives each the target encodings of all folds. It may
hold this many numbers for each weight of the file …"""
SPARE = 1 << 21
"""… and this many more (16 MB)."""
LARGEST_CALIBRATION = 1e100
MOST_ROWS = 2**53


def require_consistent(model: ModelData) -> None:
    """Raise ValueError, in a few words, if the model could not score every row exactly."""
    _require_schema(model.schema)
    columns = {column.name: column for column in model.schema.used}
    require_encoder(model.encoder, {c.name for c in model.schema.columns}, columns)
    for tables in model.target_encodings:
        for table in tables:
            require_target_encoding(table, columns)
    _require_names(model)
    require_exact(model.networks)
    for member in model.networks.members:
        require(member.fold in range(len(model.target_encodings)), "a member belongs to no fold")
        require(
            model.encoder.width + len(model.target_encodings[member.fold]) == member.sizes[0],
            "the encoder makes a different number of inputs than the network has",
        )
    _require_room(model.networks, model.encoder.width + sum(map(len, model.target_encodings)))
    if model.profile is not None:
        _require_profile(model.profile, model.schema)
    if model.sketch is not None:
        _require_sketch(model.sketch, model.schema.rows)
    if model.bounds is not None:
        _require_bounds(model.bounds)
    if model.background is not None:
        require(model.background.fits(model.schema), "the background does not fit the columns")
    named = [name for name in (model.roles.weight, model.roles.group, model.roles.time) if name]
    require(
        not {*named} & {*columns} and len({*named}) == len(named),
        "a column has two roles",
    )
    for record in model.record.members:
        if record.health is not None:
            _require_health(record.health)
    slope, shift = model.calibrator.slope, model.calibrator.shift
    good = 0.0 < slope <= LARGEST_CALIBRATION and abs(shift) <= LARGEST_CALIBRATION
    require(good, "the calibrator is out of range")


def _require_bounds(bounds: Bounds) -> None:
    at, lower, upper = bounds.at, bounds.lower, bounds.upper
    require(
        0 < len(at) <= MOST_STEPS
        and len(at) == len(lower) == len(upper)
        and all(map(isfinite, at))
        and all(a < b for a, b in pairwise(at))
        and all(a <= b for values in (lower, upper) for a, b in pairwise(values))
        and all(0.0 <= a <= b <= 1.0 for a, b in zip(lower, upper, strict=True)),
        "the bounds of its forecasts do not fit together",
    )


def _require_names(model: ModelData) -> None:
    """Names of crosses and texts are no column's, and a name means the same in every fold."""
    taken = {c.name for c in model.schema.columns} | {d.name for d in model.encoder.derived}
    meant: dict[str, tuple[tuple[float, ...], Cross | None, Text | None]] = {}
    for tables in model.target_encodings:
        names = [table.source for table in tables]
        require(len(set(names)) == len(names), "a column has two target encodings in one fold")
        for table in tables:
            own = (table.cuts, table.cross, table.text)
            require(
                meant.setdefault(table.source, own) == own
                and (own[1:] == (None, None) or table.source not in taken),
                f'"{table.source}" means two things',
            )


def _require_schema(schema: Schema) -> None:
    names = [column.name for column in schema.columns]
    require(len(set(names)) == len(names), "two columns have the same name")
    require(0 <= schema.rows <= MOST_ROWS, "it has an impossible number of rows")
    for leak in schema.leaks:
        require(
            bool(leak.columns)
            and set(leak.named) <= set(names)
            and 0.0 <= (leak.auc or 0.0) <= 1.0,
            "a leak names columns that the model does not have",
        )
    for column in schema.columns:
        require(
            column.date_format in ("", *DATE_FORMATS)
            and column.number_style in NUMBER_STYLES
            and column.date_order in ("", *ORDERS)
            and 0 <= column.century < LAST_YEAR - 99
            and (not column.unit or column.number_style in ("decimal_point", "decimal_comma"))
            and not (column.date_order and column.date_format)
            and len(set(column.levels)) == len(column.levels)
            and len(set(column.words)) == len(column.words)
            and (not column.words or column.kind in ("category", "text"))
            and (column.kind != "text" or (bool(column.words) and not column.levels))
            and 0 <= column.missing <= schema.rows
            and 0 <= column.distinct <= schema.rows,
            f'the description of column "{column.name}" is impossible',
        )


def _require_profile(profile: Profile, schema: Schema) -> None:
    names = tuple(column.name for column in profile.columns)
    require(names == tuple(c.name for c in schema.used), "its profile is of other columns")
    for column, found in zip((None, *schema.used), (profile.score, *profile.columns), strict=True):
        coded = column is not None and column.coded
        levels = len(column.levels) if column is not None and coded else 0
        counts = (*found.counts, found.missing)
        require(
            len(found.counts) == (len(found.codes) if coded else len(found.edges)) + 1
            and min(counts) >= 0
            and 0 < sum(counts) == profile.rows <= MOST_ROWS
            and len(set(found.codes)) == len(found.codes)
            and all(0 <= code < levels for code in found.codes)
            and all(a < b for a, b in pairwise(found.edges))
            and found.low <= found.high,
            f'the profile of "{found.name}" does not fit',
        )


def _require_sketch(sketch: RowSketch, rows: int) -> None:
    hashes = sketch.hashes
    good = hashes.dtype == np.int64 and hashes.ndim == 1 and 0 < len(hashes) <= min(MOST, rows)
    require(
        good
        and sketch.rows == rows
        and bool((hashes >= 0).all() and (np.diff(hashes) >= 0).all())
        and int(np.unique(hashes, return_counts=True)[1].max()) <= REPEATS,
        "the sketch of its training rows is impossible",
    )


def _require_health(health: HealthRecord) -> None:
    layers = len(health.names)
    require(
        len(health.at) == len(health.losses) == len(health.values)
        and len(health.activations) == len(health.layers) == layers
        and set(health.activations) <= set(ACTIVATIONS)
        and all(len(snapshot) == layers for snapshot in health.values)
        and all(len(state) == len(VALUES) for snapshot in health.values for state in snapshot)
        and len(health.densities) in (0, layers)
        and all(len(shares) == DENSITY_BINS for shares in health.densities)
        and all(0 <= share <= 1000 for shares in health.densities for share in shares),
        "the record of its layers does not fit together",
    )


def _require_room(networks: FixedNetworks, inputs: int) -> None:
    """Bound the memory that the scorer allocates.

    Every layer is padded to its widest member, the first to the target encodings of all folds.
    """
    soft = [networks.members[number].layers for number in networks.soft]
    members = [networks.members[number] for number in networks.mlps]
    stored = sum(gates.weights.size + leaves.weights.size for gates, leaves in soft)
    padded = sum((inputs + 1) * len(gates.biases) + leaves.weights.size for gates, leaves in soft)
    for index in range(len(networks.grids) if members else 0):
        shapes = [member.layers[index].weights.shape for member in members]
        stored += sum(rows * columns for rows, columns in shapes)
        widest = max(columns for _, columns in shapes) + 1
        deepest = inputs if index == 0 else max(rows for rows, _ in shapes)
        padded += len(members) * (deepest + 1) * widest
    require(
        padded <= MOST_PADDED * stored + SPARE,
        "the sizes of its members differ too much to be scored",
    )
