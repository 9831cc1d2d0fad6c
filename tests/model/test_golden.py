"""The golden files hold: by table, by row, by the reference, and every rounding step counts."""

import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from exact_reference import reference_log_odds, reference_probability
from trueodds.model import fixed, model, requantise, row_scorer, scorer, soft_scorer

pytestmark = pytest.mark.filterwarnings("ignore::trueodds.TableWarning")
"""The cells are odd on purpose, and a model says so."""


def test_there_is_one_for_every_activation_and_the_edges() -> None:
    folder = Path(__file__).parents[1] / "golden"
    names = {path.stem for path in folder.glob("*.odds")}
    assert names >= {
        "relu",
        "leaky_relu",
        "silu",
        "gelu",
        "tanh",
        "sigmoid",
        "edges",
        "pieces",
        "crosses",
        "soft_splits",
        "soft_edges",
        "words",
    }


def test_tables_give_the_golden_bits(golden) -> None:
    assert golden.model.log_odds(golden.cells).tobytes() == golden.log_odds.tobytes()
    assert golden.model.predict(golden.cells).tobytes() == golden.probability.tobytes()


def test_single_rows_give_the_golden_bits(golden) -> None:
    for cells, log_odds, chance in zip(
        golden.cells, golden.log_odds, golden.probability, strict=True
    ):
        assert golden.model.log_odds(cells)[0] == log_odds
        assert golden.model.predict(cells)[0] == chance


def test_exact_whole_numbers_give_the_golden_bits(golden) -> None:
    found = reference_log_odds(golden.model, golden.model.read(golden.cells))
    assert np.array(found).tobytes() == golden.log_odds.tobytes()
    assert [reference_probability(z) for z in found] == golden.probability.tolist()


AWAY = "np.copyto({0}, np.trunc({0} + np.copysign(0.5, {0})))"
"""Ties away from zero, as many languages' round does."""
SCORER_STEPS = {
    "inputs rounded down": ("np.rint(X, out=X)", "np.floor(X, out=X)"),
    "inputs' ties away from zero": ("np.rint(X, out=X)", AWAY.format("X")),
    "inputs not rounded": ("np.rint(X, out=X)", "pass"),
    "inputs not clamped above": ("np.minimum(X, limit, out=X)", "pass"),
    "inputs not clamped below": ("np.maximum(X, -limit, out=X)", "pass"),
    "products in float32": (
        "X[:, :stop] @ group.numbers",
        "(X[:, :stop].astype('f') @ group.numbers.astype('f')).astype('d')",
    ),
}

REQUANTISE_STEPS = {
    "ReLU outputs rounded down": (
        "np.maximum(A, 0.0, out=A)\n            np.rint(A, out=A)",
        "np.maximum(A, 0.0, out=A)\n            np.floor(A, out=A)",
    ),
    "ReLU outputs' ties away from zero": (
        "np.maximum(A, 0.0, out=A)\n            np.rint(A, out=A)",
        f"np.maximum(A, 0.0, out=A)\n            {AWAY.format('A')}",
    ),
    "log-odds not rounded": (
        "            np.rint(A, out=A)\n            if self.clamp:",
        "            if self.clamp:",
    ),
    "outputs not clamped above": ("np.minimum(A, limit, out=A)", "pass"),
    "outputs not clamped below": ("np.maximum(A, -limit, out=A)", "pass"),
}

ROW_STEPS = [step for step in SCORER_STEPS if step.startswith("inputs")]
"""The steps that both scorers share."""


SOFT_STEPS = {
    "shares not rounded": ("        np.rint(shares, out=shares)\n", ""),
    "shares rounded down": ("np.rint(shares, out=shares)", "np.floor(shares, out=shares)"),
    "shares' ties away from zero": ("np.rint(shares, out=shares)", AWAY.format("shares")),
    "log-odds not rounded": ("        np.rint(out, out=out)\n", ""),
    "log-odds not clamped": (
        "np.clip(out, -float(OUTPUT.limit), float(OUTPUT.limit), out=out)",
        "out",
    ),
}


