"""SIGKILL of the whole process group at random moments: the next run ends with the same bytes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KILLS = 60
TINY = Path(__file__).with_name("tiny_fit.py")


def start(folder: Path, jobs: int) -> "subprocess.Popen[bytes]":
    words = ["fit", "people.csv", "--target", "answer", "--no-report", "--jobs", str(jobs)]
    return subprocess.Popen(
        [sys.executable, str(TINY), *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "TINY_STEPS": "2000"},
    )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_killed_at_any_moment_a_fit_goes_on_to_the_same_bytes(table, tmp_path, capsys):
    dice = random.Random(7)
    folders = []
    for name in ("calm", "killed"):
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        shutil.copy(table, folders[-1])
    calm, killed = folders
    # Two workers take longer than one process to start, so each way has its own duration.
    whole, made = {}, {}
    for jobs in (2, 1):
        began = time.monotonic()
        process = start(calm, jobs)
        process.communicate()
        assert process.returncode == 0
        whole[jobs] = time.monotonic() - began
        made[jobs] = (calm / "people.odds").read_bytes()
    expected = made[1]
    assert made[2] == expected
    assert {path.name for path in calm.iterdir()} == {"people.csv", "people.odds"}

    kills = cut = resumed = finished = 0
    # A slow start leaves few moments after the first member; more kills make up for it.
    while kills < KILLS or (resumed < KILLS // 5 and kills < 2 * KILLS):
        began = time.monotonic()
        jobs = dice.choice([1, 1, 1, 2])
        process = start(killed, jobs)
        # From the first import to after the end, the training most of all.
        try:
            text = process.communicate(timeout=dice.uniform(0.3, 1.0) * whole[jobs])[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
            text = process.communicate()[1]
        assert b"Traceback" not in text
        resumed += b"Resuming: " in text
        if process.returncode == 0 and b"Resuming: " not in text:
            whole[jobs] = time.monotonic() - began  # the machine may be less busy by now
        out = killed / "people.odds"
        if out.exists():
            assert out.read_bytes() == expected
        if process.returncode == 0:
            finished += 1
            assert not (killed / ".people.odds.work").exists()
            out.unlink()
        elif dice.random() < 0.3:
            cut += power_cut(killed / ".people.odds.work", dice)
    process = start(killed, 2)
    process.communicate()
    assert process.returncode == 0
    assert (killed / "people.odds").read_bytes() == expected
    assert {path.name for path in killed.iterdir()} == {"people.csv", "people.odds"}
    assert resumed >= KILLS // 5
    assert cut > 0
    with capsys.disabled():
        print(
            f"\n{kills} kills, {resumed} runs resumed, {cut} work files cut short, "
            f"{finished} finished between: the same bytes"
        )


def power_cut(folder: Path, dice: random.Random) -> int:
    """Cut a work file short, as a disk may after a power cut."""
    files = sorted(p for p in folder.glob("*") if p.is_file() and p.name != "lock")
    if not files:
        return 0
    chosen = dice.choice(files)
    os.truncate(chosen, dice.randrange(chosen.stat().st_size + 1))
    return 1
