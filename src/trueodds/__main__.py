"""``python -m trueodds`` is the ``trueodds`` command."""

import os
import sys

if __name__ == "__main__":
    # ``python -m`` puts the working directory first: a file beside a table is no module of ours.
    try:
        here = os.getcwd()
    except OSError:  # it has been deleted
        here = ""
    if not sys.flags.safe_path and sys.path[0] in ("", here):
        del sys.path[0]
    from trueodds.cli import main

    main()
