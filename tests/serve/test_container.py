"""The image's command, user and environment serve a folder below a read-only root."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import trueodds
from serve.conftest import GOLDEN, Client, rows_of
from trueodds import load

ROOT = Path(__file__).parents[2]
FILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
USER = int(re.search(r"^USER (\d+):\1$", FILE, re.M)[1])  # type: ignore[index]
ENVIRONMENT = dict(
    each.split("=", 1)
    for each in re.search(r"^ENV (.*)$", FILE, re.M)[1].split()  # type: ignore[index]
)
ENTRYPOINT = json.loads(re.search(r"^ENTRYPOINT (.*)$", FILE, re.M)[1])  # type: ignore[index]
READ_ONLY = """set -e
mount --make-rprivate /
mount --bind "$1" /mnt
mount -t tmpfs tmpfs /tmp
for place in $(findmnt -rno TARGET -t nosysfs,noproc,notmpfs,nodevtmpfs); do
  mount -o remount,ro,bind "$place" 2>/dev/null || true
done
! touch /mnt/x 2>/dev/null
cd /mnt
shift
exec "$@"
"""


def test_the_image_has_all_that_the_package_is_built_of() -> None:
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    assert set(kept) == {"src", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    assert all((ROOT / name).exists() for name in kept)
    assert USER > 0


@pytest.mark.slow
def test_it_serves_below_a_read_only_root_without_rights(tmp_path: Path) -> None:
    as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"]
    python = [*as_user, sys.executable]
    if not (shutil.which("unshare") and shutil.which("setpriv")) or os.geteuid() != 0:
        pytest.skip("only root makes a read-only root")
    packages = os.pathsep.join([str(Path(trueodds.__file__).parents[1]), *sys.path])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": packages, **ENVIRONMENT}
    environment["NUMBA_DISABLE_JIT"] = "1"  # compiling would take most of the test's time
    tried = subprocess.run([*python, "-c", "import numba"], env=environment, capture_output=True)
    if tried.returncode != 0:
        pytest.skip(f"the user of the image cannot run {sys.executable}")
    models = tmp_path / "models"
    models.mkdir()
    shutil.copy(GOLDEN / "relu.odds", models)
    assert ENTRYPOINT[:3] == ["trueodds", "serve", "/models"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    words = ["/mnt" if word == "/models" else word for word in ENTRYPOINT[1:]]
    words[words.index("8080")] = str(port)
    command = [*python, "-P", "-m", "trueodds", *words]
    server = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", str(models), *command],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(1200):
            assert server.poll() is None, server.stderr and server.stderr.read()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        row = rows_of("relu")[3]
        found = Client(port).post("/models/relu/predict", row).json()
        assert found["rows"][0]["log_odds"] == load(GOLDEN / "relu.odds").log_odds(row)[0]
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
        assert re.search(rf"^Uid:\s+{USER}\s+{USER}", status, re.M)
    finally:
        server.terminate()
        assert server.wait(60) == 0
