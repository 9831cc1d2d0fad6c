"""The command line: ``trueodds fit · predict · evaluate · drift · inspect · demo · prove``.

Results go to stdout, progress and notes to stderr. The exit code is 0 for success, 1 for a
failure, 2 for wrong usage, 3 for drift beyond the threshold, and 130 after Ctrl-C. Every command
imports what it needs when it runs, so that scoring starts fast.
"""


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    import sys

    try:
        from trueodds.cli.app import app

        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a character shows a substitute.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        app(prog_name="trueodds")
    except KeyboardInterrupt:
        print("Stopped: nothing was written.", file=sys.stderr)
        sys.exit(130)
