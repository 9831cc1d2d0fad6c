"""From the figures of `speed_table.py` to its ten rows: target, ours, peers, ratio, met or missed.

A part that was not run, or not finished, leaves its rows open: neither met nor missed.
"""

from collections.abc import Iterator
from typing import Any

import speed_judge_fits
from speed_row import ROWS, Row, rough_span, span

Found = dict[str, Any]
NAMES = {"lightgbm": "LightGBM's", "catboost": "CatBoost's"}


def rows(parts: Found) -> list[Row]:
    """All ten rows."""
    found = {name: part["figures"] for name, part in parts.items()}
    starts: Found = found.get("starts", {})
    judged = (
        _scoring(found.get("scoring", {})),
        _csv(found.get("csv", {})),
        _one_row_cold(starts.get("one row", {})),
        speed_judge_fits.rows(found.get("fits", {}), found.get("million", {})),
        _import(starts.get("import", {})),
    )
    made = {name: row for each in judged for name, row in each}
    return [made.get(name, row) for name, row in ROWS.items()]


Named = Iterator[tuple[str, Row]]


def _scoring(tables: Found) -> Named:
    if not tables:
        return
    yield "one row", _one_row("one row", tables, next(iter(tables)), 40.0, beside=True)
    most = max(tables, key=lambda name: tables[name]["members"])
    yield "many networks", _one_row("many networks", tables, most, 80.0, beside=False)
    over = {p: _over(tables, "from a frame", p) for p in NAMES}
    ours, lightgbm, catboost = (
        _microseconds(tables, who, "from a frame") for who in ("trueodds", *NAMES)
    )
    yield (
        "batches",
        ROWS["batches"].found(
            detail=", 1 and 2 threads",
            ours=f"{span(ours, '.1f')} µs",
            peers=f"LightGBM {span(lightgbm, '.1f')} µs, CatBoost {span(catboost, '.1f')} µs",
            ratio="; ".join(f"{span(found)} × {NAMES[p]}" for p, found in over.items()),
            brief=(
                f"{rough_span(ours)} µs a row",
                f"LightGBM {rough_span(lightgbm)}, CatBoost {rough_span(catboost)} µs",
                f"{rough_span(over['lightgbm'])} ×",
            ),
            met=max(over["lightgbm"]) <= 1.0 and max(over["catboost"]) <= 2.0,
        ),
    )
    alone = _over(tables, "networks alone", "onnxruntime")
    ours, other = (
        _microseconds(tables, who, "networks alone") for who in ("trueodds", "onnxruntime")
    )
    yield (
        "networks",
        ROWS["networks"].found(
            ours=f"{span(ours, '.1f')} µs",
            peers=f"onnxruntime {span(other, '.1f')} µs",
            ratio=f"{span(alone)} ×",
            brief=(
                f"{rough_span(ours)} µs a row",
                f"onnxruntime {rough_span(other)} µs",
                f"{rough_span(alone)} ×",
            ),
            met=max(alone) <= 1.0,
        ),
    )


def _one_row(key: str, tables: Found, name: str, most: float, *, beside: bool) -> Row:
    about = tables[name]
    found = about["seconds"]["1 row, 1 t"]
    micro = {c: 1e6 * found[f"{c}, from a dict"]["median"] for c in ("trueodds", *NAMES)}
    ratio = micro["trueodds"] / micro["lightgbm"]
    ours = f"{micro['trueodds']:.0f} µs"
    peers = f"LightGBM {micro['lightgbm']:.0f}, CatBoost {micro['catboost']:.0f} µs"
    return ROWS[key].found(
        detail=f", one thread: {name}, {about['members']} networks ({about['soft']} of soft "
        "splits)",
        ours=ours,
        peers=peers,
        ratio=f"{ratio:.2f} × LightGBM's",
        brief=(f"{ours}, {about['members']} networks", peers, f"{rough_span([ratio])} ×"),
        met=micro["trueodds"] < most and (not beside or micro["trueodds"] <= micro["lightgbm"]),
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


def _microseconds(tables: Found, who: str, way: str) -> list[float]:
    """Microseconds a row, one for each table, size and number of threads."""
    return [1e6 * found[f"{who}, {way}"]["median"] / rows for rows, found in _batches(tables)]


def _csv(sizes: Found) -> Named:
    if not sizes:
        return
    small, large = min(sizes, key=int), max(sizes, key=int)
    ours, peer = sizes[large]["trueodds"], sizes[large]["lightgbm"]
    grown = ours["peak_anonymous_mb"] / sizes[small]["trueodds"]["peak_anonymous_mb"]
    ratio = ours["seconds"] / peer["seconds"]
    yield (
        "csv",
        ROWS["csv"].found(
            work=f"`predict` of {int(large):,} rows of a CSV",
            ours=f"{ours['rows_per_second']:,} rows/s, {ours['cpu_microseconds_per_row']} µs of "
            f"processor time a row, {ours['peak_mb']} MB ({grown:.2f} × that of {int(small):,})",
            peers=f"LightGBM through pandas {peer['rows_per_second']:,} rows/s, "
            f"{peer['cpu_microseconds_per_row']} µs, {peer['peak_mb']} MB",
            ratio=f"{ratio:.2f} × its time",
            brief=(
                f"{ours['rows_per_second']:,} rows/s, {ours['peak_mb']} MB",
                f"LightGBM and pandas {peer['rows_per_second']:,}",
                f"{ratio:.2f} × its time",
            ),
            met=ours["rows_per_second"] >= 150_000 and grown <= 1.25,
        ),
    )


def _one_row_cold(found: Found) -> Named:
    if not found:
        return
    seconds = {name: one["seconds"] for name, one in found.items()}
    ratio = seconds["trueodds"] / seconds["lightgbm"]
    ours = f"{seconds['trueodds']:.2f} s"
    yield (
        "start",
        ROWS["start"].found(
            ours=f"{ours}, {found['trueodds']['cpu_seconds']:.2f} s of processor time",
            peers=f"LightGBM and pandas {seconds['lightgbm']:.2f} s, "
            f"CatBoost {seconds['catboost']:.2f} s",
            ratio=f"{ratio:.2f} × LightGBM's",
            brief=(
                ours,
                f"LightGBM {seconds['lightgbm']:.2f}, CatBoost {seconds['catboost']:.2f} s",
                f"{ratio:.2f} ×",
            ),
            met=seconds["trueodds"] < 0.3,
        ),
    )


def _import(found: Found) -> Named:
    if not found:
        return
    ours = found["trueodds"]["cpu_seconds"]
    others = {name: one["cpu_seconds"] for name, one in found.items() if name != "trueodds"}
    base = others["scikit-learn's base class alone"]
    yield (
        "import",
        ROWS["import"].found(
            ours=f"{ours:.2f} s",
            peers=", ".join(f"{name} {seconds:.2f}" for name, seconds in others.items()) + " s",
            ratio=f"{ours / base:.2f} × the base class's",
            brief=(
                f"{ours:.2f} s",
                f"LightGBM {others['lightgbm']:.2f}, CatBoost {others['catboost']:.2f} s",
                f"{ours / others['lightgbm']:.2f} ×",
            ),
            met=ours < 0.7,
        ),
    )
