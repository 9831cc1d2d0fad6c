import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trueodds.cli.stop import Stopped, StopRequest, spoken_errors
from trueodds.errors import TrueOddsError, UsageError

PROC = Path("/proc")
needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="looks for processes in /proc")


def processes_of(session: int) -> Iterator[str]:
    """Command lines of the living processes of a session."""
    for entry in PROC.iterdir():
        try:
            status = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(status[3]) == session and status[0] != "Z":
                yield (entry / "cmdline").read_text().replace("\0", " ")
        except (OSError, IndexError, ValueError):
            continue


@needs_proc
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_a_fit_with_nothing_written_and_nobody_left(tmp_path, jobs):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(20_000, 5))
    y = (numbers[:, 0] + rng.normal(size=20_000) > 0).astype(int)
    lines = [",".join(f"{v:.4f}" for v in row) + f",{t}" for row, t in zip(numbers, y, strict=True)]
    (tmp_path / "t.csv").write_text("a,b,c,d,e,y\n" + "\n".join(lines) + "\n")
    spare = tmp_path / "tmp"
    spare.mkdir()
    command = ["fit", "t.csv", "--target", "y", "--effort", "best", "--jobs", str(jobs)]
    process = subprocess.Popen(
        [sys.executable, "-m", "trueodds", *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(spare)},
    )
    try:
        # Two jobs: once the workers run. One: some time after the table was read.
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            workers = sum("execution.worker" in line for line in processes_of(process.pid))
            if workers == 2 or (jobs == 1 and (tmp_path / ".t.odds.work").exists()):
                break
            time.sleep(0.05)
        time.sleep(1.0 if jobs == 2 else 0.2)
        assert process.poll() is None
        # A terminal sends it to the whole foreground group.
        os.killpg(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert out == b""
    # Members that choose how long to train are done before the workers run.
    *_, last = told.splitlines()
    work = {".t.odds.work"} if b"kept in" in last else set()
    assert last.startswith(b"Stopped: ")
    assert work or last == b"Stopped: nothing was written."
    assert b"Traceback" not in told
    assert list(processes_of(process.pid)) == []
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "tmp"} | work
    assert list(spare.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "Stopped: nothing was written."),
        (
            Stopped("a.odds was written before"),
            130,
            "Stopped: a.odds was written before.",
        ),
        (KeyboardInterrupt("from inside a codec"), 130, "Stopped: nothing was written."),
        (UsageError("not so"), 2, "Usage error: not so"),
        (TrueOddsError("no\x1b[2Jgood"), 1, r"Error: no\x1b[2Jgood"),
        (PermissionError(13, "Permission denied", "x.csv"), 1, "Error: x.csv: Permission denied."),
        (MemoryError(), 1, "Error: the memory is full; use fewer --jobs or a smaller table."),
    ],
)
def test_errors_become_a_sentence_and_a_code(capsys, error, code, told):
    with pytest.raises(SystemExit) as left, spoken_errors():
        raise error
    assert left.value.code == code
    assert capsys.readouterr().err == told + "\n"


def test_a_second_signal_does_not_disturb_the_cleaning_up():
    request = StopRequest()
    request.check()
    with pytest.raises(KeyboardInterrupt):
        request.hear(signal.SIGINT, None)
    request.hear(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        request.check()


BUSY = """
import ctypes, hashlib, os, signal, threading
from trueodds.cli.stop import StopRequest, stoppable
request = StopRequest()
request.written += {written!r}
with stoppable(request):
    {work}
print("went on")
"""
LONG_CALL = """threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)"""
CALLBACK = """ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))()"""


@pytest.mark.parametrize(
    ("work", "written", "told"),
    [
        (LONG_CALL, [], "Stopped."),
        (LONG_CALL, ["a.odds"], "Stopped: a.odds was written before."),
        (CALLBACK, [], "Stopped."),
    ],
    ids=["long call", "long call after a file", "callback"],
)
def test_compiled_code_cannot_keep_a_stop_waiting_or_lose_it(work, written, told):
    code = BUSY.format(work=work, written=written)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", told + "\n")
