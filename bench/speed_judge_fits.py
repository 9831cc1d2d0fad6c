"""Rows of the speed table about fits: beside the peers, beside 0.1.0, and of a million rows."""

from collections.abc import Callable, Iterator
from statistics import mean, median
from typing import Any

from speed_row import ROWS, Row, rough, rough_span, span

Found = dict[str, Any]
Named = Iterator[tuple[str, Row]]
EFFORTS = {"quick": "trueodds_quick", "standard": "trueodds"}
PEERS = {"trueodds_quick": "catboost", "trueodds": "catboost_cv5"}
FIRST = {"trueodds_quick": "trueodds 0.1.0 quick", "trueodds": "trueodds 0.1.0 standard"}
"""Whom each effort is compared with."""
FIVE = {"lightgbm": "LightGBM × 5", "catboost": "CatBoost × 5"}
"""Peers of the fit of many rows."""


def rows(fits: Found, million: Found) -> Named:
    """The three rows, as far as they were measured."""
    if row := _beside("fits", fits, PEERS, ("CatBoost", "CatBoost × 5"), "below", _is_below):
        yield "fits", row
    if row := _beside("first", fits, FIRST, ("quick", "standard"), "at most half", _is_half):
        yield "first", row
    if million:
        yield "million", _million(million)


def _is_below(ratio: float) -> bool:
    return ratio < 1.0


def _is_half(ratio: float) -> bool:
    return ratio <= 0.5


def _beside(
    key: str,
    fits: Found,
    others: dict[str, str],
    names: tuple[str, str],
    word: str,
    reached: Callable[[float], bool],
) -> Row | None:
    """Both efforts beside others on the tables that have them all; None where there are none."""
    needed = {*others, *others.values()}
    tables = {name: found for name, found in fits.items() if needed <= set(found)}
    if not tables:
        return None

    def each(measure: str, who: str) -> list[float]:
        return [found[who][measure] for found in tables.values()]

    def over(measure: str, who: str) -> list[float]:
        pairs = zip(each(measure, who), each(measure, others[who]), strict=True)
        return [ours / other for ours, other in pairs]

    def told(name: str, seconds: list[float]) -> str:
        return f"{name} {span(seconds, '.1f')} s (median {median(seconds):.1f})"

    def short(name: str, seconds: list[float]) -> str:
        return f"{name} {rough(median(seconds))}"

    seconds = {who: each("cpu_seconds", who) for who in needed}
    ratios = {who: over("cpu_seconds", who) for who in others}
    losses = {who: over("log_loss", who) for who in others}
    ours, peers = ([seconds[who] for who in whose] for whose in (others, others.values()))
    lead = "0.1.0 " if key == "first" else ""
    return ROWS[key].found(
        detail=f", on {len(tables)} {'table' if len(tables) == 1 else 'tables'}: "
        + ", ".join(tables),
        ours=", ".join(map(told, EFFORTS, ours)),
        peers=lead + ", ".join(map(told, names, peers)),
        ratio="; ".join(
            f"{effort} {span(ratios[who])} ×, {word} on {sum(map(reached, ratios[who]))} of "
            f"{len(tables)}, log-loss of one fold {span(losses[who])} × (mean "
            f"{mean(losses[who]):.2f})"
            for effort, who in EFFORTS.items()
        ),
        brief=(
            ", ".join(map(short, EFFORTS, ours)) + " s",
            lead + ", ".join(map(short, names, peers)) + " s",
            ", ".join(map(rough_span, ratios.values())) + " ×",
        ),
        met=all(reached(ratio) for each in ratios.values() for ratio in each)
        and all(round(mean(each), 2) <= 1.0 for each in losses.values()),
    )


def _million(found: Found) -> Row:
    plain, limited = found["plain"], found["--memory 1GB"]
    both = plain["finished"] and limited["finished"]
    grown = limited["seconds"] / plain["seconds"]
    peers = {name: found[peer] for peer, name in FIVE.items() if peer in found}
    ratios = [f"{grown:.2f} × with `--memory`"] if both else []
    brief = ""
    if plain["finished"]:
        over = {name: _over(plain["seconds"], peer) for name, peer in peers.items()}
        ratios += [f"{ratio} {name}'s" for name, ratio in over.items()]
        brief = next(iter(over.values()), "")
    return ROWS["million"].found(
        work=f"`fit`, {found['rows']:,} rows, standard",
        ours=f"{_time(plain)}; with `--memory 1GB` {_time(limited)}",
        peers="; ".join(f"{name} {_time(peer)}" for name, peer in peers.items()) or "–",
        ratio="; ".join(ratios) or "–",
        brief=(
            f"{_short(plain)}, with `--memory` {_short(limited)}",
            ", ".join(f"{name} {_short(peer)}" for name, peer in peers.items()) or "–",
            brief or "–",
        ),
        met=both and plain["seconds"] <= 100.0 and grown <= 1.5,
    )


def _over(seconds: float, peer: Found) -> str:
    """Our time over a peer's; a bound where the peer was stopped."""
    return f"{'' if peer['finished'] else '< '}{seconds / peer['seconds']:.2f} ×"


def _time(one: Found) -> str:
    """Seconds of a fit, and of its processors.

    Children of a command that is stopped are not in its processor time, which is not told then.
    """
    if not one["finished"]:
        return f"stopped after {one['seconds']:.0f} s"
    return f"{one['seconds']:.0f} s, {one['cpu_seconds']:.0f} s of processor time"


def _short(one: Found) -> str:
    return f"{'' if one['finished'] else '> '}{one['seconds']:.0f} s"
