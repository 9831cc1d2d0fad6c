"""Machine code on disk is dropped when any source of this package has changed.

Numba looks at the file of the compiled function alone: a loop would go on running the kernel or
the coefficients that another file held when it was compiled.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from trueodds.files import whole_file

HERE = Path(__file__).parent


def drop_stale_code(folder: Path = HERE) -> bool:
    """Delete Numba's files of a package's modules whose sources differ from last time.

    Returns whether they differed. A folder that cannot be written to is left alone: such an
    installation changes as a whole.
    """
    digest = hashlib.sha256()
    modules = set()
    for source in sorted(folder.glob("*.py")):
        modules.add(source.stem)
        digest.update(source.name.encode() + source.read_bytes())
    stamp = folder / "__pycache__" / "sources.sha256"
    with suppress(OSError):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == digest.hexdigest():
            return False
        stamp.parent.mkdir(exist_ok=True)
        for file in stamp.parent.iterdir():
            if file.suffix in (".nbi", ".nbc") and file.name.partition(".")[0] in modules:
                file.unlink(missing_ok=True)
        with whole_file(stamp) as written:
            written.write(digest.hexdigest().encode())
        return True
    return False