def mutant_of(module: types.ModuleType, sound: str, broken: str) -> types.ModuleType:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(sound) == 1, "the step is written in another way now: mend this test"
    mutant = types.ModuleType("mutant")
    # Dataclasses look their module up by name.
    mutant.__dict__["__name__"] = module.__name__
    exec(compile(source.replace(sound, broken), "mutant", "exec"), mutant.__dict__)
    return mutant


@pytest.mark.parametrize("step", [*SCORER_STEPS, *REQUANTISE_STEPS])
def test_breaking_a_rounding_step_breaks_the_golden_bits(
    step: str, golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = scorer
    if step in SCORER_STEPS:
        mutant = mutant_of(scorer, *SCORER_STEPS[step])
    else:
        broken = mutant_of(requantise, *REQUANTISE_STEPS[step])
        monkeypatch.setattr(scorer, "Requantise", broken.Requantise)
    held = []
    for name in ("edges", "relu", "tanh"):
        golden = golden_called(name)
        found = golden.model
        found.__dict__["_scorer"] = mutant.Scorer(
            found.networks, found.encoder, found.target_encodings
        )
        held.append(found.log_odds(golden.cells).tobytes() == golden.log_odds.tobytes())
    assert not all(held)


@pytest.mark.parametrize("step", ROW_STEPS)
def test_breaking_a_rows_rounding_breaks_the_golden_bits(
    step: str, golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = mutant_of(scorer, *SCORER_STEPS[step])
    monkeypatch.setattr(row_scorer, "on_grid", mutant.on_grid)
    held = []
    for name in ("edges", "relu"):
        golden = golden_called(name)
        found = golden.model
        found.__dict__["_row_scorer"] = row_scorer.RowScorer(
            found.networks, found.encoder, found.target_encodings, found._reader.sources
        )
        held += [
            found.log_odds(cells)[0] == z
            for cells, z in zip(golden.cells, golden.log_odds, strict=True)
        ]
    assert not all(held)


@pytest.mark.parametrize("step", SOFT_STEPS)
def test_breaking_a_step_of_soft_splits_breaks_the_golden_bits(
    step: str, golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = mutant_of(soft_scorer, *SOFT_STEPS[step])
    monkeypatch.setattr(scorer, "forests", mutant.forests)
    held = []
    for name in ("soft_splits", "soft_edges"):
        golden = golden_called(name)
        held.append(golden.model.log_odds(golden.cells).tobytes() == golden.log_odds.tobytes())
    assert not all(held)


def test_single_rows_need_nothing_precomputed(golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_scorer, "MOST_PRECOMPUTED", 0)
    alone = np.array([golden.model.log_odds(cells)[0] for cells in golden.cells])
    assert alone.tobytes() == golden.log_odds.tobytes()


def test_flags_in_float64_give_the_golden_bits(golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "EXACT32", 0.0)
    assert golden.model.log_odds(golden.cells).tobytes() == golden.log_odds.tobytes()


def naive_sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-z)))


MODEL_STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the mean by a rounded reciprocal": lambda patch: patch.setattr(
        model.Model,
        "_calibrated",
        lambda self, total: self.calibrator.apply(
            total * (1.0 / (len(self.networks.members) * 2.0**fixed.OUTPUT_BITS))
        ),
    ),
    "the calibrator's shift before its slope": lambda patch: patch.setattr(
        "trueodds.ensemble.calibrator.Calibrator.apply",
        lambda self, z: self.slope * (z + self.shift / self.slope),
    ),
    "σ by the library's exp": lambda patch: patch.setattr(model, "sigmoid", naive_sigmoid),
}


@pytest.mark.parametrize("step", MODEL_STEPS)
def test_breaking_the_last_steps_breaks_the_golden_bits(
    step: str, golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = golden_called("relu")
    MODEL_STEPS[step](monkeypatch)
    assert golden.model.predict(golden.cells).tobytes() != golden.probability.tobytes()
