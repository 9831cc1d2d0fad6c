"""The command line: ``trueodds fit · predict · evaluate · drift · inspect · demo · prove``.

Results go to stdout, progress and notes to stderr. `trueodds.cli.exit_codes` has the exit
codes. Every command imports what it needs when it runs, so that scoring starts fast.
"""


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    import sys

    from trueodds.cli.exit_codes import STOPPED

    open_streams()
    try:
        from trueodds.cli.app import app
        from trueodds.cli.console import warnings_as_notes

        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a character shows a substitute.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        with warnings_as_notes():
            app(prog_name="trueodds")
    except KeyboardInterrupt:
        print("Stopped: nothing was written.", file=sys.stderr)
        sys.exit(STOPPED)


def open_streams() -> None:
    """Open the null device in the place of standard streams that the caller has closed.

    Without one of them a file that is opened later would take its number, and whatever is printed
    would end up in that file.
    """
    import os
    import sys

    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
