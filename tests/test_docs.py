"""Every command and every Python block in README and docs runs."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))
from worked_examples import alike  # noqa: E402  the folder of benchmarks is no package

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "docs" / "checks").glob("*.md"))
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.md"))
"""Their cells depend on each other: `tests/bench/test_worked_examples.py` runs them."""
BLOCK = re.compile(r"^(?:```(sh|python)|<!-- (printed) -->\n```text)\n(.*?)^```$", re.M | re.S)
LONG = ("prove", "bench/")
"""Walks over the floats and benchmarks have suites of their own; here they must name real files."""


RUN = ("sh", "python", "make")
"""Blocks that tests run; `tests/test_pipelines.py` runs those of Make."""
NOT_RUN = ("text", "{toctree}", "{include}", "{eval-rst}")
"""Blocks that hold no code."""


def test_no_page_and_no_block_is_left_out() -> None:
    pages = {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")}
    assert pages - {*PAGES, *EXAMPLES} == {ROOT / "CHANGELOG.md"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^ *```(.*)$", text, re.M)
        assert not {fence.split()[0] for fence in fences[::2]} - {*RUN, *NOT_RUN}, page
        assert not any(fences[1::2]), page
        # An indented block is not run; the forms of commands stand in such ones on their page.
        if page.name != "commands.md":
            assert not re.search(r"^ {4}(trueodds|pip|make|curl) ", text, re.M), page


def blocks(page: Path) -> list[tuple[str, str]]:
    """All shell and Python blocks of a page, and the blocks of what they print."""
    return [(m[1] or m[2], m[3]) for m in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def run(line: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a command and return what it prints."""
    done = subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def is_printed(block: str, outputs: list[str]) -> bool:
    """Whether the lines of a block stand in this order in one output, up to last digits."""
    return any(stands_in(block.splitlines(), output.splitlines()) for output in outputs)


def stands_in(lines: list[str], output: list[str]) -> bool:
    left = iter([judged(line) for line in output])
    return all(any(alike(judged(line), found) for found in left) for line in lines if line.strip())


def judged(line: str) -> str:
    """A line with the verdict of a p-value in its place: its digits differ between machines."""
    return re.sub(r"p = ([\d.]+)", lambda m: f"p {'>' if float(m[1]) > 0.05 else '≤'} limit", line)


@pytest.mark.slow
@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_every_command_runs(page: Path, tmp_path: Path) -> None:
    if page.name == "compare.md":  # the extra `docs` brings them
        pytest.importorskip("catboost")
        pytest.importorskip("lightgbm")
    needed = {"tuning.md": "optuna", "mlflow.md": "mlflow"}.get(page.name)
    if needed is not None:
        pytest.importorskip(needed)
    if page.name == "ray.md":
        pytest.importorskip("ray")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    with ExitStack() as servers:
        run_page(page, tmp_path, environment, servers)


