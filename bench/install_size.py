"""What an install of the core takes on the disk: python bench/install_size.py.

It counts the files of trueodds and of all that it needs, without extras, in the environment that
runs it; then it fits, scores and evaluates a table and lists the parts of SciPy and scikit-learn
that were imported. Sizes are sums of the sizes of files, compiled bytecode included, in MB of
1,000,000 bytes.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from machine import describe, heading, save, table

ROOT = Path(__file__).parents[1]
LARGE = 5_000_000
"""Bytes; smaller packages share one line."""
WATCHED = ("scipy", "sklearn")
FIT = f"""
import json, sys
import polars as pl
import trueodds
folder = {str(ROOT / "examples")!r}
table = pl.read_csv(folder + "/german_credit.csv")
new = pl.read_csv(folder + "/german_credit_new.csv")
learned = trueodds.TrueOddsClassifier(effort="quick").fit(table.drop("default"), table["default"])
learned.predict_proba(new.drop("default"))
learned.model_.save("credit.odds")
trueodds.load("credit.odds").evaluate(new)
trueodds.write_report(learned.model_, "credit.html")
print(json.dumps(sorted(sys.modules)))
"""
"""A process that uses the package and tells what it has imported."""


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """The distribution of this name and those that it needs, by name."""
    if name.lower() in found:
        return found
    found[name.lower()] = distribution(name)
    for line in found[name.lower()].requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed(requirement.name, found)
    return found


def files(found: Distribution) -> Iterator[Path]:
    """The files of a distribution that are there, and the bytecode beside them."""
    for file in found.files or []:
        path = Path(str(found.locate_file(file)))
        if path.is_file():
            yield path
            if path.suffix == ".py":
                yield from path.parent.glob(f"__pycache__/{path.stem}.*.pyc")


def size(found: Distribution) -> int:
    """Bytes on the disk."""
    return sum(path.stat().st_size for path in set(files(found)))


def own_size() -> int:
    """Bytes of trueodds itself; an editable install lists no files of it."""
    folder = ROOT / "src" / "trueodds"
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def used_parts(folder: Path) -> dict[str, list[str]]:
    """Subpackages of SciPy and scikit-learn that a fit, a forecast and a page import."""
    words = [sys.executable, "-W", "ignore", "-c", FIT]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    names = [name.split(".") for name in json.loads(done.stdout.splitlines()[-1])]
    return {
        package: sorted(
            {parts[1] for parts in names if parts[0] == package and len(parts) > 1}
            - {part for part in {p[1] for p in names if len(p) > 1} if part.startswith("_")}
        )
        for package in WATCHED
    }


def part_size(package: str, part: str) -> int:
    """Bytes of a subpackage; 0 for a single module."""
    name = "scikit-learn" if package == "sklearn" else package
    home = Path(str(distribution(name).locate_file("")))
    folder = home / package / part
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def megabytes(count: int) -> str:
    """MB with one decimal."""
    return f"{count / 1e6:.1f}"


def main() -> None:
    """Count, use, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="a folder for the fit's files")
    work = parser.parse_args().work
    found = needed("trueodds", {})
    sizes = {name: size(one) for name, one in found.items()}
    sizes["trueodds"] = own_size()
    order = sorted(sizes, key=lambda name: -sizes[name])
    large = [name for name in order if sizes[name] >= LARGE]
    rows = [[f"{n} {found[n].version}", megabytes(sizes[n])] for n in large]
    small = [name for name in order if name not in large]
    rows.append([f"{len(small)} smaller packages", megabytes(sum(sizes[n] for n in small))])
    rows.append([f"all {len(order)} packages", megabytes(sum(sizes.values()))])
    parts = {
        package: {name: part_size(package, name) for name in names}
        for package, names in used_parts(work).items()
    }
    about = describe(tuple(large), threads=1)
    text = heading(about) + "\n" + table(["package", "MB"], rows)
    text += "\nSmaller: " + ", ".join(small) + "\n"
    text += "\nImported by a fit with a forecast, an evaluation and a page:\n"
    for package, names in parts.items():
        told = [f"{n} {megabytes(s)}" for n, s in names.items() if s]
        text += f"  {package}: {', '.join(told)} MB\n"
    save("install_size", text, {"about": about, "bytes": sizes, "imported": parts})


if __name__ == "__main__":
    main()
