"""Two contenders on the same rows: how their log-losses differ, and how surely.

The interval is over tables as well as rows: it is meant for tables like these, not for these alone.
A two-level bootstrap draws tables with replacement, then rows of each drawn table with replacement
(Davison & Hinkley 1997, section 3.8). The percentiles of a bootstrap over few tables lie too close
together. They are taken further out, by the factor √(n / (n - 1)) and by Student's t in place of
the normal (Hesterberg 2015, the expanded percentile interval). Drawing at both levels counts the
noise of the rows twice: the interval is too wide where the tables hardly differ.
"""

from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import machine
from journal import OURS, Line, Losses

Floats = NDArray[np.float64]
Compared = dict[str, Any]
"""A `Difference` as a dictionary, with the names of ours and of the peer."""
ROW_DRAWS, TABLE_DRAWS, CHUNK = 2_000, 20_000, 250
LEAST_TABLES = 5
"""Fewer tables say nothing of others: no interval is given."""


@dataclass(frozen=True)
class Difference:
    """Mean over tables of one contender's relative log-loss less another's, with a 95 % interval.

    A table is won or lost when the 95 % interval over its own rows excludes zero. ``low`` and
    ``high`` are None where there are fewer than five tables.
    """

    tables: int
    mean: float
    low: float | None
    high: float | None
    won: int
    lost: int


def resampled_means(rows: Floats, rng: np.random.Generator, draws: int = ROW_DRAWS) -> Floats:
    """Column means (draws × columns) of rows (rows × columns) drawn with replacement."""
    count = len(rows)
    parts = []
    for start in range(0, draws, CHUNK):
        some = min(CHUNK, draws - start)
        drawn = rng.integers(count, size=(some, count)) + count * np.arange(some)[:, None]
        times = np.bincount(drawn.ravel(), minlength=some * count).reshape(some, count)
        parts.append(times @ rows / count)
    return np.concatenate(parts)


def expanded_tail(tables: int) -> float:
    """Share of draws beyond each end of a 95 % interval: below 0.025, least for few tables."""
    factor = sqrt(tables / (tables - 1)) * stats.t.ppf(0.975, tables - 1)
    return float(stats.norm.cdf(-factor))


def two_level(
    gaps: list[float], resampled: list[Floats], rng: np.random.Generator, draws: int = TABLE_DRAWS
) -> Difference:
    """Difference over tables, from each one's gap and its gaps on resampled rows."""
    count = len(gaps)
    tails = [np.quantile(pool, (0.025, 0.975)) for pool in resampled]
    won = sum(bool(high < 0.0) for _, high in tails)
    lost = sum(bool(low > 0.0) for low, _ in tails)
    mean = float(np.mean(gaps))
    if count < LEAST_TABLES:
        return Difference(count, mean, None, None, won, lost)
    pools = np.stack(resampled)
    tables = rng.integers(count, size=(draws, count))
    means = pools[tables, rng.integers(pools.shape[1], size=tables.shape)].mean(axis=1)
    tail = expanded_tail(count)
    low, high = np.quantile(means, (tail, 1.0 - tail))
    return Difference(count, mean, float(low), float(high), won, lost)


def relative_losses(lines: list[Line], losses: Losses) -> Floats | None:
    """Losses of all scored rows of one table over the base rate's; None where some are missing."""
    parts = []
    for line in lines:
        rows = None if "error" in line else losses.get(line)
        if rows is None:
            return None
        parts.append(rows * (line["relative_log_loss"] / line["log_loss"]))
    return np.concatenate(parts)


def differences(lines: list[Line], names: list[str], losses: Losses) -> list[Compared]:
    """Each of ours less every other contender, over the named tables that both finished."""
    contenders = list(dict.fromkeys(line["contender"] for line in lines))
    rng = np.random.default_rng(0)
    rows: dict[str, dict[str, Floats]] = {}
    pools: dict[str, dict[str, Floats]] = {}
    for name in names:
        found = {}
        for contender in contenders:
            mine = [x for x in lines if (x["table"], x["contender"]) == (name, contender)]
            each = relative_losses(mine, losses) if mine else None
            if each is not None:
                found[contender] = each
        if found:
            resampled = resampled_means(np.stack(list(found.values()), axis=1), rng)
            rows[name] = found
            pools[name] = dict(zip(found, resampled.T, strict=True))
    out = []
    for ours in (c for c in OURS if c in contenders):
        for peer in (c for c in contenders if c != ours):
            both = [name for name, found in rows.items() if ours in found and peer in found]
            if both:
                gaps = [float((rows[n][ours] - rows[n][peer]).mean()) for n in both]
                pool = [pools[n][ours] - pools[n][peer] for n in both]
                found_here = two_level(gaps, pool, rng)
                out.append({"ours": ours, "peer": peer, **asdict(found_here)})
    return out


def interval(low: float | None, high: float | None, decimals: int = 4) -> str:
    """An interval as text; a dash where there is none."""
    if low is None or high is None:
        return "–"
    return f"{low:+.{decimals}f} to {high:+.{decimals}f}"


def table(found: list[Compared], ours: str) -> str:
    """Lay out the differences of one of ours, a row a peer."""
    rows = []
    for each in (each for each in found if each["ours"] == ours):
        won, lost, count = each["won"], each["lost"], each["tables"]
        cells = [f"{each['mean']:+.4f}", interval(each["low"], each["high"])]
        rows.append([each["peer"], *cells, *map(str, (won, lost, count - won - lost))])
    return machine.table([f"{ours} less", "mean", "95 % interval", "won", "lost", "even"], rows)


def mean_ranks(by_table: dict[str, dict[str, float]], contenders: list[str]) -> list[float]:
    """Mean over tables of each contender's rank, 1 the lowest; ties share their ranks' mean."""
    ranks = []
    for found in by_table.values():
        values = np.array([round(found[c], 6) for c in contenders])
        below = (values[None, :] < values[:, None]).sum(axis=1)
        equal = (values[None, :] == values[:, None]).sum(axis=1)
        ranks.append(below + (equal + 1) / 2)
    return [float(r) for r in np.mean(ranks, axis=0)]