def run_page(page: Path, tmp_path: Path, environment: dict[str, str], servers: ExitStack) -> None:
    port = free_port()
    outputs: list[str] = []
    for kind, text in blocks(page):
        if kind == "printed":
            assert is_printed(text, outputs), "\n".join([page.name, text, *outputs])
            continue
        if kind == "python" and "from autogluon" in text:
            continue  # it needs pandas 2: the page says that its block is not run here
        if kind == "python":
            printed = run(f"{sys.executable} - <<'END'\n{text}\nEND", tmp_path, environment)
            # An example says which label is yes, so that no reader meets a warning about it.
            assert 'is taken for "yes"' not in printed, f"{page.name}\n{printed}"
            outputs += [printed]
            continue
        for line in text.splitlines():
            command = line.split("#")[0].strip()
            if not command:
                continue
            if command.startswith("make "):
                # The targets themselves are CI's: here they must exist.
                run(f"{command} --dry-run", ROOT, environment)
            elif "pytest" in command:
                # The tests themselves run in their own files: here they must exist.
                run(f"{command} --collect-only", ROOT, environment)
            elif "cProfile" in command:
                # A fit under the profiler takes long; the same fit is on the page of health.
                run(
                    re.sub(r"-m trueodds fit .*", "-m trueodds --version", command),
                    tmp_path,
                    environment,
                )
            elif any(word in command for word in LONG):
                for script in re.findall(r"bench/\w+\.py", command):
                    assert (ROOT / script).is_file(), command
                if "trueodds" in command:
                    run(f"trueodds {command.split()[1]} --help", tmp_path, environment)
            elif command.startswith("trueodds serve"):
                # It runs until the page ends.
                served = command.replace("8080", str(port))
                servers.enter_context(server(served, port, tmp_path, environment))
            else:
                local = command.replace(":8080/", f":{port}/")
                outputs += [run(local, tmp_path, environment)]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def server(line: str, port: int, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A server that answers; it must stop in order."""
    running = subprocess.Popen(shlex.split(line), cwd=folder, env=environment)
    try:
        for _ in range(600):
            assert running.poll() is None, line
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.5)
        yield
    finally:
        running.terminate()
        assert running.wait(60) == 0


def test_the_quick_start_evaluates_on_rows_held_back() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (fitted,) = re.findall(r"^trueodds fit (\S+)", text, re.M)
    others = re.findall(r"^trueodds (?:predict|evaluate|drift) \S+ (\S+)", text, re.M)
    assert len(others) == 3
    past = set((ROOT / fitted).read_text(encoding="utf-8").splitlines()[1:])
    for other in others:
        new = (ROOT / other).read_text(encoding="utf-8").splitlines()[1:]
        assert not past.intersection(new), other
        assert len(new) >= 200


@pytest.mark.parametrize(
    "page", [*PAGES, *EXAMPLES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name
)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    titles = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


PLACES = (ROOT, ROOT / "src" / "trueodds", ROOT / "bench" / "results")
"""Folders that a document's file names may start from."""


@pytest.mark.parametrize("page", [*PAGES, *EXAMPLES], ids=lambda page: page.name)
def test_every_file_and_module_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|js|mjs|md|txt|json|toml))`", text):
        if not name.startswith(("../shared/", "/", "dist/")):
            assert any((place / name).exists() for place in PLACES), name
    for name in re.findall(r"`(trueodds(?:\.\w+)+)", text):
        assert is_there(name.split(".")[1:]), name


def is_there(names: list[str]) -> bool:
    """Whether these names lead to a module of the package, or to a name that a module defines."""
    path = (ROOT / "src" / "trueodds").joinpath(*names)
    if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
        return True
    *folders, name = names
    source = (ROOT / "src" / "trueodds").joinpath(*folders)
    file = source / "__init__.py" if source.is_dir() else source.with_suffix(".py")
    defined = rf"^(?:def |class )?{name}\b|^    \"?{name}\"?,|^from .* import .*\b{name}\b"
    return file.is_file() and re.search(defined, file.read_text(encoding="utf-8"), re.M) is not None


def test_a_printed_block_is_held_to_the_output() -> None:
    output = "Log-loss    0.4953   0.4560 to 0.5379\n\nRows  200\nModel  a.odds\n"
    assert is_printed("Log-loss  0.4952  0.4558 to 0.5380\n\nModel a.odds\n", ["", output])
    assert not is_printed("Log-loss  0.5952  0.4558 to 0.5380\n", [output])
    assert not is_printed("Model a.odds\nRows 200\n", [output])
    assert not is_printed("Log-loss  0.4952\n", [output])


def test_outputs_that_pages_show_are_held() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "start.md", ROOT / "docs" / "explain.md"):
        text = page.read_text(encoding="utf-8")
        assert text.count("```text") == text.count("<!-- printed -->\n```text") > 0, page.name
    effects, start, health = (
        (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        for name in ("effects", "start", "health")
    )
    (quoted,) = re.findall(r"^```text\n(.*?)^```$", effects, re.M | re.S)
    assert quoted in start
    (quoted,) = re.findall(r"^```text\n(.*?)^```$", health, re.M | re.S)
    gallery = health.partition("<!-- gallery -->")[2]
    assert all(line in gallery for line in quoted.splitlines())


def test_readme_is_an_entrance() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_picture_of_the_page_has_the_scores_that_readme_prints() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (score,) = re.findall(r"^Log-loss +(\d\S+)", text, re.M)
    picture = (ROOT / "docs" / "page.png").read_bytes()
    assert b"log-loss\0" + score.encode() in picture, "run bench/page_picture.py"


def test_readme_has_commands() -> None:
    assert len(blocks(ROOT / "README.md")) >= 3
