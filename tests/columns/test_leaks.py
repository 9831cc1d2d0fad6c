import numpy as np
import polars as pl
import pytest

from trueodds.columns import Leak, infer_schema, rare_auc, suspect_leaks, to_values
from trueodds.table import as_frame

RNG = np.random.default_rng(3)


def found(y: np.ndarray, **columns: object) -> tuple[Leak, ...]:
    frame = as_frame(pl.DataFrame(columns, strict=False))
    schema = infer_schema(frame)
    return suspect_leaks(to_values(frame, schema), schema, y.astype(np.uint8))


def noise(rng: np.random.Generator, rows: int) -> dict[str, object]:
    columns: dict[str, object] = {f"noise {i}": rng.normal(size=rows) for i in range(6)}
    columns["gaps"] = np.where(rng.random(rows) < 0.3, None, rng.normal(size=rows))
    columns["letter"] = rng.choice(list("abcd"), rows)
    return columns


def word(condition: np.ndarray) -> np.ndarray:
    return np.where(condition, "with", "without")


def where(condition: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(condition, values, None)


@pytest.mark.parametrize("rows", [60, 1000, 60_000])
@pytest.mark.parametrize("ordered", [False, True])
def test_planted_leaks_are_found_and_honest_columns_are_not(rows: int, ordered: bool) -> None:
    y = (RNG.random(rows) < 0.3).astype(np.uint8)
    y = np.sort(y) if ordered else y
    noise = RNG.normal(size=rows)
    leaks = found(
        y,
        high=y + 0.4 * RNG.random(rows),
        low=-1.0 * y + 0.4 * RNG.random(rows),
        code=np.where(y == 1, "p", np.where(noise > 0, "q", "r")),
        middle=np.where(y == 1, 5, np.where(noise > 0, 3, 9)),
        filled=np.where(y == 1, np.round(noise, 3), None),
        gone=np.where(y == 1, None, np.round(noise, 3)),
        strong=y + 1.2 * noise,
        noise=noise,
        many=[f"l{i}" for i in RNG.integers(0, rows // 2, size=rows)],
    )
    assert all(leak.kind == "alone" and leak.auc >= 0.999 for leak in leaks)
    told = {leak.columns[0]: leak.evidence for leak in leaks if leak.tier == "leak"}
    assert len(told) == len(leaks)
    assert set(told) == {"high", "low", "code", "middle", "filled", "gone"}
    assert "high values alone mean yes, AUC 1.0000" in told["high"]
    assert "low values" in told["low"]
    assert "3 levels" in told["code"]
    assert "filled in exactly where the answer is yes" in told["filled"]
    assert "missing exactly where the answer is yes" in told["gone"]


def test_small_tables_and_rare_classes_stay_silent() -> None:
    y = np.arange(49) % 2
    assert found(y, a=y + 0.5) == ()
    y = (np.arange(100) < 4).astype(int)
    assert found(y, a=y + 0.5) == ()
    assert found(np.zeros(100), a=np.arange(100) / 7) == ()


def test_by_chance_alone_nothing_is_found_in_many_columns() -> None:
    y = np.arange(50) % 2
    columns = {f"c{i}": RNG.normal(size=50) for i in range(500)}
    assert found(y, **columns) == ()


def test_by_chance_alone_nothing_is_found_in_a_thousand_columns() -> None:
    rng = np.random.default_rng(11)
    y = rng.random(300) < 0.3
    columns = {f"c{i}": rng.normal(size=300) for i in range(900)}
    columns |= {f"l{i}": rng.choice(list("abcdefgh"), 300) for i in range(100)}
    assert found(y, **columns) == ()


@pytest.mark.parametrize(
    "rows", [1000, *(pytest.param(rows, marks=pytest.mark.slow) for rows in (240, 9000))]
)
def test_columns_that_give_the_target_away_together_are_named(rows: int) -> None:
    rng = np.random.default_rng(rows)
    a, b, c = (rng.random(rows) < 0.5 for _ in range(3))
    x, z = rng.normal(size=(2, rows))
    together = {
        "exclusive or": (a ^ b, {"a": word(a), "b": b * 2.0}),
        "and": (a & b, {"a": word(a), "b": word(b)}),
        "or": (a | b, {"a": word(a), "b": word(b)}),
        "two of three": (a * 1 + b + c >= 2, {"a": word(a), "b": word(b), "c": word(c)}),
        "and, or": (a & (b | c), {"a": word(a), "b": word(b), "c": word(c)}),
        "filled": (a | b, {"p": where(a, x), "q": where(b, z)}),
        "filled and more": (a & b, {"p": where(a, x), "q": word(b)}),
        "missing": (~a & ~b, {"p": where(a, x), "q": where(b, z)}),
    }
    for name, (y, columns) in together.items():
        leaks = found(y, **noise(rng, rows), **columns)
        assert [(leak.tier, leak.kind) for leak in leaks] == [("leak", "together")], name
        assert set(leaks[0].columns) == set(columns)
        assert leaks[0].stand_ins == ()
        assert leaks[0].auc == 1.0


def test_thresholds_that_give_the_target_away_together_are_named() -> None:
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=(2, 6000))
    for y in ((x > -0.3) & (z < 0.5), (x > 0.6) | (z > 0.5), (x > 0.4) ^ (z > -0.3)):
        leaks = found(y, x=x, z=z, **noise(rng, 6000))
        assert [set(leak.named) for leak in leaks] == [{"x", "z"}]
        assert leaks[0].auc > 0.998


def test_correlated_leaks_do_not_hide_each_other() -> None:
    rng = np.random.default_rng(2)
    rows = 1500
    a, b, c, d = (rng.random(rows) < 0.5 for _ in range(4))
    leaks = found(a | b, a=word(a), a2=a * 3.0, b=word(b), b2=b * 1.0, **noise(rng, rows))
    assert len(leaks) == 1
    assert set(leaks[0].named) == {"a", "a2", "b", "b2"}
    y = a & b
    leaks = found(y, a=word(a), b=word(b), c=word(y | c), d=word(y | ~c), e=word(d))
    assert [leak.tier for leak in leaks] == ["leak", "leak"]
    assert {leak.named for leak in leaks} == {("a", "b"), ("c", "d")}
    leaks = found(y, one=y + 0.5, two=word(y), a=word(a), b=word(b))
    assert {leak.named for leak in leaks} == {("one",), ("two",), ("a", "b")}


def test_one_column_of_0_95_is_worth_a_look() -> None:
    rng = np.random.default_rng(4)
    y = rng.random(2000) < 0.4
    flipped = y ^ (rng.random(2000) < 0.03)
    middle = np.where(flipped, 0.2, 1.0) * rng.normal(size=2000)
    leaks = found(
        y,
        high=y + 0.35 * rng.normal(size=2000),
        low=-1.0 * flipped,
        code=np.where(flipped, "p", rng.choice(["q", "r"], 2000)),
        edges=np.where(flipped, 3.0 + rng.random(2000), 6 * (rng.random(2000) > 0.5)) + middle / 50,
        fair=y + 0.8 * rng.normal(size=2000),
    )
    assert {leak.tier for leak in leaks} == {"look"}
    assert {name for leak in leaks for name in leak.named} == {"high", "low", "code", "edges"}
    assert all(0.95 <= leak.auc < 0.9995 for leak in leaks)


@pytest.mark.parametrize(("share", "tier"), [(1.0, "leak"), (0.93, "leak"), (0.66, "look")])
def test_a_column_that_only_one_answer_has_is_told(share: float, tier: str) -> None:
    rng = np.random.default_rng(6)
    y = rng.random(3000) < 0.45
    filled = np.where(y, rng.random(3000) < share, rng.random(3000) < 0.02)
    leaks = found(y, when=where(filled, rng.normal(size=3000)), **noise(rng, 3000))
    assert [(leak.columns, leak.tier) for leak in leaks] == [(("when",), tier)]
    assert "filled in almost only where the answer is yes" in leaks[0].evidence


def test_a_text_that_only_one_answer_has_is_told() -> None:
    rng = np.random.default_rng(7)
    y = rng.random(3000) < 0.45
    cases = [f"{n}-CF{'ABC'[n % 3]}" if yes else None for n, yes in enumerate(y)]
    leaks = found(y, case=cases, **noise(rng, 3000))
    assert [(leak.columns, leak.tier) for leak in leaks] == [(("case",), "leak")]
    assert "filled in exactly where the answer is yes" in leaks[0].evidence


@pytest.mark.parametrize("missing", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["number", "words"])
def test_a_column_that_knows_the_answer_of_some_rows_is_told(missing: float, kind: str) -> None:
    rng = np.random.default_rng(9)
    y = rng.random(3000) < 0.3
    tells = y + 0.3 * rng.random(3000) if kind == "number" else word(y)
    filled = rng.random(3000) >= missing
    leaks = found(y, outcome=where(filled, tells), **noise(rng, 3000))
    assert [(leak.columns, leak.tier) for leak in leaks] == [(("outcome",), "leak")]
    if missing > 0.5:
        assert f"where it is filled in ({filled.mean():.1%} of the rows)" in leaks[0].evidence


def test_a_few_filled_cells_of_a_class_prove_nothing() -> None:
    rng = np.random.default_rng(10)
    y = rng.random(3000) < 0.3
    filled = np.zeros(3000, dtype=np.bool_)
    for label in (False, True):
        filled[np.flatnonzero(y == label)[:19]] = True
    assert found(y, outcome=where(filled, y + 0.5), **noise(rng, 3000)) == ()


@pytest.mark.parametrize(("share", "tier"), [(1.0, "leak"), (0.95, "look"), (0.6, None)])
def test_a_word_that_gives_the_answer_away_is_told(share: float, tier: str | None) -> None:
    rng = np.random.default_rng(11)
    y = rng.random(2000) < 0.4
    common = ["client", "called", "about", "letter", "from", "bank", "street", "again"]
    told = y & (rng.random(2000) < share)
    notes = [" ".join([*rng.choice(common, 8), "refused" if yes else "noted"]) for yes in told]
    leaks = found(y, notes=notes, **noise(rng, 2000))
    assert [(leak.columns, leak.tier) for leak in leaks] == ([(("notes",), tier)] if tier else [])
    if tier == "leak":
        said = leaks[0].evidence
        assert said.startswith('the word "')
        assert "is in 100.0% of the rows where the answer is yes and in 0.0% of others" in said or (
            "is in 0.0% of the rows where the answer is yes and in 100.0% of others" in said
        )


def honest(rng: np.random.Generator) -> tuple[np.ndarray, dict[str, object]]:
    """A table of 60 to 3,000 rows whose forecast has an AUC of 0.5 to 0.93."""
    rows, wide = int(rng.integers(60, 3000)), int(rng.integers(1, 12))
    x = rng.normal(size=(rows, wide))
    group = rng.integers(0, 8, rows)
    z = x @ rng.normal(size=wide) + rng.normal(size=8)[group] + 2.0 * (x[:, 0] > 1.0)
    z = z / z.std() * rng.uniform(0.0, 3.2) + rng.uniform(-1.5, 0.0)
    y = rng.random(rows) < 1.0 / (1.0 + np.exp(-z))
    columns: dict[str, object] = {f"x{i}": x[:, i] for i in range(wide)}
    columns["group"] = [f"g{g}" for g in group]
    columns["many"] = [f"m{m}" for m in rng.integers(0, rows // 3, rows)]
    gone = rng.random(rows) < np.where(y, 0.35, 0.15)
    columns["gaps"] = where(~gone, x[:, 0])
    return y, columns


def no_alarm(seeds: range) -> None:
    for seed in seeds:
        y, columns = honest(np.random.default_rng([8, seed]))
        assert found(y, **columns) == (), seed


def test_honest_tables_raise_no_alarm() -> None:
    no_alarm(range(20))


@pytest.mark.slow
def test_two_hundred_honest_tables_raise_no_alarm() -> None:
    no_alarm(range(20, 200))


def test_an_auc_that_is_rarely_honest_names_the_most_important_columns() -> None:
    leak = rare_auc(0.9987, ["a", "b", "c", "d"])
    assert leak is not None
    assert (leak.tier, leak.kind, leak.columns) == ("look", "score", ("a", "b", "c"))
    assert "0.9987" in leak.message()
    assert rare_auc(0.997, ["a"]) is None
    assert rare_auc(float("nan"), ["a"]) is None
    assert rare_auc(1.0, []) is None
