"""What a benchmark ran on, and where its figures go."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
DATA = Path(__file__).parents[2] / "shared" / "data"


def cpu_name() -> str:
    """Name the processor as the operating system does."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {key.strip(): value.strip() for key, value in fields.items()}
    name = named.get("model name", platform.machine())
    model = named.get("model")
    return f"{name}, family {named.get('cpu family')} model {model}" if model else name


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gb() -> float:
    """Memory of the machine in GB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Installed version of each package; one that is missing is left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            if package == "trueodds":  # it may run from its source alone
                found[package] = import_module(package).__version__
    return found


def describe(packages: tuple[str, ...], threads: int) -> dict[str, Any]:
    """Machine, versions, date and threads of a run: what its figures depend on."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu_name(),
        "cores": cores(),
        "memory_gb": round(memory_gb(), 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": versions(packages),
        "threads": threads,
    }


def heading(about: dict[str, Any]) -> str:
    """Put `describe`'s answer into three lines of text."""
    packages = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return (
        f"{about['date']} · {about['cpu']} · {about['cores']} cores · "
        f"{about['memory_gb']} GB · {about['threads']} thread(s)\n"
        f"{about['system']} · Python {about['python']}\n{packages}\n"
    )


def table(header: list[str], rows: list[list[str]]) -> str:
    """Columns padded to their widest cell: the first to the left, the others to the right."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [header, ["-" * width for width in widths], *rows]
    ]
    return "\n".join(lines) + "\n"


def save(name: str, text: str, data: dict[str, Any], folder: Path = RESULTS) -> None:
    """Write NAME.txt and NAME.json, and print the text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text)
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")
    print(text)
    print(f"written: {folder / name}.txt and .json", file=sys.stderr)
