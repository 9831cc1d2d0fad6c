"""Deletes machine code on disk when any source of this package has changed.

Numba compares only the file of the compiled function. A loop would keep the old machine code of a
kernel, or the old coefficients, that come from another file.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from trueodds.files import whole_file

HERE = Path(__file__).parent


def drop_stale_code(folder: Path = HERE) -> bool:
    """Delete Numba's cache files of a package if its sources differ from those of the last call.

    Returns whether they differed. A folder that is read-only stays as it is: such an installation
    changes as a whole.
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
