"""A made-up model and its evidence, for every test of the report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trueodds.columns.schema import Column, Schema
from trueodds.evaluation.scores import CalibrationError, Interval, Scores
from trueodds.model import Model, load
from trueodds.report.out_of_fold import ColumnImportance, OutOfFold
from trueodds.training.training_record import MemberRecord, TrainingRecord

COLUMNS = (
    Column("age", "number", distinct=73),
    Column("workclass", "category", missing=1836, distinct=8, levels=("Private", "Self-emp")),
    Column("fnlwgt", "number", distinct=21648),
    Column("education", "category", distinct=16, levels=("HS-grad", "Bachelors")),
    Column("education-num", "number", distinct=16),
    Column("marital-status", "category", distinct=7, levels=("Married-civ-spouse",)),
    Column("occupation", "category", missing=1843, distinct=14, levels=("Sales",)),
    Column("relationship", "category", distinct=6, levels=("Husband",)),
    Column("sex", "yesno", distinct=2, levels=("Female", "Male")),
    Column("capital-gain", "number", distinct=119),
    Column("capital-loss", "number", distinct=92),
    Column("hours-per-week", "number", distinct=94),
    Column("hired", "date", distinct=4012, date_format="%Y-%m-%d"),
    Column(
        "tax-bracket",
        "category",
        distinct=5,
        levels=("low", "high"),
        leak="its levels alone forecast the target with AUC 0.9991",
    ),
    Column(
        "row_id", "ignored", reason="identifier: a different value in every row", distinct=32561
    ),
    Column("country-code", "ignored", reason="constant: only ever 'US'", distinct=1),
)


def made_up_members(folds: int, members: int = 1, epochs: int = 40) -> tuple[MemberRecord, ...]:
    found = []
    for fold in range(folds):
        for member in range(members):
            rng = np.random.default_rng([fold, member])
            epoch = np.arange(1, epochs + 1)
            train = 0.30 + 0.30 * np.exp(-epoch / 4) - 0.0007 * epoch
            fold_loss = 0.31 + 0.22 * np.exp(-epoch / 3) + 0.0004 * np.maximum(0, epoch - 18)
            fold_loss = fold_loss + 0.006 * rng.normal() + 0.0012 * rng.normal(size=epochs)
            best = int(np.argmin(fold_loss)) + 1
            found.append(
                MemberRecord(
                    fold=fold,
                    member=member,
                    epochs=epochs,
                    best_epoch=best,
                    stride=1,
                    train_loss=tuple(train.tolist()),
                    fold_loss=tuple(fold_loss.tolist()),
                )
            )
    return tuple(found)


def made_up_evidence(
    rows: int = 6000, seed: int = 0, shift: float = -1.6, weighted: bool = False
) -> OutOfFold:
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(shift, 2.0, rows)
    y = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.uint8)
    names = [c.name for c in COLUMNS if c.kind != "ignored"]
    means = 0.09 * 0.62 ** np.arange(len(names))
    importance = tuple(
        ColumnImportance(name, float(m), float(m - 0.002 - 0.1 * m), float(m + 0.002 + 0.1 * m))
        for name, m in zip(names, means, strict=True)
    )
    weight = rng.uniform(0.2, 3.0, rows) if weighted else None
    return OutOfFold(y=y, log_odds=log_odds, weight=weight, importance=importance)


@pytest.fixture(scope="session")
def model() -> Model:
    """A small model whose columns, scores and record are made up; its networks are real."""
    return replace(
        load(Path(__file__).parents[1] / "golden" / "relu.odds"),
        profile=None,
        schema=Schema(columns=COLUMNS, rows=32561),
        target_name="income",
        target_yes=">50K",
        target_no="<=50K",
        target_rule="the rarer label",
        scores=Scores(
            rows=32561,
            positives=7841,
            base_rate=0.2408,
            log_loss=Interval(0.2791, 0.2733, 0.2850),
            brier=Interval(0.0873, 0.0852, 0.0894),
            auc=Interval(0.9284, 0.9256, 0.9312),
            calibration_error=CalibrationError(0.0061, 0.0052, 0.0032, 0.21),
            base_log_loss=0.5520,
            base_brier=0.1828,
        ),
        record=TrainingRecord(
            effort="standard",
            seed=0,
            folds=5,
            fold_rule="5 stratified folds",
            settings={
                "folds": 5,
                "members": 2,
                "hidden": [256, 256],
                "activation": "silu",
                "batch": 256,
                "learning_rate": 0.002,
                "weight_decay": 0.01,
                "dropout": 0.1,
                "early_stopping": True,
            },
            members=made_up_members(5),
        ),
        health=(),
        notes=("1,836 cells of workclass were '?' and are read as missing.",),
        versions={"trueodds": "0.1.0", "numpy": "2.4.0"},
        source="adult.csv",
        source_sha256="5a1d3c0b" * 8,
    )


@pytest.fixture(scope="session")
def evidence() -> OutOfFold:
    return made_up_evidence()


@pytest.fixture(scope="session")
def make_evidence() -> Callable[..., OutOfFold]:
    return made_up_evidence


@pytest.fixture(scope="session")
def make_members() -> Callable[..., tuple[MemberRecord, ...]]:
    return made_up_members
