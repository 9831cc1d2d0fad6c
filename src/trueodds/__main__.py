"""``python -m trueodds`` is the ``trueodds`` command."""

from trueodds.cli import main

if __name__ == "__main__":
    main()
