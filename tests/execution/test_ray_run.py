"""A real Ray cluster on this machine gives the same bytes, also when a worker of it is killed."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

TINY = Path(__file__).parents[1] / "cli" / "tiny_fit.py"


def started(folder: Path, *more: str) -> "subprocess.Popen[str]":
    words = ["fit", "people.csv", "--target", "answer", "--no-report", *more]
    return subprocess.Popen(
        [sys.executable, str(TINY), *words], cwd=folder, stderr=subprocess.PIPE, text=True
    )


def trainers(parent: int) -> list[psutil.Process]:
    """Processes below one that train a member on Ray now."""
    found = []
    with suppress(psutil.Error):
        for process in psutil.Process(parent).children(recursive=True):
            with suppress(psutil.Error):
                if "ray::train_on_node" in " ".join(process.cmdline()):
                    found.append(process)
    return found


@pytest.mark.slow
def test_a_killed_worker_costs_only_its_member_and_no_byte_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("TINY_STEPS", "4000")
    rows = [f"{i % 17},{'ab'[i % 2]},{'yes' if i % 17 + i % 3 > 8 else 'no'}" for i in range(300)]
    (tmp_path / "people.csv").write_text("\n".join(["age,job,answer", *rows]), encoding="utf-8")
    here = started(tmp_path, "--out", "here.odds")
    _, text = here.communicate(timeout=3000)
    assert here.returncode == 0, text

    there = started(tmp_path, "--out", "there.odds", "--on", "ray", "--jobs", "2")
    ended = time.monotonic() + 3000
    while not (training := trainers(there.pid)):
        assert there.poll() is None, there.stderr and there.stderr.read()
        assert time.monotonic() < ended
        time.sleep(0.05)
    training[0].kill()
    cluster = psutil.Process(there.pid).children(recursive=True)
    _, text = there.communicate(timeout=3000)
    assert there.returncode == 0, text
    assert (tmp_path / "there.odds").read_bytes() == (tmp_path / "here.odds").read_bytes()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"people.csv", "here.odds", "there.odds"}
    _, alive = psutil.wait_procs(cluster, timeout=30)
    assert not alive
