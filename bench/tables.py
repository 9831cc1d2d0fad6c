"""The real tables of ../shared/data as pandas frames, their folds, and the scores of a forecast."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split

import machine

Floats = NDArray[np.float64]
FOLDS = 5
FEW_ROWS = 3_000
"""Tables with fewer rows are scored on all five folds: one of their folds is mostly chance."""
BINS = 15
MISSING = ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL"]

SETS = {
    "tuned": (
        *("adult", "bank_marketing", "telco_churn", "titanic", "medical_no_show"),
        *("give_me_some_credit", "skin_segmentation", "german_credit", "sonar", "horse_colic"),
        *("mushroom", "mammography", "polish_bankruptcy", "hmeq", "spambase"),
    ),
    "untouched": (
        *("credit_card_default", "hotel_bookings", "weather_australia", "flight_cancelled"),
        *("amazon_access", "online_shoppers", "compas", "stroke", "hr_attrition", "pima_diabetes"),
        *("chronic_kidney_disease", "credit_approval", "phoneme", "oil_spill", "magic_telescope"),
        *("churn_telecom", "grants"),
    ),
}
"""Tables used to choose the recipe, and tables that were not."""


def manifest(folder: Path = machine.DATA) -> list[dict[str, Any]]:
    """Read what is known of every table: file, target, "yes", columns to drop, categories."""
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())
    return entries


def load(name: str, cap: int, folder: Path = machine.DATA) -> tuple[pd.DataFrame, Floats]:
    """One table's inputs, as pandas reads them, and its target as 0.0 and 1.0.

    Rows without a target are left out; more than ``cap`` rows are thinned to a stratified sample.
    """
    about = next(entry for entry in manifest(folder) if entry["name"] == name)
    frame = pd.read_csv(
        folder / about["file"], na_values=MISSING, keep_default_na=False, skipinitialspace=True
    )
    labels = pd.read_csv(
        folder / about["file"], usecols=[about["target"]], dtype=str, keep_default_na=False
    )[about["target"]].str.strip()
    kept = labels.isin([about["positive"].strip(), about["other_label"].strip()])
    y = (labels == about["positive"].strip()).to_numpy(dtype=np.float64)[kept]
    X = frame.loc[kept].drop(columns=[about["target"], *about["drop"]]).reset_index(drop=True)
    if len(y) > cap:
        chosen, _ = train_test_split(np.arange(len(y)), train_size=cap, stratify=y, random_state=0)
        chosen.sort()
        X, y = X.iloc[chosen].reset_index(drop=True), y[chosen]
    return X, y


def folds(y: Floats) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(rows to train on, rows to score) of five stratified folds, seed 0."""
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(y)), y))


def folds_scored(rows: int) -> range:
    """Folds that are scored of a table with so many rows: all five of a small one, or the first."""
    return range(FOLDS if rows < FEW_ROWS else 1)


def folds_of(name: str, cap: int) -> range:
    """Folds that are scored of a table that is thinned to at most ``cap`` rows."""
    about = next(entry for entry in manifest() if entry["name"] == name)
    return folds_scored(min(cap, about["rows"] - about["target_missing_rows"]))


def calibration_error(y: Floats, p: Floats) -> float:
    """Mean gap of forecast and frequency over 15 bins of equal mass."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(part) * abs(p[part].mean() - y[part].mean()) for part in parts) / len(y))


def row_losses(y: Floats, p: Floats) -> Floats:
    """Each row's log-loss in nats, probabilities kept off 0 and 1 by 1e-15."""
    p = np.clip(p, 1e-15, 1.0 - 1e-15)
    return np.asarray(-np.where(y == 1.0, np.log(p), np.log1p(-p)))


def scores(y: Floats, p: Floats, base_rate: float) -> dict[str, float]:
    """Scores of one fold; ``base_rate`` is the training rows' share of "yes"."""
    loss, base = (float(row_losses(y, q).mean()) for q in (p, np.full(len(y), base_rate)))
    return {
        "log_loss": loss,
        "relative_log_loss": loss / base,
        "brier": float(np.mean((p - y) ** 2)),
        "auc": float(roc_auc_score(y, p)),
        "calibration_error": calibration_error(y, p),
    }
