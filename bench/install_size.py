"""What an install of the core takes on the disk: python bench/install_size.py.

It counts the files of trueodds and of all that it needs, without extras, in the environment that
runs it, which holds a wheel. pip compiles the bytecode of every module; `pip install --no-compile`
does without, and Python then compiles what it imports. A process that fits, scores and makes a page
tells which parts of SciPy and scikit-learn it has imported. MB are 1,000,000 bytes.
"""

import json
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from machine import describe, heading, save, table

ROOT = Path(__file__).parents[1]
LARGE = 5.0
"""MB; smaller packages share one line."""
WATCHED = {"scipy": "scipy", "sklearn": "scikit-learn"}
FIT = f"""
import json, sys
import polars as pl
import trueodds
from trueodds.report import report_on
folder = {str(ROOT / "examples")!r}
table = pl.read_csv(folder + "/german_credit.csv")
new = pl.read_csv(folder + "/german_credit_new.csv")
learned = trueodds.TrueOddsClassifier(effort="quick").fit(table.drop("default"), table["default"])
learned.predict_proba(new.drop("default"))
learned.model_.save("credit.odds")
trueodds.load("credit.odds").evaluate(new)
report_on(trueodds.load("credit.odds"), new).write("credit.html")
print(json.dumps(sorted(sys.modules)))
"""
"""A process that uses the package and tells what it has imported."""


def needed(package: str) -> dict[str, Distribution]:
    """A package and all that it needs, without extras, by name."""
    found = {package: distribution(package)}  # what is not installed has no size
    waiting = list(found[package].requires or [])
    while waiting:
        requirement = Requirement(waiting.pop())
        name = requirement.name.lower().replace("_", "-")
        if name in found or not (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ):
            continue
        with suppress(PackageNotFoundError):
            found[name] = distribution(name)
            waiting += found[name].requires or []
    return found


def size(found: Distribution) -> dict[str, float]:
    """MB of a package's files, and of the bytecode that pip compiled among them."""
    paths = [Path(str(entry.locate())) for entry in found.files or []]
    bytes_of = {path: path.stat().st_size for path in paths if path.is_file()}
    bytecode = sum(count for path, count in bytes_of.items() if path.suffix == ".pyc")
    return {"files": (sum(bytes_of.values()) - bytecode) / 1e6, "bytecode": bytecode / 1e6}


def installed_mb(package: str) -> tuple[float, dict[str, float]]:
    """MB of a package and of all that it needs, bytecode included; and of each."""
    each = {name: sum(size(found).values()) for name, found in needed(package).items()}
    return sum(each.values()), each


def imported() -> dict[str, dict[str, float]]:
    """Parts of SciPy and scikit-learn that a fit, a forecast and a page import, in MB."""
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-W", "ignore", "-c", FIT]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    modules = [name.split(".") for name in json.loads(done.stdout.splitlines()[-1])]
    found: dict[str, dict[str, float]] = {}
    for package, name in WATCHED.items():
        home = Path(str(distribution(name).locate_file(package)))
        parts = sorted({m[1] for m in modules if m[0] == package and len(m) > 1})
        folders = [part for part in parts if (home / part).is_dir()]
        found[package] = {part: folder_mb(home / part) for part in folders}
        found[package]["all of it"] = folder_mb(home)
    return found


def folder_mb(folder: Path) -> float:
    """MB of the files of a folder, without bytecode."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths) / 1e6


def main() -> None:
    """Count, use, write."""
    each = {name: size(found) for name, found in needed("trueodds").items()}
    order = sorted(each, key=lambda name: -sum(each[name].values()))
    large = [name for name in order if sum(each[name].values()) >= LARGE]
    small = [name for name in order if name not in large]
    about = describe(tuple(large), threads=1)
    groups = {f"{name} {about['versions'][name]}": [name] for name in large}
    groups |= {f"{len(small)} smaller packages": small, f"all {len(order)} packages": order}
    rows = [
        [title, *(f"{sum(each[n][kind] for n in names):.1f}" for kind in ("files", "bytecode"))]
        for title, names in groups.items()
    ]
    parts = imported()
    text = f"{heading(about)}\n{table(['package', 'files, MB', 'bytecode, MB'], rows)}"
    text += f"\nSmaller: {', '.join(small)}\n\nImported by a fit, a forecast and a page, MB:\n"
    for package, sizes in parts.items():
        told = [f"{name} {mb:.1f}" for name, mb in sizes.items()]
        text += f"  {package}: {', '.join(told)}\n"
    save("install_size", text, {"about": about, "megabytes": each, "imported": parts})


if __name__ == "__main__":
    main()
