"""What Windows and macOS lack is asked for before use; docs/systems.md lists what differs."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueodds.errors import UsageError
from trueodds.execution import work_folder
from trueodds.files import whole_file
from trueodds.serve import run

SOURCES = sorted((Path(__file__).parents[1] / "src" / "trueodds").rglob("*.py"))
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
"""Modules that Windows lacks."""
HOMES = ("os", "signal", "socket")
POSIX_NAMES = {
    *("fork", "forkpty", "geteuid", "getuid", "getgid", "getppgid", "getpgid", "killpg", "setsid"),
    *("register_at_fork", "sched_getaffinity", "sysconf", "statvfs", "getloadavg", "mkfifo"),
    *("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "pread", "pwrite", "sendfile"),
    *("chown", "fchmod", "fchown", "nice", "posix_fadvise", "posix_fallocate", "wait4", "memfd"),
    *("SIGKILL", "SIGHUP", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGQUIT"),
    *("setitimer", "alarm", "pthread_sigmask", "AF_UNIX", "SO_REUSEPORT"),
}
"""Names of `os`, `signal` and `socket` that Windows or macOS lacks."""

WORTH_A_LOOK = re.compile(rf"\b({'|'.join(POSIX_MODULES | POSIX_NAMES)}|pass_fds|preexec_fn)\b")


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def unguarded(source: str) -> Iterator[str]:
    """What a module takes from POSIX alone without asking whether it is there."""
    if not WORTH_A_LOOK.search(source):
        return
    tree = ast.parse(source)
    tried = {
        inner
        for block in ast.walk(tree)
        if isinstance(block, ast.Try)
        and any("ImportError" in ast.unparse(h.type or block) for h in block.handlers)
        for inner in ast.walk(block)
    }
    asked = {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called(node) in ("hasattr", "getattr")
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in tried:
            modules = (
                {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            )
            modules |= {getattr(node, "module", None) or ""}
            yield from modules & POSIX_MODULES
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in HOMES:
            yield from {node.attr} & POSIX_NAMES - asked
        if isinstance(node, ast.keyword) and node.arg in ("pass_fds", "preexec_fn"):
            yield from {"pass_fds"} - ({"pass_fds"} if '!= "nt"' in source else set())


def without_encoding(source: str) -> Iterator[str]:
    """Text files that are opened in the encoding of the machine."""
    if not re.search(r"\bopen\(|_text\(", source):
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args)
        own = name == "open" and isinstance(node.func, ast.Name) and not binary
        text = own or name in ("read_text", "write_text")
        if text and not any(k.arg in ("encoding", None) for k in node.keywords):
            yield ast.unparse(node)


def test_what_other_systems_lack_is_asked_for() -> None:
    found = {
        path.name: names for path in SOURCES if (names := [*unguarded(path.read_text("utf-8"))])
    }
    assert found == {}


def test_the_search_for_it_sees_it() -> None:
    assert [*unguarded("import fcntl")] == ["fcntl"]
    assert [*unguarded("from resource import setrlimit")] == ["resource"]
    assert [*unguarded("import os\nos.fork()")] == ["fork"]
    assert [*unguarded("try:\n    import fcntl\nexcept ImportError:\n    pass")] == []
    assert [*unguarded("import os\nif hasattr(os, 'fork'):\n    os.fork()")] == []


def test_text_is_read_and_written_in_one_encoding() -> None:
    found = {
        path.name: calls
        for path in SOURCES
        if (calls := [*without_encoding(path.read_text("utf-8"))])
    }
    assert found == {}
    assert [*without_encoding("open('a')")] == ["open('a')"]


def test_a_system_without_locks_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)  # an import of it fails
    with open(tmp_path / "lock", "wb") as file:
        assert work_folder._try_lock(file.fileno())


def test_a_file_that_another_program_holds_open_stays_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "model.odds"
    path.write_bytes(b"the old model")

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "The process cannot access the file", str(target))

    monkeypatch.setattr(os, "replace", refuse)  # Windows does so while a program reads the file
    with pytest.raises(PermissionError), whole_file(path) as file:
        file.write(b"the new model")
    assert path.read_bytes() == b"the old model"
    assert [each.name for each in tmp_path.iterdir()] == ["model.odds"]


def test_several_workers_are_refused_where_sockets_cannot_be_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "CAN_SHARE", False)
    with pytest.raises(UsageError, match="--workers 1"):
        run.serve(run.Serving((), workers=2))
