"""Version 0.1.0 is measured where the history holds it, and left out where it does not."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import first_version
import processes
import speed_parts


def test_its_source_is_laid_out_and_imported(tmp_path: Path) -> None:
    found = first_version.environment(tmp_path)
    known = ["git", "-C", str(first_version.ROOT), "cat-file", "-e", first_version.COMMIT]
    try:
        at_hand = subprocess.run(known, capture_output=True, check=False).returncode == 0
    except OSError:
        at_hand = False
    if not at_hand:
        assert found is None
        return
    assert found is not None
    assert (Path(found["PYTHONPATH"]) / "trueodds" / "main_job.py").is_file()
    assert Path(found["NUMBA_CACHE_DIR"]).is_relative_to(tmp_path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"0\.1\.0 is not imported"):
        first_version.require_import(tmp_path, {})


@pytest.mark.parametrize("extra", [None, {"PYTHONPATH": "first"}])
def test_fits_without_the_history_leave_it_out(
    extra: dict[str, str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, dict[str, str] | None]] = []

    def checked(command: list[str], extra: dict[str, str] | None = None) -> processes.Finished:
        given.append((command[3], extra))
        names = ("cpu_seconds", "fit_seconds", "log_loss", "rows_fitted")
        told: dict[str, Any] = dict.fromkeys(names, 1.0)
        return processes.Finished(0, json.dumps(told), "", 1.0, 1.0, 1.0, 1.0)

    monkeypatch.setattr(speed_parts, "checked", checked)
    monkeypatch.setattr(speed_parts, "FIT_TABLES", ("sonar",))
    monkeypatch.setattr(first_version, "environment", lambda folder: extra)
    found = speed_parts.fits(tmp_path, 60.0)["sonar"]
    first = {"trueodds 0.1.0 quick", "trueodds 0.1.0 standard"}
    assert set(found) & first == (first if extra else set())
    assert set(found) - first == {"trueodds_quick", "trueodds", "catboost", "catboost_cv5"}
    assert [name for name, used in given if used] == (
        ["trueodds_quick", "trueodds"] * 2 if extra else []
    )


def test_without_the_commit_there_is_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_version, "COMMIT", "0" * 40)
    assert first_version.environment(tmp_path) is None
