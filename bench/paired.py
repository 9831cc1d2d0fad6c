"""Two contenders on the same rows: how their log-losses differ, and how surely."""

from math import sqrt
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

import machine

Line = dict[str, Any]


def file_of(folder: Path, key: Line) -> Path:
    """Where the held-out rows' losses of one fit are kept."""
    name = "-".join(str(key[part]) for part in ("table", "contender", "fold", "rows"))
    return folder / f"{name}.npy"


def difference(first: Line, second: Line, folder: Path) -> tuple[float, float]:
    """First less second, log-loss over the base rate's, and its standard error over the rows.

    The rows' losses are taken as independent given the two models, which one fold's are.
    """
    gaps = np.load(file_of(folder, first)) - np.load(file_of(folder, second))
    base = first["log_loss"] / first["relative_log_loss"]
    return float(gaps.mean() / base), float(gaps.std(ddof=1) / sqrt(len(gaps)) / base)


def compared(lines: list[Line], folder: Path, ours: str) -> str:
    """A row a peer: mean difference over tables with its 95 % interval, tables won and lost.

    A table is won or lost when its own interval excludes zero.
    """
    by_key = {(line["table"], line["fold"], line["contender"]): line for line in lines}
    peers = [c for c in dict.fromkeys(line["contender"] for line in lines) if c != ours]
    rows = []
    for peer in peers:
        found = {}
        for table in dict.fromkeys(line["table"] for line in lines):
            pairs = [
                difference(by_key[table, fold, ours], by_key[table, fold, peer], folder)
                for fold in {line["fold"] for line in lines if line["table"] == table}
                if all("error" not in by_key[table, fold, c] for c in (ours, peer))
            ]
            if pairs:
                error = sqrt(sum(e**2 for _, e in pairs)) / len(pairs)
                found[table] = (mean(d for d, _ in pairs), error)
        if not found:
            continue
        total = mean(d for d, _ in found.values())
        half = 1.96 * sqrt(sum(e**2 for _, e in found.values())) / len(found)
        won = sum(d + 1.96 * e < 0.0 for d, e in found.values())
        lost = sum(d - 1.96 * e > 0.0 for d, e in found.values())
        interval = f"{total - half:+.4f} to {total + half:+.4f}"
        cells = [f"{total:+.4f}", interval, str(won), str(lost), str(len(found) - won - lost)]
        rows.append([peer, *cells])
    header = [f"{ours} less", "mean", "95 % interval", "won", "lost", "even"]
    return machine.table(header, rows)


def mean_ranks(by_table: dict[str, dict[str, float]], contenders: list[str]) -> list[float]:
    """Mean over tables of each contender's rank, 1 the lowest; ties share their ranks' mean."""
    ranks = []
    for found in by_table.values():
        values = np.array([round(found[c], 6) for c in contenders])
        below = (values[None, :] < values[:, None]).sum(axis=1)
        equal = (values[None, :] == values[:, None]).sum(axis=1)
        ranks.append(below + (equal + 1) / 2)
    return [float(r) for r in np.mean(ranks, axis=0)]
