"""Makes a release in dist: python release/build.py, which `make release` runs.

Wheel and source distribution are built twice: the wheel first from the source distribution, then
from the tree. Both must be the same bytes. The wheel is used in an empty environment, whose
packages are the bill of materials.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from try_wheel import ROOT, install, make, run, smoke

DIST = ROOT / "dist"
NOTICE = ROOT / "src" / "trueodds" / "report" / "assets" / "NOTICE.md"


def one(folder: Path, pattern: str) -> Path:
    """The one file of a folder that the pattern fits."""
    (found,) = folder.glob(pattern)
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def set_the_time() -> None:
    """Let files in the archives carry the time of the commit, whoever builds them and when."""
    if "SOURCE_DATE_EPOCH" in os.environ or not (ROOT / ".git").exists():
        return
    words = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    os.environ["SOURCE_DATE_EPOCH"] = done.stdout.strip()


def build(folder: Path, *options: str) -> None:
    """Build into an empty folder, with the pinned backend of this environment."""
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", folder, ROOT)


def require_the_same(first: Path, second: Path) -> None:
    """Compare two builds byte by byte."""
    names = [sorted(path.name for path in folder.iterdir()) for folder in (first, second)]
    assert names[0] == names[1], names
    for name in names[0]:
        assert digest(first / name) == digest(second / name), f"two builds of {name} differ"


def bundled() -> list[dict[str, Any]]:
    """The JavaScript libraries that lie in the wheel, as components."""
    found = re.findall(r"(Vega(?:-\w+)?) (\d+\.\d+\.\d+)", NOTICE.read_text(encoding="utf-8"))
    assert len(found) == 3, found
    return [
        {
            "type": "library",
            "bom-ref": f"{name.lower()}=={version}",
            "name": name.lower(),
            "version": version,
            "purl": f"pkg:npm/{name.lower()}@{version}",
            "licenses": [{"license": {"id": "BSD-3-Clause"}}],
        }
        for name, version in found
    ]


def write_bill(python: Path, wheel: Path, path: Path) -> None:
    """Write the bill of materials: all packages that the wheel brought, and what lies in it."""
    tool = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    options = ["--pyproject", ROOT / "pyproject.toml", "--mc-type", "application"]
    run(*tool, *options, "--output-format", "JSON", "--output-file", path, python)
    bill = json.loads(path.read_text(encoding="utf-8"))
    root = bill["metadata"]["component"]
    root["version"] = wheel.name.split("-")[1]
    root["hashes"] = [{"alg": "SHA-256", "content": digest(wheel)}]
    inside = bundled()
    bill["components"] = [c for c in bill["components"] if c["name"] != "trueodds"] + inside
    (needs,) = (d for d in bill["dependencies"] if d["ref"] == root["bom-ref"])
    needs["dependsOn"] = sorted([*needs.get("dependsOn", []), *(c["bom-ref"] for c in inside)])
    bill["dependencies"] += [{"ref": c["bom-ref"]} for c in inside]
    path.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Build, compare, use, list and hash."""
    set_the_time()
    build(DIST)
    wheel = one(DIST, "*.whl")
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        at = Path(name)
        build(at / "again", "--sdist", "--wheel")
        require_the_same(DIST, at / "again")
        python = make(at / "environment", sys.executable)
        install(python, wheel, constraints=ROOT / "constraints.txt")
        write_bill(python, wheel, DIST / f"{'-'.join(wheel.name.split('-')[:2])}.cdx.json")
        smoke(python, at / "work")
    files = sorted(DIST.iterdir())
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in files)
    (DIST / "SHA256SUMS").write_text(sums, encoding="utf-8")
    print(sums, end="")


if __name__ == "__main__":
    main()
