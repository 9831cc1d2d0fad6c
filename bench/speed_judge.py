"""From the figures of `speed_table.py` to its nine rows: target, ours, peers, ratio, met or missed.

A part that was not run, or not finished, leaves its rows open: neither met nor missed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Found = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    work: str
    target: str
    ours: str = "–"
    peers: str = "–"
    ratio: str = "–"
    met: bool | None = None
    """None where it was not measured."""
    limit: str = ""
    """What explains a miss."""

    @property
    def verdict(self) -> str:
        """Met, missed, or open."""
        return {True: "met", False: "missed", None: "not measured"}[self.met]


LIMITS = {
    "one row": "all networks are summed for each row, and the cells are read in Python",
    "many networks": "the first sums of all networks are added from tables, for each row",
    "batches": "each row of a batch adds the same rows of tables, and each gate of soft splits "
    "takes a σ",
    "networks": "sums in float64, exact in any order, where onnxruntime rounds in float32",
    "csv": "cells are read by the schema, and each row runs through all networks",
    "start": "NumPy and polars alone are about half of its processor time, and more than the aim; "
    "all regular expressions together are 4 %",
    "fits": "each fold trains networks of four kinds, with few rows in twice as many folds",
    "million": "20 networks of four kinds see 65,536 rows an epoch; one core encodes all rows, "
    "fits the weights and scores",
    "import": "scikit-learn's base class alone takes most of it: it loads SciPy and pandas",
}
"""Why a row is missed, shown only there."""


def rows(parts: Found) -> list[Row]:
    """All nine rows."""
    return [row for made in (_scoring, _files, _fits, _start) for row in made(parts)]


def _scoring(parts: Found) -> Iterator[Row]:
    tables: Found = parts.get("scoring", {}).get("figures", {})
    one = Row("one row from a dict, one thread", "≤ LightGBM's, < 40 µs")
    many = Row("one row, the model of most networks", "30 networks in < 80 µs")
    batches = Row("batches from a frame, 1 and 2 threads", "≤ LightGBM's, ≤ 2 × CatBoost's")
    networks = Row("networks alone", "≤ onnxruntime float32's")
    if not tables:
        yield from (one, many, batches, networks)
        return
    yield _one_row(one, tables, next(iter(tables)), 40.0, "one row", beside=True)
    most = max(tables, key=lambda name: tables[name]["members"])
    yield _one_row(many, tables, most, 80.0, "many networks", beside=False)
    over = {p: _over(tables, "from a frame", p) for p in ("lightgbm", "catboost")}
    yield Row(
        batches.work,
        batches.target,
        _worst_batch(tables, "trueodds"),
        f"LightGBM {_worst_batch(tables, 'lightgbm')}, CatBoost {_worst_batch(tables, 'catboost')}",
        "; ".join(f"{_range(found)} × {NAMES[p]}" for p, found in over.items()),
        max(over["lightgbm"]) <= 1.0 and max(over["catboost"]) <= 2.0,
        LIMITS["batches"],
    )
    alone = _over(tables, "networks alone", "onnxruntime")
    yield Row(
        networks.work,
        networks.target,
        _worst_batch(tables, "trueodds", "networks alone"),
        f"onnxruntime {_worst_batch(tables, 'onnxruntime', 'networks alone')}",
        f"{_range(alone)} ×",
        max(alone) <= 1.0,
        LIMITS["networks"],
    )


NAMES = {"lightgbm": "LightGBM's", "catboost": "CatBoost's"}


def _one_row(row: Row, tables: Found, name: str, most: float, why: str, *, beside: bool) -> Row:
    about = tables[name]
    found = about["seconds"]["1 row, 1 t"]
    micro = {c: 1e6 * found[f"{c}, from a dict"]["median"] for c in ("trueodds", *NAMES)}
    met = micro["trueodds"] < most and (not beside or micro["trueodds"] <= micro["lightgbm"])
    return Row(
        f"{row.work}: {name}, {about['members']} networks ({about['soft']} of soft splits)",
        row.target,
        f"{micro['trueodds']:.0f} µs",
        f"LightGBM {micro['lightgbm']:.0f}, CatBoost {micro['catboost']:.0f} µs",
        f"{micro['trueodds'] / micro['lightgbm']:.2f} × LightGBM's",
        met,
        LIMITS[why],
    )


def _batches(tables: Found) -> Iterator[tuple[int, Found]]:
    for about in tables.values():
        for title, found in about["seconds"].items():
            if " rows, " in title:
                yield int(title.split()[0]), found


def _over(tables: Found, way: str, peer: str) -> list[float]:
    """Ratios of medians, one for each table, size and number of threads."""
    return [
        found[f"trueodds, {way}"]["median"] / found[f"{peer}, {way}"]["median"]
        for _, found in _batches(tables)
    ]


def _range(ratios: list[float]) -> str:
    return f"{min(ratios):.2f} to {max(ratios):.2f}" if len(ratios) > 1 else f"{ratios[0]:.2f}"


def _seconds(each: list[float]) -> str:
    return f"{min(each):.1f} to {max(each):.1f}" if len(each) > 1 else f"{each[0]:.1f}"


def _worst_batch(tables: Found, who: str, way: str = "from a frame") -> str:
    """Microseconds a row over all tables, sizes and threads."""
    each = [1e6 * found[f"{who}, {way}"]["median"] / rows for rows, found in _batches(tables)]
    return f"{min(each):.1f} to {max(each):.1f} µs"


def _files(parts: Found) -> Iterator[Row]:
    row = Row("`predict` of a CSV", "≥ 150,000 rows/s on two cores, same memory at any size")
    sizes: Found = parts.get("csv", {}).get("figures", {})
    if sizes:
        small, large = min(sizes, key=int), max(sizes, key=int)
        ours, peer = sizes[large]["trueodds"], sizes[large]["lightgbm"]
        grown = ours["peak_anonymous_mb"] / sizes[small]["trueodds"]["peak_anonymous_mb"]
        row = Row(
            f"{row.work}, measured on {int(large):,} rows",
            row.target,
            f"{ours['rows_per_second']:,} rows/s, {ours['cpu_microseconds_per_row']} µs of "
            f"processor time a row, {ours['peak_mb']} MB ({grown:.2f} × that of {int(small):,})",
            f"LightGBM through pandas {peer['rows_per_second']:,} rows/s, "
            f"{peer['cpu_microseconds_per_row']} µs, {peer['peak_mb']} MB",
            f"{ours['seconds'] / peer['seconds']:.2f} × its time",
            ours["rows_per_second"] >= 150_000 and grown <= 1.25,
            LIMITS["csv"],
        )
    yield row
    row = Row("cold `trueodds predict` of one row", "< 0.3 s")
    found: Found = parts.get("starts", {}).get("figures", {}).get("one row", {})
    if found:
        ours = found["trueodds"]
        row = Row(
            row.work,
            row.target,
            f"{ours['seconds']:.2f} s, {ours['cpu_seconds']:.2f} s of processor time",
            f"LightGBM and pandas {found['lightgbm']['seconds']:.2f} s, "
            f"CatBoost {found['catboost']['seconds']:.2f} s",
            f"{ours['seconds'] / found['lightgbm']['seconds']:.2f} × LightGBM's",
            ours["seconds"] < 0.3,
            LIMITS["start"],
        )
    yield row


def _fits(parts: Found) -> Iterator[Row]:
    row = Row("`fit`, quick and standard", "< CatBoost's, < CatBoost × 5's, same log-loss")
    tables: Found = parts.get("fits", {}).get("figures", {})
    tables = {name: found for name, found in tables.items() if len(found) == 4}
    if tables:
        pairs = (("trueodds_quick", "catboost"), ("trueodds", "catboost_cv5"))
        both = [[[f[c] for c in pair] for f in tables.values()] for pair in pairs]
        ratios, losses = (
            [[ours[key] / peer[key] for ours, peer in each] for each in both]
            for key in ("cpu_seconds", "log_loss")
        )
        ours, peers = (
            "; ".join(_seconds([pair[who]["cpu_seconds"] for pair in each]) for each in both)
            for who in (0, 1)
        )
        word = "table" if len(tables) == 1 else "tables"
        row = Row(
            f"{row.work}, processor time on {len(tables)} {word}: {', '.join(tables)}",
            row.target,
            f"{ours} s",
            f"{peers} s",
            "; ".join(
                f"{_range(each)} ×, below on {sum(ratio < 1.0 for ratio in each)}; log-loss of one "
                f"fold {_range(loss)} ×"
                for each, loss in zip(ratios, losses, strict=True)
            ),
            all(ratio < 1.0 for each in ratios for ratio in each),
            LIMITS["fits"],
        )
    yield row
    row = Row("`fit`, 10⁶ rows, standard", "≤ 100 s, `--memory` within 1.5 × of that")
    found: Found = parts.get("million", {}).get("figures", {})
    if found:
        plain, limited = found["plain"], found["--memory 1GB"]
        # The workers of a run that is stopped are not in its processor time.
        times = [
            f"{one['seconds']:.0f} s, "
            + (f"{one['cpu_seconds']:.0f} s of processor time" if one["finished"] else "stopped")
            for one in (plain, limited)
        ]
        ratio = limited["seconds"] / plain["seconds"]
        both = plain["finished"] and limited["finished"]
        row = Row(
            f"`fit`, {found['rows']:,} rows, standard",
            row.target,
            f"{times[0]}; with `--memory 1GB` {times[1]}",
            "–",
            f"{ratio:.2f} × with `--memory`" if both else "–",
            both and plain["seconds"] <= 100.0 and ratio <= 1.5,
            LIMITS["million"],
        )
    yield row


def _start(parts: Found) -> Iterator[Row]:
    row = Row("import of the estimator", "< 0.7 s of processor time")
    found: Found = parts.get("starts", {}).get("figures", {}).get("import", {})
    if found:
        ours = found["trueodds"]["cpu_seconds"]
        others = {name: one["cpu_seconds"] for name, one in found.items() if name != "trueodds"}
        base = others["scikit-learn's base class alone"]
        row = Row(
            row.work,
            row.target,
            f"{ours:.2f} s",
            ", ".join(f"{name} {seconds:.2f}" for name, seconds in others.items()) + " s",
            f"{ours / base:.2f} × the base class's",
            ours < 0.7,
            LIMITS["import"],
        )
    yield row
